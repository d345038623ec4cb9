import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { isLogSilent, type LogFileSystem, openLogFile } from "../src/log/log-file.ts";

let path = "";
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-log-silent-"));
  path = join(folder, "a.log");
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** A file system that opens nothing until it is told to go on. */
function hangingFiles() {
  let goOn = () => {};
  const asked = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const files: LogFileSystem = { open: (...words) => asked.then(() => open(...words)), stat };
  return { files, goOn };
}

describe("a log file whose disk does not answer", () => {
  it("holds nobody up, is reported once, takes a bounded number of lines, and says how many were lost", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { files, goOn } = hangingFiles();
    const file = openLogFile(path, () => 0, files);
    const told: [string | undefined, number][] = [];
    const say = (text: string) => file.write(text, (problem, lost) => told.push([problem, lost]));
    say("first\n");
    await vi.advanceTimersByTimeAsync(1_999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual([["no answer", 0]]);
    const line = `${"x".repeat(1023)}\n`;
    for (let number = 0; number < 5_000; number++) say(line);
    expect(told).toHaveLength(1);
    vi.useRealTimers();
    goOn();
    await file.close();
    // A MiB less the first line, and the others were lost.
    const written = readFileSync(path, "utf8").split("\n").length - 1;
    expect(written).toBe(1024);
    expect(told.slice(1)).toEqual([[undefined, 5_001 - written]]);
    expect(isLogSilent()).toBe(false);
  });

  it("ends with the daemon after a while, and is known to hold a thread until it answers", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { files, goOn } = hangingFiles();
    const file = openLogFile(path, () => 0, files);
    file.write("last words\n", () => undefined);
    const closed = file.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
    expect(isLogSilent()).toBe(true);
    vi.useRealTimers();
    goOn();
    await vi.waitFor(() => expect(isLogSilent()).toBe(false));
    expect(readFileSync(path, "utf8")).toBe("last words\n");
  });

  it("is written in order when it answers slowly, many lines at once", async () => {
    const file = openLogFile(path, () => 0);
    const lines = Array.from({ length: 500 }, (_, number) => `${number}\n`);
    for (const line of lines) file.write(line, () => undefined);
    await file.flush();
    expect(readFileSync(path, "utf8")).toBe(lines.join(""));
    await file.close();
  });
});
