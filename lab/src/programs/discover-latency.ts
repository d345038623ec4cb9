// A crowd of PXE clients, each with one DISCOVER: COUNT MILLISECONDS-BETWEEN. Prints how long their OFFERs took, in
// milliseconds, as this process sees it; those that did not come within two seconds are missing.

import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { pxeDiscover } from "@bootlace/pxe-client";
import { readDhcp } from "../bootp.ts";

const [count = "400", between = "15"] = process.argv.slice(2);
const sentAt = new Map<number, number>();
const times: number[] = [];

const socket = createSocket({ type: "udp4", reuseAddr: true });
socket.on("message", (bytes) => {
  const now = performance.now();
  const message = readDhcp(bytes);
  const began = message?.op === 2 ? sentAt.get(message.xid) : undefined;
  if (message === undefined || began === undefined) return;
  sentAt.delete(message.xid);
  times.push(now - began);
});
await new Promise<void>((resolve) => socket.bind(68, "0.0.0.0", resolve));
socket.setBroadcast(true);

for (let at = 0; at < Number(count); at++) {
  const mac = `52:54:00:10:${(at >> 8).toString(16).padStart(2, "0")}:${(at & 255).toString(16).padStart(2, "0")}`;
  const vendorClass = "PXEClient:Arch:00000:UNDI:002001";
  const packet = pxeDiscover({ mac, xid: 0x1000_0000 + at, vendorClass, architecture: 0 });
  sentAt.set(0x1000_0000 + at, performance.now());
  socket.send(packet, 67, "255.255.255.255");
  await delay(Number(between));
}
for (let waited = 0; waited < 2000 && sentAt.size > 0; waited += 50) await delay(50);
socket.close();
console.log(JSON.stringify({ times, missing: sentAt.size }));
