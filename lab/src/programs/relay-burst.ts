// Relays that pass on requests a millisecond apart: SERVER COUNT RELAYS. Each request is another machine's, and is passed on by each of
// these addresses, one after the other. Prints, a second after the last one, how many there were and how many got a reply.

import { createSocket, type Socket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { pxeDiscover } from "@bootlace/pxe-client";
import { readDhcp } from "../bootp.ts";

const [server = "", count = "350", list = ""] = process.argv.slice(2);
const relays = list.split(",");
const [GIADDR, HOPS] = [24, 3];
/** Requests that got a reply, as relay and xid. */
const answered = new Set<string>();

function bound(address: string): Promise<Socket> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  socket.on("message", (bytes) => {
    const reply = readDhcp(bytes);
    if (reply?.op === 2 && reply.giaddr === address) answered.add(`${address} ${reply.xid}`);
  });
  return new Promise((resolve) => socket.bind(67, address, () => resolve(socket)));
}

const sockets = await Promise.all(relays.map(bound));
console.log("begun");

function pass(number: number): void {
  const at = number % relays.length;
  const machine = Math.floor(number / relays.length);
  const mac = `52:54:01:00:${(machine >> 8).toString(16).padStart(2, "0")}:${(machine & 255).toString(16).padStart(2, "0")}`;
  const vendorClass = "PXEClient:Arch:00007:UNDI:003016";
  const packet = pxeDiscover({ mac, xid: 0x50000000 + machine, vendorClass, architecture: 7 });
  packet[HOPS] = 1;
  packet.set((relays[at] ?? "").split(".").map(Number), GIADDR);
  sockets[at]?.send(packet, 67, server);
}

const all = Number(count) * relays.length;
const began = performance.now();
for (let sent = 0; sent < all; ) {
  // A timer may come late: then so many as are due leave one after the other.
  for (const due = Math.min(all, performance.now() - began); sent < due; sent++) pass(sent);
  await delay(1);
}
await delay(1000);
console.log(JSON.stringify({ asked: all, answered: answered.size }));
process.exit(0);
