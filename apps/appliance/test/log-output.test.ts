import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openServeLog } from "../src/cli/serve-log.ts";
import { configSchema } from "../src/config/schema.ts";
import { logOutput, mostWaiting } from "../src/os/log-output.ts";

/** An output whose reader takes what it is told to. */
function output(isTTY = false) {
  const written: string[] = [];
  const blocking: boolean[] = [];
  const stream = {
    isTTY,
    writableLength: 0,
    write(text: string) {
      written.push(text);
      stream.writableLength += text.length;
    },
    _handle: { setBlocking: (value: boolean) => blocking.push(value) },
  };
  return { stream, written, blocking };
}

it("what nobody reads is lost beyond a mebibyte, and said so when there is room for half of it", () => {
  const { stream, written } = output();
  const lost: number[] = [];
  const write = logOutput(stream, (lines) => lost.push(lines));
  const line = "x".repeat(1023).concat("\n");
  for (let number = 0; number < 2000; number++) write(line);
  expect([written.length, stream.writableLength, lost]).toEqual([1024, mostWaiting, []]);
  stream.writableLength = mostWaiting / 2;
  write(line);
  expect([written.length, lost]).toEqual([1024, []]);
  stream.writableLength = 0;
  write(line);
  write(line);
  expect([written.length, lost]).toEqual([1026, [977]]);
});

it("a terminal that nobody reads holds nothing up; a pipe never did", () => {
  const [terminal, pipe] = [output(true), output(false)];
  logOutput(terminal.stream, () => {})("a line\n");
  logOutput(pipe.stream, () => {})("a line\n");
  expect([terminal.blocking, pipe.blocking]).toEqual([[false], []]);
});

it("the log of the daemon goes on, and has a line about those that were lost", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-output-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { stream, written } = output();
  const settings = configSchema.parse({ log: { format: "json" } }).log;
  const surroundings = { out: () => {}, now: () => 0, logTo: stream, stdoutIsTerminal: false, stdoutIsJournal: false };
  await using log = openServeLog(settings, surroundings as unknown as Parameters<typeof openServeLog>[1]);
  const say = () => log.write({ level: "info", scope: "bootlace", event: "net.failed", message: "a line", fields: {} });
  stream.writableLength = mostWaiting;
  for (let number = 0; number < 3; number++) say();
  stream.writableLength = 0;
  say();
  expect(written.map((text) => JSON.parse(text)).map(({ event, lines }) => [event, lines])).toEqual([
    ["log.output-back", 3],
    ["net.failed", undefined],
  ]);
});
