import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { artefacts } from "../artefacts.ts";
import type { Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import { serveAClient } from "../serves-a-client.ts";

export const binaryArm64: Scenario = {
  name: "binary-arm64",
  proves: "the executable for 64-bit ARM, run by QEMU: an offer, a file by TFTP and by HTTP, status 0 by SIGTERM",
  async run(lab) {
    const { arm64 } = await artefacts(lab);
    const folder = join(lab.folder, "empty");
    mkdirSync(folder);
    const own = join(folder, "bootlace");
    copyFileSync(arm64, own);
    const args = ["-L", locate("arm64"), own];
    await serveAClient(lab, { command: locate("userArm64"), args, folder, patience: 60 });
  },
};
