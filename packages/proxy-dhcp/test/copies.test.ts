import { expect, it } from "vitest";
import { copies } from "../src/copies.ts";

const source = { address: "192.168.1.57", port: 68 };
const bytes = Uint8Array.of(1, 2, 3);

it("a datagram is heard once, whatever sockets it comes to, and twice where it is sent twice", () => {
  const isFirst = copies(() => 0);
  const heard = (["a", "b", "a", "c", "b"] as const).map((socket) => isFirst(bytes, source, socket));
  expect(heard).toEqual([true, false, true, false, false]);
  expect(isFirst(Uint8Array.of(1, 2), source, "b")).toBe(true);
  expect(isFirst(bytes, { ...source, port: 4011 }, "b")).toBe(true);
});

it("a second later the same bytes are a new datagram, and a flood is not remembered without end", () => {
  let now = 0;
  const isFirst = copies(() => now);
  expect([isFirst(bytes, source, "a"), isFirst(bytes, source, "b")]).toEqual([true, false]);
  now = 1000;
  expect([isFirst(bytes, source, "b"), isFirst(bytes, source, "a")]).toEqual([true, false]);
  for (let port = 0; port < 5000; port++) isFirst(bytes, { ...source, port }, "a");
  expect(isFirst(bytes, source, "b")).toBe(true);
});

it("what one socket has read ahead of another in a flood is known there", () => {
  let now = 0;
  const isFirst = copies(() => now++ / 4);
  const read = (socket: string) =>
    Array.from({ length: 1000 }, (_, port) => isFirst(bytes, { ...source, port }, socket)).filter(Boolean).length;
  expect([read("a"), read("b"), read("a")]).toEqual([1000, 0, 1000]);
});
