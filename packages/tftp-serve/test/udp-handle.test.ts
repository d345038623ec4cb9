import type { Socket } from "node:dgram";
import { once } from "node:events";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { udpSocket } from "../src/channel.ts";

/** What was learned of dgram is forgotten before each test. */
let senderOf: typeof import("../src/channel.ts").senderOf;
beforeEach(async () => {
  vi.resetModules();
  ({ senderOf } = await import("../src/channel.ts"));
});

function bound(): Socket {
  const socket = udpSocket("127.0.0.1").bind(0, "127.0.0.1");
  onTestFinished(() => void socket.close());
  return socket;
}

async function heard(socket: Socket): Promise<string> {
  const [packet] = await once(socket, "message");
  return String(packet);
}

test("only the first datagram goes through dgram, and every one arrives", async () => {
  const [one, other] = [bound(), bound()];
  const { port } = other.address();
  const viaDgram = vi.spyOn(one, "send");
  const sender = senderOf(one);
  for (const text of ["a", "bb", "", "dddd"]) {
    const hears = heard(other);
    sender.to(Buffer.from(text), port, "127.0.0.1");
    expect(await hears).toBe(text);
  }
  one.connect(port, "127.0.0.1");
  for (const text of ["e", "ff"]) {
    const hears = heard(other);
    sender.toPeer(Buffer.from(text));
    expect(await hears).toBe(text);
  }
  expect(viaDgram).toHaveBeenCalledTimes(1);
});

test("a refusal of the system is dropped, and says nothing about dgram", async () => {
  const [one, other] = [bound(), bound()];
  one.on("error", () => {});
  const { port } = other.address();
  const viaDgram = vi.spyOn(one, "send");
  const sender = senderOf(one);
  const say = async (text: string) => {
    const hears = heard(other);
    sender.to(Buffer.from(text), port, "127.0.0.1");
    expect(await hears).toBe(text);
  };
  sender.to(Buffer.alloc(70_000), port, "127.0.0.1");
  await say("one");
  sender.to(Buffer.alloc(70_000), port, "127.0.0.1");
  await say("two");
  expect(viaDgram).toHaveBeenCalledTimes(2);
});

test.each([
  ["another order", (packet: Uint8Array) => [[packet], {}, 1, false]],
  ["something more", (packet: Uint8Array) => [{}, [packet], 1, false, "more"]],
  ["no handle", undefined],
])("a dgram of another kind is used the public way only: %s", (_, call) => {
  const handle = { send: (..._call: unknown[]) => 4 };
  const socket = {
    [Symbol("state symbol")]: call === undefined ? {} : { handle },
    send: vi.fn((packet: Uint8Array) => void handle.send(...(call?.(packet) ?? []))),
  };
  const sender = senderOf(socket as unknown as Socket);
  for (let n = 0; n < 3; n++) sender.toPeer(Buffer.from("abc"));
  expect(socket.send).toHaveBeenCalledTimes(3);
});
