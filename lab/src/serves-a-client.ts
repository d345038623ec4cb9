import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pxeDiscover } from "@bootlace/pxe-client";
import { type Bootlace, type Program, startBootlace } from "./bootlace.ts";
import { readDhcp } from "./bootp.ts";
import { must } from "./failure.ts";
import { BOOT_SERVER, buildHomeLan, type Lan } from "./home-lan.ts";
import { eventually, type Lab } from "./lab.ts";
import { isDhcpReply } from "./lan-laws.ts";
import { addHost, configure, plugIn } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { runOk } from "./processes.ts";

const BROADCAST = fileURLToPath(new URL("./programs/broadcast.ts", import.meta.url));
const FILE = "pxelinux/pxelinux.0";
const CLIENT = { mac: "52:54:00:ae:00:41", xid: 0x0b00710c, architecture: 0 };

/**
 * Starts a Bootlace and is a client of it, in place of a machine: its DISCOVER must be offered the boot file, TFTP and
 * HTTP must give that file, and SIGTERM must end the daemon with status 0.
 */
export async function serveAClient(lab: Lab, program: Program): Promise<void> {
  const home = await buildHomeLan(lab);
  const tree = { [FILE]: { piece: "pxelinux" } } as const;
  const bootlace = await startBootlace(lab, home.bootServer, { yaml: "root: ./boot\n", tree, program });
  await beAClient(lab, home, bootlace);
  await bootlace.stop();
  lab.proof("SIGTERM: status 0");
}

/** Is a client of a Bootlace that serves Debian's pxelinux.0: as `serveAClient`, but for the start and the end. */
export async function beAClient(lab: Lab, { lan, capture }: Lan, bootlace: Bootlace): Promise<void> {
  const pc = await addHost(lab, "pc");
  await plugIn(pc, lan, { addresses: ["192.168.11.90/24"] });
  await configure(pc, "route", "add", "default", "dev", "eth0");
  const vendorClass = "PXEClient:Arch:00000:UNDI:002001";
  const hex = Buffer.from(pxeDiscover({ ...CLIENT, vendorClass })).toString("hex");
  await runOk(lab, pc.netns, process.execPath, [BROADCAST, hex]);
  const file = await eventually(lab, "an offer", 30, async () => {
    const replies = (await capture.datagrams()).filter((datagram) => isDhcpReply(datagram, BOOT_SERVER));
    return replies.map(({ payload }) => readDhcp(payload)).find((reply) => reply?.xid === CLIENT.xid)?.file;
  });
  must(file === FILE, `the offer names ${JSON.stringify(file)}, not ${FILE}`);
  const original = readFileSync(locate("pxelinux"));
  const local = join(lab.folder, "got");
  for (const url of [`tftp://${BOOT_SERVER}/${FILE}`, `http://${BOOT_SERVER}:8069/${FILE}`]) {
    await runOk(lab, pc.netns, locate("curl"), ["-sf", "--max-time", "60", "--output", local, url], { seconds: 70 });
    must(readFileSync(local).equals(original), `${url} gave another file`);
  }
  const started = bootlace.records().find((record) => record.event === "bootlace.starting");
  lab.proof(`${started?.msg}: an offer of ${FILE}, and ${original.length} bytes by TFTP and by HTTP`);
}
