import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { artefacts } from "../artefacts.ts";
import { must } from "../failure.ts";
import type { Scenario } from "../lab.ts";
import { addHost } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { serveAClient } from "../serves-a-client.ts";

export const cjsArmhf: Scenario = {
  name: "cjs-armhf",
  proves: "bootlace.cjs on Debian 12's Node.js for 32-bit ARM, run by QEMU: an offer, a file by TFTP and by HTTP",
  async run(lab) {
    const { bundle } = await artefacts(lab);
    const host = await addHost(lab, "alone");
    const debian = locate("debianArmhf");
    const command = locate("userArm");
    const args = ["-L", debian, join(debian, "usr/bin/node"), bundle];
    const said = (await runOk(lab, host.netns, command, [...args, "version"])).stdout.toString();
    must(/\(node 18\..* linux arm\)/.test(said), `that was not Debian's Node.js for 32-bit ARM: ${said}`);
    const folder = join(lab.folder, "pi");
    mkdirSync(folder);
    await serveAClient(lab, { command, args, folder, patience: 60 });
  },
};
