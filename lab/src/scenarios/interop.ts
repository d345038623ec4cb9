import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { filler } from "../filler.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, type Host, plugIn } from "../namespaces.ts";
import { run } from "../processes.ts";
import { TFTP_CLIENTS, type TftpClient } from "../tftp-clients.ts";

/** Sizes around the edges of blocks; the last one wraps the block number at 512 bytes a block (RFC 1350 section 5). */
const SIZES = [0, 1, 511, 512, 513, 1408, 1468 * 3, 1468 * 40 + 1, 1432 * 2, 1_000_003];
const WRAP = 40 * 1024 * 1024;

const partOf = ({ name }: TftpClient) => `interop-${name.replace(/[^a-z0-9]+/gi, "-")}`;

export const interop: Scenario = {
  name: "interop",
  proves: "tftp-hpa, atftp, curl, busybox tftp and npm tftp get files of every awkward size byte for byte",
  parts: TFTP_CLIENTS.map(partOf),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab, { snap: 96 });
    const { folder } = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n" });
    const pc = await addHost(lab, "pc");
    await plugIn(pc, lan, { addresses: ["192.168.11.20/24"] });
    const root = join(folder, "boot");
    mkdirSync(join(root, "sizes"), { recursive: true });
    for (const size of [...SIZES, WRAP]) writeFileSync(join(root, "sizes", `${size}.bin`), filler(size));

    for (const client of TFTP_CLIENTS.filter((one) => lab.part(partOf(one)))) {
      const all = client.lockstep512 ? [...SIZES, WRAP] : SIZES;
      const sizes = client.refusesEmpty ? all.filter((size) => size > 0) : all;
      const began = performance.now();
      for (const size of sizes) await get(lab, pc, client, root, `sizes/${size}.bin`);
      const seconds = (performance.now() - began) / 1000;
      await refused(lab, pc, client);
      lab.proof(`${client.name}: ${sizes.length} files in ${seconds.toFixed(1)} s`);
    }
    rmSync(join(root, "sizes"), { recursive: true });
  },
};

async function get(lab: Lab, pc: Host, client: TftpClient, root: string, file: string): Promise<void> {
  const local = join(lab.folder, `got-${basename(file)}`);
  const { command, args } = client.get(BOOT_SERVER, file, local);
  const finished = await run(lab, pc.netns, command, args, { seconds: 120 });
  must(
    existsSync(local),
    `${client.name} brought no ${file} (status ${finished.code}): ${finished.stderr}${finished.stdout}`,
  );
  const [want, got] = [readFileSync(join(root, file)), readFileSync(local)];
  must(
    hash(want) === hash(got),
    `${client.name} brought ${got.length} bytes of ${file}, not the ${want.length} that it has`,
  );
  rmSync(local);
}

async function refused(lab: Lab, pc: Host, client: TftpClient): Promise<void> {
  const local = join(lab.folder, "got-nothing");
  const { command, args } = client.get(BOOT_SERVER, "sizes/no-such-file", local);
  const finished = await run(lab, pc.netns, command, args, { seconds: 20 });
  const size = existsSync(local) ? readFileSync(local).length : 0;
  must(size === 0, `${client.name} brought ${size} bytes of a file that is not there`);
  const said = `${finished.stderr}${finished.stdout}`;
  must(finished.code !== 0 || /not found/i.test(said), `${client.name} did not learn that a file is missing: ${said}`);
  rmSync(local, { force: true });
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
