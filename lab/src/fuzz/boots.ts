import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pxeDiscover } from "@bootlace/pxe-client";
import { messageType, optionText, readDhcp } from "../bootp.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import type { Lab } from "../lab.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { BIOS_MEMTEST_FILES } from "../tree.ts";
import type { FuzzSite } from "./site.ts";

const ASK = fileURLToPath(new URL("../programs/ask-server.ts", import.meta.url));
/** Where the type of the message stands in a crafted DISCOVER: behind the cookie, the code and the length. */
const TYPE_AT = 242;

/** An ordinary client: OFFER, ACK on the PXE port, and every file of the boot by TFTP and by HTTP, byte by byte. */
export async function bootsAsEver(lab: Lab, site: FuzzSite, number: number): Promise<void> {
  const mac = `52:54:00:b0:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`;
  const vendorClass = "PXEClient:Arch:00000:UNDI:002001";
  const discover = pxeDiscover({ mac, xid: 1, vendorClass, architecture: 0 });
  const request = discover.slice();
  request[TYPE_AT] = 3;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  const questions = join(lab.folder, "questions.json");
  writeFileSync(
    questions,
    JSON.stringify([
      { id: "offer", hex: hex(discover), port: 67 },
      { id: "ack", hex: hex(request), port: 4011 },
    ]),
  );
  const { stdout } = await runOk(lab, site.pc.netns, process.execPath, [ASK, questions, BOOT_SERVER]);
  const replies = JSON.parse(stdout.toString()) as Record<"offer" | "ack", string | null>;
  for (const [id, type] of [
    ["offer", 2],
    ["ack", 5],
  ] as const) {
    const message = readDhcp(Buffer.from(replies[id] ?? "", "hex"));
    must(message !== undefined && messageType(message) === type, `boot ${number}: no ${id}: ${replies[id]}`);
    must(message.file === BIOS_MEMTEST_FILES[0], `boot ${number}: the ${id} names ${JSON.stringify(message.file)}`);
    must(optionText(message, 60) === "PXEClient" && message.yiaddr === "0.0.0.0", `boot ${number}: a strange ${id}`);
  }
  const local = join(lab.folder, "got");
  for (const file of [...BIOS_MEMTEST_FILES, "large.bin"]) {
    const original = readFileSync(site.files.get(file) ?? "");
    for (const url of [`tftp://${BOOT_SERVER}/${file}`, `http://${BOOT_SERVER}:8069/${file}`]) {
      await runOk(lab, site.pc.netns, locate("curl"), ["-sf", "--max-time", "30", "-o", local, url], { seconds: 40 });
      must(readFileSync(local).equals(original), `boot ${number}: ${url} gave another file`);
    }
  }
}

/** A machine of QEMU boots memtest86+; gives the seconds it took. */
export async function machineBoots(lab: Lab, site: FuzzSite, number: number): Promise<number> {
  const mac = `52:54:00:ae:fe:${number.toString(16).padStart(2, "0")}`;
  const machine = await startBios(lab, site.lan, { mac, name: `bios-${number}` });
  await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 300);
  const seconds = machine.age();
  await machine.stop("SIGKILL");
  return seconds;
}
