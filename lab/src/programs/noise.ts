// Packets that are none of Bootlace's business, at a rate: dhcp|ipv6 PACKETS-A-SECOND SECONDS. Prints again and again
// how many were sent. `dhcp`: DISCOVERs of as many machines, none of which boots from the
// network. `ipv6`: what a LAN says by IPv6, and requests to the ports of a boot server.

import { createSocket, type Socket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { ordinaryDiscover } from "@bootlace/pxe-client";

const [kind, rate = "1000", seconds = "60"] = process.argv.slice(2);
const TICK = 20;
const CLASSES = ["MSFT 5.0", "android-dhcp-14", "udhcp 1.36.1", "dhcpcd-9.4.1:Linux-6.1", undefined];

function macOf(at: number): string {
  const bytes = [0x02, 0x4e, 0, (at >> 16) & 255, (at >> 8) & 255, at & 255];
  return bytes.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

/** DHCPv6 SOLICIT (RFC 8415 8) of a PXE client: client identifier, elapsed time, architecture (RFC 5970 3.3). */
function solicit(at: number): Uint8Array {
  const identifier = [
    0,
    1,
    0,
    10,
    0,
    3,
    0,
    1,
    ...macOf(at)
      .split(":")
      .map((octet) => Number.parseInt(octet, 16)),
  ];
  return Uint8Array.of(1, at >> 16, at >> 8, at, ...identifier, 0, 8, 0, 2, 0, 0, 0, 61, 0, 2, 0, 7);
}

const REQUEST = new TextEncoder().encode("\0\x01pxelinux/pxelinux.0\0octet\0");
const QUESTION = Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0x62, 0x6f, 0x6f, 0x74, 0, 0, 1, 0, 1);

/** The packets of one turn, in order. */
const TURN: readonly ((at: number) => readonly [bytes: Uint8Array, port: number, to: string])[] = [
  (at) => [solicit(at), 547, "ff02::1:2%eth0"],
  () => [QUESTION, 5353, "ff02::fb%eth0"],
  () => [QUESTION, 5355, "ff02::1:3%eth0"],
  () => [REQUEST, 69, "ff02::1%eth0"],
  (at) => [solicit(at), 4011, "ff02::1%eth0"],
];

async function open(type: "udp4" | "udp6", port: number): Promise<Socket> {
  const socket = createSocket({
    type,
    reuseAddr: true,
    lookup: (name, _, done) => done(null, name, type === "udp4" ? 4 : 6),
  });
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.bind(port, resolve));
  if (type === "udp4") socket.setBroadcast(true);
  return socket;
}

const socket = await open(kind === "dhcp" ? "udp4" : "udp6", kind === "dhcp" ? 68 : 546);

function send(at: number): void {
  if (kind === "dhcp") {
    socket.send(ordinaryDiscover(macOf(at), 0x4e00_0000 + at, CLASSES[at % CLASSES.length]), 67, "255.255.255.255");
    return;
  }
  const packet = TURN[at % TURN.length]?.(at);
  if (packet !== undefined) socket.send(...packet);
}

const began = performance.now();
let sent = 0;
for (let passed = 0; passed < Number(seconds) * 1000; passed = performance.now() - began) {
  for (const owed = (passed * Number(rate)) / 1000; sent < owed; sent++) send(sent);
  process.stdout.write(`${sent} sent\n`);
  await delay(TICK);
}
socket.close();
