import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { udpSocket } from "../src/channel.ts";
import { setSegmentSize } from "../src/segment-size.ts";
import { descriptorOf } from "../src/udp-handle.ts";

/** A program that stands for perl(1). */
async function program(body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "segment-size-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "perl");
  await writeFile(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

function descriptor(): number {
  const socket = udpSocket("127.0.0.1").bind(0, "127.0.0.1");
  onTestFinished(() => void socket.close());
  return descriptorOf(socket) ?? expect.unreachable();
}

test("the program gets the size, the number, the sockets from 3 on, and nothing of the environment", async () => {
  const path = await program(
    '[ "$1 $2 $4 $5" = "-f -e 1472 2" ] && [ -S /proc/self/fd/3 ] && [ -S /proc/self/fd/4 ] && [ ! -e /proc/self/fd/5 ] && [ -z "$HOME" ]',
  );
  const descriptors = [descriptor(), descriptor()];
  expect(await setSegmentSize(descriptors, 1472, path)).toBe(true);
  expect(await setSegmentSize(descriptors, 516, path)).toBe(false);
});

test("a system that cannot cut, and one without the program", async () => {
  expect(await setSegmentSize([descriptor()], 1472, await program("exit 2"))).toBe(false);
  expect(await setSegmentSize([descriptor()], 1472, "/nonexistent/perl")).toBe(false);
});
