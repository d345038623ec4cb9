import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { descriptorOf, setSocketOptions } from "../src/index.ts";

/** A program that stands for perl(1). */
async function program(body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "socket-options-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "perl");
  await writeFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

async function bound() {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  onTestFinished(() => void socket.close());
  await once(socket, "listening");
  return { socket, descriptor: descriptorOf(socket) ?? expect.unreachable() };
}

/** IP_TTL (ip(7)). */
const ttl = (descriptor: number, hops: number) => {
  return { descriptor, level: 0, name: 2, value: new Uint8Array(Int32Array.of(hops).buffer) };
};

test("what is set on a socket holds for it", async () => {
  const { descriptor } = await bound();
  expect(await setSocketOptions([ttl(descriptor, 5), ttl(descriptor, 9)])).toBe(true);
  expect(await setSocketOptions([ttl(descriptor, 256)])).toBe(false);
  // More than one program's worth.
  expect(await setSocketOptions(Array.from({ length: 300 }, () => ttl(descriptor, 64)))).toBe(true);
});

test("the program gets options, the sockets from 3 on, and nothing of the environment", async () => {
  const path = await program(
    '[ "$1 $2 $4 $5 $6 $7 $8 $9" = "-f -e -- 0 2 05000000 0 2" ] && [ -S /proc/self/fd/3 ] && [ -S /proc/self/fd/4 ] && [ ! -e /proc/self/fd/5 ] && [ -z "$HOME" ]',
  );
  const [one, other] = [await bound(), await bound()];
  expect(await setSocketOptions([ttl(one.descriptor, 5), ttl(other.descriptor, 9)], path)).toBe(true);
  expect(await setSocketOptions([ttl(one.descriptor, 5)], path)).toBe(false);
});

test("a system that refuses, and one without the program", async () => {
  const { descriptor } = await bound();
  expect(await setSocketOptions([ttl(descriptor, 5)], await program("exit 2"))).toBe(false);
  expect(await setSocketOptions([ttl(descriptor, 5)], "/nonexistent/perl")).toBe(false);
});

test("a socket that is not bound has no descriptor", () => {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  expect(descriptorOf(socket)).toBeUndefined();
});
