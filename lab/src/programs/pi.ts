// What the boot ROM of a Raspberry Pi does after an offer that it accepts: it takes its lease, and asks for its files in
// its order, each in the folder of its serial number first. Prints what stands on the Pi's screen. Arguments: 3 or 4, and
// the MAC address.
import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { createPxeClient, models, openDhcpPort, tftpGet } from "@bootlace/pxe-client";

const [generation, mac = ""] = process.argv.slice(2);
const serial = `10${mac.slice(9).replaceAll(":", "")}`;
const four = generation === "4";
const model = models[four ? "raspberry-pi-4" : "raspberry-pi-3"];

const dhcp = await openDhcpPort();
const client = createPxeClient({ model, mac, dhcp, fetch: false, deadline: 60_000 });
const outcome = await client.boot();
await dhcp.close();
if (outcome.kind !== "named" && outcome.kind !== "local") {
  console.log(`No boot server: ${JSON.stringify(outcome)}`);
  process.exit(1);
}
const server = outcome.kind === "named" ? outcome.server : "192.168.11.109";
execFileSync("ip", ["address", "add", `${outcome.address}/24`, "dev", "eth0"]);
console.log(`Boot server ${server}, own address ${outcome.address}`);

/** The folder with the serial number is used once anything was found in it. */
let folder = `${serial}/`;

async function get(name: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  const onData = (bytes: Uint8Array) => void chunks.push(Buffer.from(bytes));
  const fetched = await tftpGet({ server, file: name, blockSize: 1468, onData });
  console.log(`TFTP_GET: ${name} ${fetched.kind === "whole" ? fetched.bytes : fetched.text}`);
  return fetched.kind === "whole" ? Buffer.concat(chunks).toString("latin1") : undefined;
}

/** A name, first in the folder as long as it is not known that there is none. */
async function find(name: string): Promise<string | undefined> {
  const found = await get(`${folder}${name}`);
  if (found !== undefined || folder === "") return found;
  folder = "";
  return get(name);
}

async function attempt(): Promise<string> {
  if (!four) {
    if ((await get("bootcode.bin")) === undefined) return "No bootcode.bin";
    await get("bootsig.bin");
  }
  const settings = (await find("config.txt")) ?? "";
  const [start, fixup] = four ? ["start4.elf", "fixup4.dat"] : ["start.elf", "fixup.dat"];
  for (const name of ["pieeprom.sig", "recover4.elf", "recovery.elf"]) if (four) await get(`${folder}${name}`);
  if ((await find(start ?? "")) === undefined) return "Firmware not found";
  await get(`${folder}${fixup}`);
  await get(`${folder}cmdline.txt`);
  await get(`${folder}bcm27${four ? "11-rpi-4-b" : "10-rpi-3-b"}.dtb`);
  const named = /^kernel=(\S+)/m.exec(settings)?.[1];
  const kernels = named === undefined ? ["kernel8.img", four ? "kernel7l.img" : "kernel7.img", "kernel.img"] : [named];
  for (const kernel of kernels) {
    if ((await get(`${folder}${kernel}`)) !== undefined) {
      const initrd = /^initramfs (\S+)/m.exec(settings)?.[1];
      if (initrd !== undefined && (await get(`${folder}${initrd}`)) === undefined) return "initramfs not found";
      return "Starting kernel";
    }
  }
  return "Kernel not found";
}

// A Pi 4 that found nothing begins again; a Pi 3 waits.
for (let round = 1; ; round++) {
  const end = await attempt();
  console.log(end);
  if (end === "Starting kernel" || !four || round === 3) break;
  await delay(2000);
  folder = `${serial}/`;
}
await delay(600_000);
