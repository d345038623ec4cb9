import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descriptorOf } from "@bootlace/boot-source";
import { expect, onTestFinished, test } from "vitest";
import { udpSocket } from "../src/channel.ts";
import { setSegmentSize } from "../src/segment-size.ts";

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

test("the option is set on each of the sockets", async () => {
  const path = await program('[ "$*" = "$1 $2 $3 -- 17 103 c0050000 17 103 c0050000" ]');
  const descriptors = [descriptor(), descriptor()];
  expect(await setSegmentSize(descriptors, 1472, path)).toBe(true);
  expect(await setSegmentSize(descriptors, 516, path)).toBe(false);
});

test("a system that cannot cut, and one without the program", async () => {
  expect(await setSegmentSize([descriptor()], 1472, await program("exit 2"))).toBe(false);
  expect(await setSegmentSize([descriptor()], 1472, "/nonexistent/perl")).toBe(false);
});
