import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { keptOneTimeBoots } from "../src/app/services/kept-one-time-boots.ts";
import type { LogRecord } from "../src/events/record.ts";
import type { OneTimeBoots } from "../src/policy/one-time-boot.ts";

const boots = (...files: string[]): OneTimeBoots =>
  new Map(
    files.map((file, index) => [
      `52:54:00:00:00:0${index}`,
      { mac: `52:54:00:00:00:0${index}`, action: { file }, setAt: 1 },
    ]),
  );

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "bootlace-kept-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** A disk that does as it is asked, when it is asked. */
function slowDisk() {
  const writes: { state: OneTimeBoots; end: (problem?: string) => void }[] = [];
  const save = (_directory: string, state: OneTimeBoots) =>
    new Promise<string | undefined>((resolve) => {
      writes.push({ state, end: resolve });
    });
  return { writes, save };
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await undefined;
};

describe("one-time boots on a slow card", () => {
  test("are taken at once, and a hundred changes are two writes", async () => {
    const { writes, save } = slowDisk();
    const kept = keptOneTimeBoots("/state", () => undefined, save);
    for (let number = 0; number < 100; number++) kept.write(boots(`file-${number}`));
    await turns();
    expect(writes.map(({ state }) => [...state.values()][0]?.action.file)).toEqual(["file-0"]);
    writes[0]?.end();
    await turns();
    expect(writes.map(({ state }) => [...state.values()][0]?.action.file)).toEqual(["file-0", "file-99"]);
    writes[1]?.end();
    expect(await kept.settled()).toBeUndefined();
    expect(writes).toHaveLength(2);
  });

  test("hold up whoever sets them for a while, and then say that the disk does not reply", async () => {
    const { writes, save } = slowDisk();
    const kept = keptOneTimeBoots("/state", () => undefined, save);
    kept.write(boots("x"));
    expect(await kept.settled(20)).toBe("no reply from the disk within 0.02 s");
    writes[0]?.end();
    expect(await kept.settled()).toBeUndefined();
  });

  test("that cannot be saved say so, once in the log, and once more when they can", async () => {
    const { writes, save } = slowDisk();
    const records: LogRecord[] = [];
    const kept = keptOneTimeBoots("/state", (record) => records.push(record), save);
    for (const problem of ["ENOSPC", "ENOSPC", undefined]) {
      kept.write(boots("x"));
      await turns();
      writes.shift()?.end(problem);
      expect(await kept.settled()).toBe(problem);
    }
    expect(records.map(({ event }) => event)).toEqual(["boot.next-unwritable", "boot.next-writable"]);
  });
});

describe("a file of one-time boots", () => {
  test("that cannot be read is put aside before another is written, over none that is there", async () => {
    const state = folder();
    for (const [text, aside] of [
      ["{", "next.json.damaged"],
      ["[]", "next.json.damaged.2"],
      ["null", "next.json.damaged.3"],
    ] as const) {
      writeFileSync(join(state, "next.json"), text);
      const kept = keptOneTimeBoots(state, () => undefined);
      expect((await kept.read()).size).toBe(0);
      kept.write(boots("x"));
      expect(await kept.settled()).toBeUndefined();
      expect(readFileSync(join(state, aside), "utf8")).toBe(text);
      const again = keptOneTimeBoots(state, () => undefined);
      expect(await again.read()).toEqual(boots("x"));
    }
  });

  test("of a newer Bootlace stays as it is, and those who set one get an error", async () => {
    const state = folder();
    const text = JSON.stringify({ schema: 2, future: true });
    writeFileSync(join(state, "next.json"), text);
    const kept = keptOneTimeBoots(state, () => undefined);
    expect((await kept.read()).size).toBe(0);
    kept.write(boots("x"));
    expect(await kept.settled()).toBe("next.json is from a newer Bootlace");
    expect(readdirSync(state)).toEqual(["next.json"]);
    expect(readFileSync(join(state, "next.json"), "utf8")).toBe(text);
  });
});
