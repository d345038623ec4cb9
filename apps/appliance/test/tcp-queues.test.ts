import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { sendQueues, tcpQueues } from "../src/os/tcp-queues.ts";

const head =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n";
const row = (number: number, local: string, remote: string, queues: string) =>
  `${String(number).padStart(4)}: ${local} ${remote} 01 ${queues} 02:000AF2B8 00000000     0        0 12345 2 0000000000000000 20 4 30 10 -1         \n`;
const of = (port: number) => ({ address: "192.168.11.50", port, localAddress: "192.168.11.109", localPort: 8069 });
const ours = "6D0BA8C0:1F85";

test("a send queue is found by both ends of its connection", () => {
  const text = [
    head,
    row(0, ours, "00000000:0000", "00000000:00000000"),
    row(9999, ours, "320BA8C0:0BB8", "0002A300:00000001"),
    row(10_000, ours, "320BA8C0:0BB9", "00000000:00000000"),
    row(10_001, "6D0BA8C0:1F86", "320BA8C0:0BBA", "00000005:00000000"),
  ].join("");
  expect(sendQueues(text, [of(3001), of(3000), of(3002)])).toEqual([0, 0x2a300, undefined]);
  expect(sendQueues("", [of(3000)])).toEqual([undefined]);
});

test("what cannot be looked at gives nothing", () => {
  expect(tcpQueues("/nonexistent")([of(3000)])).toBeUndefined();
  expect(tcpQueues()([{ ...of(3000), address: "fe80::1", localAddress: "fe80::2" }])).toBeUndefined();
});

test("the queue of a connection of this machine holds what its other side has not taken", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const reader = connect(port, "127.0.0.1").pause();
  const [socket] = (await once(server, "connection")) as [Socket];
  const { remoteAddress: address = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
  const connection = { address, port: remotePort, localAddress, localPort };
  const look = tcpQueues();
  expect(look([connection, { ...connection, port: 1 }])).toEqual([0, undefined]);
  socket.write(Buffer.alloc(1_500_000));
  await expect.poll(() => look([connection])?.[0]).toBeGreaterThan(500_000);
  reader.resume();
  await expect.poll(() => look([connection])).toEqual([0]);
  reader.destroy();
  socket.destroy();
  server.close();
});
