import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LogRecord } from "../src/events/record.ts";
import { createLog } from "../src/log/log.ts";
import { openLogFile } from "../src/log/log-file.ts";
import { withPriority } from "../src/log/pretty.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record: LogRecord = {
  level: "info",
  scope: "dhcp",
  event: "dhcp.offer",
  message: "offered",
  fields: { mac: "52:54:00:12:34:56", arch: "x64-uefi", firmware: "uefi", bootFile: "a\u001b[31m\nb" },
  details: ["option one", "option two"],
};
/** What a terminal shows of it behind the time. */
const line = '52:54:00:12:34:56 x64-uefi OFFER "a\\x1b[31m\\x0ab"';
const common = { colour: false, now: () => Date.UTC(2026, 10, 22, 14, 5, 1, 123), formatTime: () => "14:05:01" };

function logged(options: Partial<Parameters<typeof createLog>[0]>, ...records: LogRecord[]): string {
  let text = "";
  const log = createLog({
    ...common,
    level: "info",
    console: "pretty",
    writeConsole: (part) => (text += part),
    ...options,
  });
  for (const one of records) log(one);
  return text;
}

describe("the log", () => {
  it("for people is a line with details indented below it", () => {
    expect(logged({}, record)).toBe(`14:05:01 ${line}\n         option one\n         option two\n`);
  });

  it("for people has the options of packets at debug only", () => {
    const packet: LogRecord = { ...record, detailLevel: "debug" };
    expect(logged({}, packet)).toBe(`14:05:01 ${line}\n`);
    expect(logged({ level: "debug" }, packet)).toContain("option two");
    expect(logged({ console: "journal" }, packet)).toBe(`<6>${line}\n`);
  });

  it("has the time of day on a terminal, and the whole date elsewhere", () => {
    const options = { now: () => new Date(2026, 10, 22, 14, 5, 1, 123).getTime(), writeConsole: () => {} };
    const written = (columns: Partial<Parameters<typeof createLog>[0]>) => {
      let text = "";
      const log = createLog({
        ...options,
        level: "info",
        console: "pretty",
        colour: false,
        writeConsole: (part) => (text += part),
        ...columns,
      });
      log({ ...record, details: [] });
      return text;
    };
    expect(written({ columns: () => 200 })).toBe(`14:05:01 ${line}\n`);
    expect(written({})).toBe(`2026-11-22 14:05:01.123 ${line}\n`);
  });

  it("for the journal has priorities before each line, and no time and no colour", () => {
    const levels = ["error", "warn", "info", "debug"] as const;
    const records = levels.map((level): LogRecord => ({ ...record, level, details: [] }));
    const text = logged({ console: "journal", colour: true, level: "debug" }, record, ...records);
    expect(text).toBe(`<6>${line}\n<6>  option one\n<6>  option two\n<3>${line}\n<4>${line}\n<6>${line}\n<7>${line}\n`);
    expect(withPriority("error", "one\ntwo\n")).toBe("<3>one\n<3>two\n");
  });

  it("for programs is one JSON object a line, with the fields as sent", () => {
    const text = logged({ console: "json" }, record, { ...record, level: "warn" });
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "info",
        time: "2026-11-22T14:05:01.123Z",
        scope: "dhcp",
        event: "dhcp.offer",
        mac: "52:54:00:12:34:56",
        arch: "x64-uefi",
        firmware: "uefi",
        bootFile: "a\u001b[31m\nb",
        msg: "offered",
      },
      expect.objectContaining({ level: "warn" }),
    ]);
  });

  it.each(["error", "warn", "info", "debug"] as const)("at level %s leaves out what is less important", (level) => {
    const all = (["error", "warn", "info", "debug"] as const).map(
      (one): LogRecord => ({ ...record, level: one, details: [] }),
    );
    const words = logged({ level }, ...all)
      .trimEnd()
      .split("\n")
      .map((said) => said.split(" ")[1]);
    const marks = ["error:", "warn:", "52:54:00:12:34:56", "debug:"];
    expect(words).toEqual(marks.slice(0, ["error", "warn", "info", "debug"].indexOf(level) + 1));
  });

  it("colours one word, and only when asked to", () => {
    const error: LogRecord = { ...record, level: "error", details: [] };
    expect(logged({ colour: true }, error)).toBe(`14:05:01 \u001b[31merror\u001b[0m: ${line}\n`);
    expect(logged({}, error)).toBe(`14:05:01 error: ${line}\n`);
  });

  it("leaves a fatal line to stderr on a terminal, and writes it for programs", () => {
    expect(logged({}, { ...record, level: "fatal" })).toBe("");
    expect(JSON.parse(logged({ console: "json" }, { ...record, level: "fatal" }))).toMatchObject({ level: "fatal" });
  });
});

describe("a log file", () => {
  function withFile(path: string) {
    let clock = 0;
    let console = "";
    const target = openLogFile(path, () => clock);
    const log = createLog({
      ...common,
      level: "info",
      console: "pretty",
      writeConsole: (text) => (console += text),
      file: { format: "pretty", target },
    });
    return {
      setBack: (milliseconds: number) => {
        clock -= milliseconds;
      },
      say: (message: string) => {
        clock += 1000;
        log({ level: "info", scope: "bootlace", event: "bootlace.ready", message });
      },
      reported: () =>
        console
          .split("\n")
          .filter((said) => said.includes("log file"))
          .map((said) => said.replace(/^14:05:01 (warn: )?/, "")),
      written: () => target.flush(),
      [Symbol.asyncDispose]: () => target.close(),
    };
  }

  it("begins a line of its own behind one that an earlier run could not end", async () => {
    const path = join(folder, "torn.log");
    writeFileSync(path, '{"half":');
    {
      await using file = withFile(path);
      file.say("one");
    }
    const [half, ...rest] = readFileSync(path, "utf8").split("\n");
    expect([half, rest.length]).toEqual(['{"half":', 2]);
    expect(rest[0]).toContain("one");
  });

  it("is opened anew after rotation, also when the clock was set back", async () => {
    const path = join(folder, "back.log");
    await using file = withFile(path);
    file.say("one");
    await file.written();
    renameSync(path, `${path}.1`);
    file.setBack(3_600_000);
    file.say("two");
    await file.written();
    expect(readFileSync(path, "utf8")).toContain("two");
  });

  it("is appended to, and opened anew after rotation", async () => {
    const path = join(folder, "a.log");
    await using file = withFile(path);
    file.say("one");
    await file.written();
    renameSync(path, `${path}.1`);
    file.say("two");
    await file.written();
    expect(readFileSync(`${path}.1`, "utf8")).toBe("14:05:01 one\n");
    expect(readFileSync(path, "utf8")).toBe("14:05:01 two\n");
    await using again = withFile(path);
    again.say("three");
    await again.written();
    expect(readFileSync(path, "utf8")).toContain("two\n14:05:01 three\n");
  });

  it("whose folder vanishes is gone on without, said once, and taken up when it is back", async () => {
    const path = join(folder, "sub/b.log");
    mkdirSync(join(folder, "sub"));
    await using file = withFile(path);
    file.say("one");
    await file.written();
    rmSync(join(folder, "sub"), { recursive: true });
    for (const message of ["two", "three"]) {
      file.say(message);
      await file.written();
    }
    expect(file.reported()).toEqual([`the log file ${path} cannot be written (ENOENT); continuing without it`]);
    mkdirSync(join(folder, "sub"));
    file.say("four");
    await file.written();
    expect(existsSync(path) && readFileSync(path, "utf8")).toBe("14:05:01 four\n");
    expect(file.reported()[1]).toBe(`the log file ${path} is writable again; 2 lines lost`);
  });

  it("that is a FIFO without a reader does not hold anything up", async () => {
    const path = join(folder, "fifo");
    execFileSync("mkfifo", [path]);
    await using file = withFile(path);
    file.say("one");
    await file.written();
    expect(file.reported()).toEqual([`the log file ${path} cannot be written (ENXIO); continuing without it`]);
  });

  it("that cannot be opened does not stop anything", async () => {
    await using file = withFile(join(folder, "missing/c.log"));
    file.say("one");
    await file.written();
    expect(file.reported()).toHaveLength(1);
  });
});
