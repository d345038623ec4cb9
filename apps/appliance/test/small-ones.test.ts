import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectureByName } from "@bootlace/dhcp-core";
import { afterAll, describe, expect, it } from "vitest";
import { logs } from "../src/cli/logs.ts";
import { formatFault } from "../src/config/faults.ts";
import { suggestKey } from "../src/config/other-words.ts";
import { parseConfig } from "../src/config/parse.ts";
import { openSqliteStore } from "../src/history/sqlite-store.ts";
import { readLogTail } from "../src/log/log-tail.ts";
import { bootRequest as madeUp } from "../src/policy/boot-request.ts";
import { apiDaemon } from "./helpers/api-daemon.ts";
import { commandLine } from "./helpers/command-line.ts";
import { clientOf, configFrom } from "./helpers/policy-fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-small-"));
afterAll(() => rmSync(folder, { recursive: true }));
describe("one mark ends a suggestion", () => {
  const fault = { code: "E003", problem: "unknown key", file: "a.yaml", line: 1, column: 1, path: "" } as const;

  it.each([
    [{ ...fault, allowed: 'Did you mean "a"? Known keys: a' }, 'unknown key. Did you mean "a"? Known keys: a.'],
    [{ ...fault, allowed: "Known keys: a", suggestion: '"a"' }, 'unknown key. Did you mean "a"? Known keys: a.'],
    [{ ...fault, problem: "Is this a key?" }, "Is this a key?"],
  ])("%j", (fault, text) => expect(formatFault(fault)).toBe(`a.yaml:1:1: error[E003] ${text}`));
});

describe("words of other servers suggest ours", () => {
  const words: readonly (readonly [string, readonly PropertyKey[], string | undefined])[] = [
    ["blksize", ["tftp"], "maxBlockSize"],
    ["blksize", [], "tftp.maxBlockSize"],
    ["windowsize", ["tftp"], "maxWindowSize"],
    ["block-size", [], "tftp.maxBlockSize"],
    ["tftp-root", [], "root"],
    ["enable-tftp", [], "tftp.enabled"],
    ["dhcp-boot", [], "boot"],
    ["pxe-service", [], "menus"],
    ["dhcp-host", [], "hosts"],
    ["maxthread", ["tftp"], "maxTransfers"],
    ["tftp_directory", [], "root"],
    ["listen-addr", [], "interfaces"],
    ["next-server", ["boot", 0], "server"],
    ["filename", ["boot", 3], "file"],
    ["filename", [], "boot.file"],
    ["rooot", [], "root"],
    ["nothing-like-it", [], undefined],
  ];

  it.each(words)("%s in %j is %s", (key, path, meant) => expect(suggestKey(key, path)).toBe(meant));

  it("and each suggestion is a key that the config has", () => {
    const known = JSON.stringify(configFrom(""));
    for (const [, path, meant] of words) {
      if (meant === undefined || path[0] === "boot" || meant === "boot.file") continue;
      expect(known).toContain(`"${meant.split(".").at(-1)}":`);
    }
  });

  it("in the error that a config gets", () => {
    const parsed = parseConfig("tftp: { blksize: 1024 }\n", "a.yaml");
    expect(parsed.ok ? "" : parsed.faults.map(formatFault).join()).toContain('Did you mean "maxBlockSize"?');
  });
});

describe("explain takes the words that people have for machines", () => {
  it.each([
    ["uefi", "x64-uefi", "uefi"],
    ["efi", "x64-uefi", "uefi"],
    ["bios", "x86-bios", "bios"],
    ["pi", "arm-rpiboot", "raspberry-pi"],
    ["Raspberry Pi", "arm-rpiboot", "raspberry-pi"],
    ["arm", "arm64-uefi", "uefi"],
    ["x64-uefi-http", "x64-uefi-http", "uefi-http"],
  ])("--arch %s is %s", (word, name, firmware) => {
    const made = madeUp({ mac: "52:54:00:12:34:56", arch: word });
    if (!made.ok) throw new Error(made.problem);
    expect(clientOf(made.packet)).toMatchObject({ arch: architectureByName(name), firmware });
  });

  it("and refuses what is none, with the nearest", () => {
    expect(madeUp({ mac: "52:54:00:12:34:56", arch: "x64-uef" })).toMatchObject({ ok: false, suggestion: "x64-uefi" });
  });
});

describe("boots.db is for its user alone", () => {
  const mode = (path: string) => (existsSync(path) ? (statSync(path).mode & 0o777).toString(8) : undefined);
  const limits = { maxBoots: 10, maxBytes: 1_000_000 };

  it("from its first moment on, with the files beside it; one of an earlier version is corrected", async () => {
    const path = join(folder, "boots.db");
    const first = openSqliteStore(path, limits);
    if (!first.ok) throw new Error(first.problem);
    for (const suffix of ["", "-wal", "-shm"]) expect(mode(path + suffix) ?? "600").toBe("600");
    for (const suffix of ["", "-wal", "-shm"]) if (existsSync(path + suffix)) chmodSync(path + suffix, 0o644);
    const second = openSqliteStore(path, limits);
    if (!second.ok) throw new Error(second.problem);
    for (const suffix of ["", "-wal", "-shm"]) expect(mode(path + suffix) ?? "600").toBe("600");
    await second.store.close();
    await first.store.close();
  });

  it("also where it was damaged and put aside", async () => {
    const path = join(folder, "damaged.db");
    writeFileSync(path, "no database".repeat(100), { mode: 0o644 });
    const opened = openSqliteStore(path, limits);
    if (!opened.ok) throw new Error(opened.problem);
    expect([opened.news, mode(path), mode(`${path}.damaged`)]).toEqual([
      [{ type: "damaged", movedTo: "damaged.db.damaged" }],
      "600",
      "600",
    ]);
    await opened.store.close();
  });
});

describe("the log of before a restart", () => {
  const line = (fields: object) =>
    JSON.stringify({
      level: "info",
      time: "2026-11-30T01:02:03.000Z",
      scope: "dhcp",
      event: "dhcp.offer",
      msg: "an offer",
      ...fields,
    });

  it("is read from the log file, and shown by logs", async () => {
    const file = join(folder, "bootlace.log");
    writeFileSync(file, `${line({ mac: "52:54:00:12:34:56" })}\n`);
    mkdirSync(join(folder, "boot"), { recursive: true });
    const { log } = configFrom("");
    await using test = await apiDaemon(join(folder, "boot"), 68, 0, { log: { ...log, file } });
    const { code, out } = await commandLine(folder).run(logs, "--json", "--mac", "52:54:00:12:34:56", ...test.url);
    expect(code).toBe(0);
    expect(JSON.parse(out.split("\n")[0] ?? "")).toMatchObject({
      at: "2026-11-30T01:02:03.000Z",
      event: "dhcp.offer",
      message: "an offer",
    });
  });

  it("leaves out what is no line of ours", async () => {
    const file = join(folder, "mixed.log");
    const lines = [
      "2026-11-30 pretty line",
      "{",
      "[]",
      line({ level: "loud" }),
      line({ event: "no.such" }),
      line({ time: "x" }),
      line({ msg: 3 }),
      line({}),
    ];
    writeFileSync(file, lines.join("\n"));
    expect(await readLogTail(file)).toEqual([
      {
        record: { level: "info", scope: "dhcp", event: "dhcp.offer", message: "an offer", fields: {} },
        time: Date.UTC(2026, 10, 30, 1, 2, 3),
      },
    ]);
    expect(await readLogTail(join(folder, "none"))).toEqual([]);
    expect(await readLogTail(folder)).toEqual([]);
  });

  it("is bounded, in lines and in bytes", async () => {
    const file = join(folder, "long.log");
    writeFileSync(file, `${line({})}\n`.repeat(3000));
    expect((await readLogTail(file)).length).toBeLessThanOrEqual(2000);
    writeFileSync(file, `${line({ padding: "x".repeat(1_500_000) })}\n`.repeat(2));
    expect(await readLogTail(file)).toHaveLength(1);
  });
});
