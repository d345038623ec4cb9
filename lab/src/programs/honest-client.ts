// An honest client, ten times a second for a while: SERVER HTTP-PORT SECONDS FILE SIZE ADDRESSES [MAC]. Each time another machine, or
// the one with this MAC address, with the next of these addresses, asks at port 4011, by TFTP and by HTTP, each on its own and for at most a second. Without addresses
// it asks by DISCOVER alone, as a machine that has none.
// Prints what it got: { "dhcp": { "asked": 50, "times": [1.2, …] }, … }, in milliseconds.

import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { httpGet, pxeDiscover, tftpGet } from "@bootlace/pxe-client";
import { readDhcp } from "../bootp.ts";

const [server = "", httpPort = "8069", seconds = "5", file = "", size = "0", list = "", mac = ""] =
  process.argv.slice(2);
const addresses = list.split(",").filter((address) => address !== "");
const PERIOD = 100;
const PATIENCE = 1000;
/** Rounds that do not count: this program is slow before V8 has seen it. */
const WARM_UP = 5;
type Service = "dhcp" | "pxe" | "tftp" | "http";
const services: readonly Service[] = addresses.length === 0 ? ["dhcp"] : ["pxe", "tftp", "http"];
const got = Object.fromEntries(services.map((name) => [name, { asked: 0, times: [] as number[] }]));

/** Asks once, and notes how long it took; a second is too long. */
async function timed(service: Service, counts: boolean, ask: (signal: AbortSignal) => Promise<boolean>): Promise<void> {
  const tally = (counts ? got[service] : undefined) ?? { asked: 0, times: [] };
  tally.asked++;
  const began = performance.now();
  try {
    const served = await ask(AbortSignal.timeout(PATIENCE));
    const took = performance.now() - began;
    if (served && took < PATIENCE) tally.times.push(took);
  } catch {
    // Not served within its time.
  }
}

const offers = new Map<number, () => void>();
const dhcp = createSocket({ type: "udp4", reuseAddr: true });
dhcp.on("message", (bytes) => {
  const message = readDhcp(bytes);
  if (message?.op === 2) offers.get(message.xid)?.();
});
await new Promise<void>((resolve) => dhcp.bind(68, "0.0.0.0", resolve));
dhcp.setBroadcast(true);

interface Machine {
  readonly mac: string;
  readonly xid: number;
  readonly address: string;
}

function packetOf({ mac, xid }: Machine): Uint8Array {
  return pxeDiscover({ mac, xid, vendorClass: "PXEClient:Arch:00007:UNDI:003016", architecture: 7 });
}

function discover(machine: Machine, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const over = (served: boolean) => {
      offers.delete(machine.xid);
      resolve(served);
    };
    offers.set(machine.xid, () => over(true));
    signal.addEventListener("abort", () => over(false));
    dhcp.send(packetOf(machine), 67, "255.255.255.255");
  });
}

/** The DISCOVER as a REQUEST from an address: option 53 is the first, behind the cookie. */
function askPort4011(machine: Machine, signal: AbortSignal): Promise<boolean> {
  const packet = packetOf(machine);
  packet[242] = 3;
  packet.set(machine.address.split(".").map(Number), 12);
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    let ended = false;
    const over = (served: boolean) => {
      if (!ended) socket.close();
      ended = true;
      resolve(served);
    };
    signal.addEventListener("abort", () => over(false), { once: true });
    socket.on("message", (bytes) => {
      if (readDhcp(bytes)?.xid === machine.xid && !signal.aborted) over(true);
    });
    socket.bind(0, machine.address, () => socket.send(packet, 4011, server));
  });
}

function ask(service: Service, machine: Machine): (signal: AbortSignal) => Promise<boolean> {
  const { address: local } = machine;
  const whole = ({ kind, bytes }: { kind: string; bytes?: number }) => kind === "whole" && bytes === Number(size);
  const url = `http://${server}:${httpPort}/${file}`;
  return async (signal) => {
    if (service === "dhcp") return discover(machine, signal);
    if (service === "pxe") return askPort4011(machine, signal);
    if (service === "tftp") return whole(await tftpGet({ server, local, file, blockSize: 1468, signal }));
    return whole(await httpGet({ url, local, signal }));
  };
}

const running: Promise<void>[] = [];
const rounds = WARM_UP + (Number(seconds) * 1000) / PERIOD;
const began = performance.now();
/** Machines of another call are other machines. */
const first = Math.floor(Math.random() * 0x1000000);
for (let round = 0; round < rounds; round++) {
  const number = (first + round) & 0xffffff;
  const bytes = [number >> 16, (number >> 8) & 255, number & 255].map((byte) => byte.toString(16).padStart(2, "0"));
  const address = addresses[round % addresses.length] ?? "";
  const machine = { mac: mac || `52:54:00:${bytes.join(":")}`, xid: 0x40000000 + number, address };
  for (const service of services) running.push(timed(service, round >= WARM_UP, ask(service, machine)));
  await delay(Math.max(0, began + (round + 1) * PERIOD - performance.now()));
}
await Promise.all(running);
dhcp.close();
console.log(JSON.stringify(got));
process.exit(0);
