import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { findPortHolder, inodesHolding, parseProcNet, processName } from "../src/os/port-holder.ts";

async function holder(address: string) {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  const { port } = socket.address();
  const released = once(socket, "close");
  return {
    port,
    async release() {
      socket.close();
      await released;
    },
  };
}

describe("the name of a process", () => {
  it.each([
    ["dnsmasq\n", "/usr/sbin/dnsmasq\0-k\0", "dnsmasq"],
    ["MainThread\n", "node\0apps/appliance/dist/main.js\0serve\0", "bootlace"],
    ["node\n", "/usr/bin/node\0/usr/lib/bootlace/bootlace.cjs\0serve\0", "bootlace"],
    ["node-MainThread\n", "node\0--no-warnings\0/usr/local/bin/bootlace\0serve\0", "bootlace"],
    ["MainThread\n", "/opt/bootlace\0serve\0", "bootlace"],
    ["MainThread\n", "node\0/srv/app/server.js\0", "node server.js"],
    ["MainThread\n", "node\0/srv/app/dist/main.js\0", "node main.js"],
    ["MainThread\n", "/opt/other/tool\0", "tool"],
    ["MainThread\n", "node\0", "node"],
    ["MainThread\n", "", "node"],
    ["", "", "a process"],
    ["a\u001b[2J\n", "a\0", '"a\\x1b[2J"'],
  ])("%j %j is %s", (comm, cmdline, name) => {
    expect(processName(comm, cmdline)).toBe(name);
  });
});

describe("/proc/net/udp", () => {
  const table = [
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops",
    "  123: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4242 2 0000000000000000 0",
    "  124: 0100007F:0FAB 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4343 2 0000000000000000 0",
    "  125: 0A01A8C0:0043 FFFFFFFF:0044 01 00000000:00000000 00:00000000 00000000     0        0 4444 2 0000000000000000 0",
    "",
  ].join("\n");

  it("is read line by line", () => {
    expect(parseProcNet(table)).toEqual([
      { localAddress: "00000000", port: 67, inode: "4242" },
      { localAddress: "0100007F", port: 4011, inode: "4343" },
      { localAddress: "0A01A8C0", port: 67, inode: "4444" },
    ]);
    expect(parseProcNet("nonsense\n1: x\n")).toEqual([]);
  });

  it("reports which sockets are in the way", () => {
    const rows = parseProcNet(table);
    expect(inodesHolding(rows, "0.0.0.0", 67, true)).toEqual(["4242", "4444"]);
    expect(inodesHolding(rows, "192.168.1.10", 67, true)).toEqual(["4242", "4444"]);
    expect(inodesHolding(rows, "192.168.1.11", 67, true)).toEqual(["4242"]);
    expect(inodesHolding(rows, "127.0.0.1", 4011, true)).toEqual(["4343"]);
    expect(inodesHolding(rows, "127.0.0.1", 4011, false)).toEqual([]);
    expect(inodesHolding(rows, "1.0.0.127", 4011, false)).toEqual(["4343"]);
  });

  it("of a listener by TCP it is the process that listens, not one that is connected", async () => {
    const states = [
      "  0: 0100007F:1F85 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51 1 0 100 0 0 10 0",
      "  1: 0100007F:1F85 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 52 1 0 20 4 30 10 -1",
    ].join("\n");
    expect(parseProcNet(states, new Set(["0A"]))).toEqual([{ localAddress: "0100007F", port: 8069, inode: "51" }]);

    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await findPortHolder("127.0.0.1", port, "tcp")).toMatchObject({ pid: process.pid });
    expect(await findPortHolder("127.0.0.1", port, "udp")).toBeUndefined();
    server.close();
  });

  it("nobody holds a free port", async () => {
    const { port, release } = await holder("127.0.0.1");
    await release();
    expect(await findPortHolder("127.0.0.1", port)).toBeUndefined();
  });
});
