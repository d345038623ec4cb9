import type { Socket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { type Channel, udpSocket } from "../src/channel.ts";
import { channelPool } from "../src/channel-pool.ts";
import { fakeClock } from "./fake-clock.ts";

interface Use {
  readonly channel: Channel;
  readonly packets: string[];
  readonly trouble: string[];
  /** Sends a text and gives the port it came from. */
  say(text: string): Promise<number>;
}

/** This kind of socket binds and sends at once, not in a later turn. */
function peer(): Socket {
  const socket = udpSocket("127.0.0.1").bind(0, "127.0.0.1");
  onTestFinished(() => {
    try {
      socket.close();
    } catch {
      // The test closed it.
    }
  });
  return socket;
}

function pool() {
  const clock = fakeClock();
  const made = channelPool("127.0.0.1", clock.now);
  onTestFinished(() => made.close());
  function use(to: Socket): Use {
    const { port } = to.address();
    const packets: string[] = [];
    const trouble: string[] = [];
    const client = { address: "127.0.0.1", port, localAddress: "127.0.0.1", localPort: 69 };
    const channel = made.open(client, {
      packet: (packet) => packets.push(String(packet)),
      portClosed: () => trouble.push("port closed"),
      sendFailed: (code) => trouble.push(`send ${code}`),
      failed: (code) => trouble.push(`failed ${code}`),
    });
    onTestFinished(() => channel.close(false));
    return {
      channel,
      packets,
      trouble,
      async say(text) {
        channel.send(Buffer.from(text));
        const [packet, from] = await once(to, "message");
        expect(String(packet)).toBe(text);
        return from.port;
      },
    };
  }
  return { pool: made, clock, use };
}

test("a socket is used again, on a fresh port, and hears its present client only", async () => {
  const { use } = pool();
  const [a, b] = [peer(), peer()];
  const first = use(a);
  const firstPort = await first.say("one");
  first.channel.close(true);
  const second = use(b);
  const secondPort = await second.say("two");
  expect(secondPort).not.toBe(firstPort);
  a.send("late", firstPort, "127.0.0.1");
  a.send("wrong", secondPort, "127.0.0.1");
  b.send("right", secondPort, "127.0.0.1");
  await expect.poll(() => second.packets).toEqual(["right"]);
  expect(first.packets).toEqual([]);
});

test("what came for one client is not taken for the next", async () => {
  const { use } = pool();
  const [a, b] = [peer(), peer()];
  const first = use(a);
  const port = await first.say("one");
  a.send("still waiting", port, "127.0.0.1");
  // The packet is in the socket now, unread: nothing has let the event loop turn.
  first.channel.close(true);
  const second = use(b);
  const secondPort = await second.say("two");
  b.send("mine", secondPort, "127.0.0.1");
  await expect.poll(() => second.packets).toEqual(["mine"]);
});

test("a channel that was closed sends nothing, not even through the socket of another", async () => {
  const { use } = pool();
  const [a, b] = [peer(), peer()];
  const first = use(a);
  await first.say("one");
  first.channel.close(true);
  first.channel.close(true);
  const second = use(b);
  first.channel.send(Buffer.from("ghost"));
  first.channel.sendWindow([Buffer.from("ghost")], 0, 0);
  expect(await second.say("two")).toBeGreaterThan(0);
});

test("sockets without a transfer are closed after a second", async () => {
  const { use, pool: made, clock } = pool();
  const client = peer();
  const open = () => process.getActiveResourcesInfo().filter((name) => name === "UDPWrap").length;
  for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve));
  const before = open();
  const uses = [use(client), use(client), use(client)];
  for (const each of uses) await each.say("x");
  expect(open()).toBe(before + 3);
  for (const each of uses) each.channel.close(true);
  expect([open(), made.trim()]).toEqual([before + 3, true]);
  clock.advance(990);
  expect(made.trim()).toBe(true);
  clock.advance(10);
  expect(made.trim()).toBe(false);
  await expect.poll(open).toBe(before);
});

test("not those that still owe an answer, and none after the pool was closed", async () => {
  const { use, pool: made } = pool();
  const client = peer();
  const owing = use(client);
  await owing.say("x");
  owing.channel.close(false);
  expect(made.trim()).toBe(false);
  const last = use(client);
  await last.say("y");
  made.close();
  await last.say("z");
  last.channel.close(true);
  expect(made.trim()).toBe(false);
});

test("a closed port is reported, also on a socket that is used again", async () => {
  const { use } = pool();
  const [a, b] = [peer(), peer()];
  const first = use(a);
  await first.say("one");
  first.channel.close(true);
  const second = use(b);
  await second.say("two");
  b.close();
  await once(b, "close");
  second.channel.send(Buffer.from("x"));
  await expect.poll(() => second.trouble).toEqual(["port closed"]);
});

test("an address that is not ours", () => {
  const trouble: string[] = [];
  const made = channelPool("203.0.113.199", () => 0);
  const channel = made.open(
    { address: "127.0.0.1", port: 9, localAddress: "203.0.113.199", localPort: 69 },
    {
      packet: () => expect.unreachable(),
      portClosed: () => expect.unreachable(),
      sendFailed: () => expect.unreachable(),
      failed: (code) => trouble.push(code),
    },
  );
  channel.send(Buffer.from("x"));
  channel.close(true);
  expect(trouble).toEqual(["EADDRNOTAVAIL"]);
});
