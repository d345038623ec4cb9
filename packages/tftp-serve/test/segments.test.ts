import type { Socket } from "node:dgram";
import { constants } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { udpSocket } from "../src/channel.ts";
import { channelPool } from "../src/channel-pool.ts";
import type { PooledSocket } from "../src/pooled-socket.ts";
import type { SetSegmentSize } from "../src/segment-size.ts";
import { segmentStock } from "../src/segment-stock.ts";
import { fakeClock } from "./fake-clock.ts";

const local = "127.0.0.1";

const turns = async () => {
  for (let n = 0; n < 4; n++) await new Promise((resolve) => setImmediate(resolve));
};
const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === "UDPWrap").length;

/** How many there are when those of the test before are gone. */
async function socketsBefore(): Promise<number> {
  await turns();
  return openSockets();
}

/** `count` packets of `size` bytes one behind the other, the last one shorter. */
function packetsOf(size: number, count: number): Uint8Array[] {
  const bytes = new Uint8Array(size * count - 1).map((_, at) => at % 251);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

/** Nothing is cut here: what leaves by one call arrives as one datagram. */
async function stocked(size: number, count: number, setSize: SetSegmentSize = async () => true) {
  const clock = fakeClock();
  const stock = segmentStock(local, size, count, setSize, clock.now);
  const taken: PooledSocket[] = [];
  const pool = channelPool(local, clock.now, {
    ...stock,
    take() {
      const pooled = stock.take();
      if (pooled) taken.push(pooled);
      return pooled;
    },
  });
  onTestFinished(() => pool.close());
  await turns();
  return {
    clock,
    pool,
    taken,
    /** A client, and a transfer to it whose packets have so many bytes; `undefined`: one block after the other. */
    transfer(frame: number | undefined) {
      const peer = udpSocket(local).bind(0, local);
      const heard: Buffer[] = [];
      const ports: number[] = [];
      const trouble: string[] = [];
      peer.on("message", (packet, from) => {
        heard.push(packet);
        ports.push(from.port);
      });
      const client = { address: local, port: peer.address().port, localAddress: local, localPort: 69 };
      const handlers = {
        packet() {},
        portClosed: () => trouble.push("port closed"),
        sendFailed: (code: string) => trouble.push(code),
        failed: (code: string) => trouble.push(code),
      };
      const channel = pool.open(client, handlers, frame);
      let open = true;
      const leave = () => {
        if (open) peer.close();
        open = false;
      };
      onTestFinished(() => {
        channel.close(false);
        leave();
      });
      return {
        channel,
        leave,
        heard,
        ports,
        trouble,
        /** The lengths of what has come, when so many have. */
        async lengths(number: number) {
          await expect.poll(() => heard.length).toBe(number);
          return heard.map(({ length }) => length);
        },
      };
    },
  };
}

interface Handle {
  send(...call: unknown[]): number;
}

/** The system says this to whatever is longer than `most`. */
function refuse(socket: Socket, most: number, said: number): void {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "state symbol");
  if (symbol === undefined) expect.unreachable();
  const { handle } = (socket as unknown as Record<symbol, { handle: Handle }>)[symbol] ?? expect.unreachable();
  const { send } = handle;
  handle.send = (...call) => {
    const [packet] = call[1] as Uint8Array[];
    return packet && packet.length > most ? said : send.apply(handle, call);
  };
}

/** The first datagram of a process goes through dgram, see udp-handle.ts. */
async function warmUp(): Promise<void> {
  const { transfer } = await stocked(8, 0);
  const first = transfer(undefined);
  first.channel.send(Buffer.from("x"));
  await first.lengths(1);
}

test("a window leaves in one piece, its last packet shorter, and a lone packet as it is", async () => {
  await warmUp();
  const { transfer } = await stocked(12, 1);
  const { channel, lengths, heard } = transfer(12);
  const packets = packetsOf(12, 5);
  channel.send(Buffer.from("oack"));
  channel.sendWindow(packets, 0, 2);
  channel.sendWindow(packets, 3, 3);
  channel.sendWindow(packets, 2, 4);
  expect(await lengths(4)).toEqual([4, 36, 12, 35]);
  expect(heard[1]).toEqual(Buffer.concat(packets.slice(0, 3)));
  expect(heard[3]).toEqual(Buffer.concat(packets.slice(2)));
});

test.each([
  { size: 1000, count: 70, pieces: [64_000, 5999] },
  { size: 8196, count: 9, pieces: [7 * 8196, 2 * 8196 - 1] },
])("$count packets of $size bytes are more than the system takes at once", async ({ size, count, pieces }) => {
  await warmUp();
  const { transfer } = await stocked(size, 1);
  const { channel, lengths, heard } = transfer(size);
  const packets = packetsOf(size, count);
  channel.sendWindow(packets, 0, count - 1);
  expect(await lengths(2)).toEqual(pieces);
  expect(Buffer.concat(heard)).toEqual(Buffer.concat(packets));
});

test("packets of another size, lockstep, and who comes when the stock is used up have sockets of the other kind", async () => {
  const outcomes: number[] = [];
  await warmUp();
  const { transfer } = await stocked(12, 1);
  for (const frame of [undefined, 11, 13, 12, 12]) {
    const { channel, lengths } = transfer(frame);
    channel.sendWindow(packetsOf(12, 3), 0, 2);
    outcomes.push((await lengths(frame === 12 && outcomes.length === 3 ? 1 : 3)).length);
  }
  expect(outcomes).toEqual([3, 3, 3, 1, 3]);
});

test("the sockets are made in batches, and wait without a port", async () => {
  const asked: number[][] = [];
  const before = await socketsBefore();
  const { pool } = await stocked(1472, 100, async (descriptors, size) => {
    asked.push([new Set(descriptors).size, size]);
    return true;
  });
  await turns();
  expect(asked).toEqual([
    [64, 1472],
    [36, 1472],
  ]);
  expect(openSockets()).toBe(before + 100);
  pool.close();
  await expect.poll(openSockets).toBe(before);
});

test("there is no stock where the system does not cut", async () => {
  const before = await socketsBefore();
  const { transfer } = await stocked(12, 100, async () => false);
  await expect.poll(openSockets).toBe(before);
  const { channel, lengths } = transfer(12);
  channel.sendWindow(packetsOf(12, 2), 0, 1);
  expect(await lengths(2)).toEqual([12, 11]);
});

test("nor on an address that is not ours", async () => {
  const before = await socketsBefore();
  const asked: number[] = [];
  const stock = segmentStock(
    "203.0.113.199",
    12,
    3,
    async () => asked.push(1) > 0,
    () => 0,
  );
  await turns();
  expect([stock.take(), asked]).toEqual([undefined, []]);
  await expect.poll(openSockets).toBe(before);
});

test("a stock that is closed while it is made leaves nothing", async () => {
  const before = await socketsBefore();
  let answer: (yes: boolean) => void = () => {};
  const { pool } = await stocked(12, 3, () => new Promise((resolve) => (answer = resolve)));
  expect(openSockets()).toBe(before + 3);
  pool.close();
  answer(true);
  await expect.poll(openSockets).toBe(before);
});

test.each(["EINVAL", "EMSGSIZE", "EIO"] as const)(
  "a window that is refused with %s goes out singly, from the same port, as all that follow",
  async (code) => {
    await warmUp();
    const { transfer, taken } = await stocked(12, 2);
    const { channel, lengths, ports } = transfer(12);
    const [pooled] = taken;
    if (!pooled) expect.unreachable();
    channel.send(Buffer.from("oack"));
    refuse(pooled.socket, 12, -constants.errno[code]);
    const packets = packetsOf(12, 4);
    channel.sendWindow(packets, 0, 3);
    expect(await lengths(5)).toEqual([4, 12, 12, 12, 11]);
    channel.sendWindow(packets, 0, 1);
    expect(await lengths(7)).toEqual([4, 12, 12, 12, 11, 12, 12]);
    expect(new Set(ports).size).toBe(1);
    // Nor is it tried again for this client.
    const again = transfer(12);
    again.channel.sendWindow(packets, 0, 1);
    expect(await again.lengths(2)).toEqual([12, 12]);
    expect(taken).toEqual([pooled]);
  },
);

test("when nothing goes out of such a socket at all, the transfer begins on another one with its port", async () => {
  await warmUp();
  const { transfer, taken } = await stocked(12, 1);
  const { channel, lengths, ports } = transfer(12);
  const [pooled] = taken;
  if (!pooled) expect.unreachable();
  const { port } = pooled.socket.address();
  refuse(pooled.socket, 0, -constants.errno.EINVAL);
  channel.send(Buffer.from("oack"));
  channel.sendWindow(packetsOf(12, 2), 0, 1);
  expect(await lengths(3)).toEqual([4, 12, 11]);
  expect(new Set(ports)).toEqual(new Set([port]));
});

test("a socket goes back into the stock: at once when all was answered, else a second later", async () => {
  await warmUp();
  const { transfer, taken, pool, clock } = await stocked(12, 1);
  const first = transfer(12);
  first.channel.send(Buffer.from("one"));
  await first.lengths(1);
  first.channel.close(true);
  const second = transfer(12);
  second.channel.send(Buffer.from("two"));
  await second.lengths(1);
  expect(second.ports[0]).not.toBe(first.ports[0]);
  // The client goes, and says so to somebody who does not listen any more.
  second.leave();
  await turns();
  second.channel.send(Buffer.from("gone?"));
  second.channel.close(false);
  await turns();
  transfer(12);
  expect(taken.length).toBe(2);
  clock.advance(990);
  expect(pool.trim()).toBe(true);
  clock.advance(10);
  pool.trim();
  const third = transfer(12);
  expect(new Set(taken).size).toBe(1);
  expect(taken.length).toBe(3);
  third.channel.sendWindow(packetsOf(12, 2), 0, 1);
  expect(await third.lengths(1)).toEqual([23]);
  expect([...first.trouble, ...second.trouble, ...third.trouble]).toEqual([]);
});
