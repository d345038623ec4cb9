import { describe, expect, test } from "vitest";
import { eventCodes } from "../src/events/codes.ts";
import type { LogRecord } from "../src/events/record.ts";
import { briefOf } from "../src/log/brief.ts";
import { displayWidth } from "../src/log/display-width.ts";
import { withMachine } from "../src/log/machine.ts";
import { clockOrDay, prettyLines } from "../src/log/pretty.ts";

const mac = "52:54:00:12:34:56";
const ip = "192.168.11.58";

function said(event: LogRecord["event"], message: string, fields: object, more: Partial<LogRecord> = {}): string {
  const scope = event.split(".")[0] as LogRecord["scope"];
  const record: LogRecord = { level: "info", scope, event, message, fields: { ...fields }, ...more };
  return prettyLines(record, { time: "01:20:11", colour: false, level: "info" }).trimEnd();
}

describe("a step is one line with the machine", () => {
  const offer = { mac, arch: "x86-bios", firmware: "bios", bootFile: "pxelinux/pxelinux.0", notes: [] };
  test.each([
    ["a name", { ...offer, host: "bench-3" }, "bench-3 x86-bios OFFER pxelinux/pxelinux.0"],
    ["a MAC", offer, `${mac} x86-bios OFFER pxelinux/pxelinux.0`],
    [
      "iPXE by a rule",
      { ...offer, firmware: "ipxe", rule: "a b" },
      `${mac} x86-bios/ipxe OFFER pxelinux/pxelinux.0 (rule "a b")`,
    ],
    ["a name of the config that could mislead", { ...offer, host: "a b" }, '"a b" x86-bios OFFER pxelinux/pxelinux.0'],
    [
      "no file",
      { ...offer, bootFile: undefined, notes: ["form-forced"] },
      `${mac} x86-bios OFFER no boot file, note: form-forced`,
    ],
  ])("an OFFER to %s", (_name, fields, line) => expect(said("dhcp.offer", "m", fields)).toBe(`01:20:11 ${line}`));

  test("an ignored request with its reason", () => {
    const fields = { mac, arch: "x64-uefi", firmware: "uefi", type: "DISCOVER" };
    const brief = "ignored: no boot file for x64-uefi";
    expect(said("dhcp.ignored", "m", fields, { brief })).toBe(`01:20:11 ${mac} x64-uefi DISCOVER ${brief}`);
  });

  test.each([
    [
      "tftp.done",
      { bytes: 42_430, seconds: 0.016, bytesPerSecond: 2_600_000, confirmed: true },
      "TFTP a/b.0: 42 kB in 16 ms, 2.6 MB/s",
    ],
    [
      "tftp.done",
      { bytes: 1, seconds: 12.34, retransmissions: 2, confirmed: false },
      "TFTP a/b.0: 1 byte in 12 s, 2 sent again, last block not acknowledged",
    ],
    [
      "http.done",
      { bytes: 999_600, seconds: 1, size: 5_000_000_000, range: { first: 0, last: 1 } },
      "HTTP a/b.0: 1.0 MB in 1.0 s, a part of 5.0 GB",
    ],
  ] as const)("%s", (event, figures, line) => {
    expect(said(event, "m", { ip, mac, file: "a/b.0", ...figures })).toBe(`01:20:11 ${mac} ${line}`);
  });

  test("other lines about a file keep their words, without the address", () => {
    const fields = { ip, host: "bench-3", file: "a b" };
    expect(said("tftp.not-found", `${ip} "a b": not found`, fields)).toBe('01:20:11 bench-3 TFTP "a b": not found');
    expect(said("tftp.aborted", `${ip} "x": ended`, { ip, file: "x" }, { level: "warn" })).toBe(
      `01:20:11 warn: ${ip} TFTP x: ended`,
    );
    expect(said("http.refused", `${ip}: the request cannot be read`, { ip })).toBe(
      `01:20:11 ${ip} HTTP: the request cannot be read`,
    );
    expect(said("tftp.listening", "listening on 10.0.0.1 port 69", { address: "10.0.0.1" })).toBe(
      "01:20:11 TFTP listening on 10.0.0.1 port 69",
    );
  });
});

describe("a verdict", () => {
  const fields = {
    mac,
    host: "bench-3",
    bootFile: "pxelinux.0",
    outcome: "failed",
    verdict: "B10",
    confidence: "certain",
    sentence: '"pxelinux.0" arrived, but "ldlinux.c32", which it needs, is not there',
    fix: "put it next to the boot loader",
  };
  const record: LogRecord = { level: "warn", scope: "boot", event: "boot.verdict", message: "m", fields };

  test("has its outcome behind the subject, the fix below, and no line begins in the first columns", () => {
    const text = prettyLines(record, { time: "01:20:11", colour: false, level: "info", columns: 60 });
    expect(text).toBe(
      [
        "01:20:11 bench-3  pxelinux.0  failed, B10 (certain):",
        '         "pxelinux.0" arrived, but "ldlinux.c32", which it',
        "         needs, is not there",
        "         Fix: put it next to the boot loader",
        "",
      ].join("\n"),
    );
  });

  test.each([
    ["failed", 31],
    ["booted", 32],
    ["running", 34],
  ])("that says %s has this one word in colour", (outcome, code) => {
    const one = { ...record, fields: { ...fields, outcome, bootFile: outcome } };
    const text = prettyLines(one, { time: "01:20:11", colour: true, level: "info" });
    expect(text.split("\u001b")).toHaveLength(3);
    expect(text).toContain(`${outcome}  \u001b[${code}m${outcome}\u001b[0m, B10`);
  });
});

test("whatever is logged stays within the columns of the terminal, and hangs below its text", () => {
  const message = `${"起動 word ".repeat(30)}${"y".repeat(200)}`;
  for (const event of Object.keys(eventCodes) as LogRecord["event"][]) {
    const record: LogRecord = {
      level: "error",
      scope: "boot",
      event,
      message,
      fields: { ip, bootFile: message, file: message, sentence: message, outcome: "failed", fix: message },
      details: [message, "short"],
    };
    const lines = prettyLines(record, { time: "01:20:11", colour: true, level: "debug", columns: 80 }).split("\n");
    for (const line of lines.slice(1, -1)) expect(line, event).toMatch(/^ {9}/);
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
  }
});

describe("the machine of a record", () => {
  const record: LogRecord = { level: "info", scope: "tftp", event: "tftp.done", message: "m", fields: { ip } };

  test("is added to what the record has, and what is computed on demand stays so", () => {
    let computed = 0;
    const lazy: LogRecord = {
      ...record,
      fields: {
        ip,
        get options() {
          return ++computed;
        },
      },
      get details() {
        computed++;
        return ["x"];
      },
    };
    const named = withMachine(lazy, (hint) => (hint.ip === ip ? { mac, host: "bench-3" } : {}));
    expect(computed).toBe(0);
    expect(named).toMatchObject({
      event: "tftp.done",
      fields: { ip, mac, host: "bench-3", options: 1 },
      details: ["x"],
    });
    expect(briefOf(named).machine).toBe("bench-3");
  });

  test("is not looked for where the record is about none", () => {
    const ofItself: LogRecord = { ...record, fields: { port: 69 } };
    expect(withMachine(ofItself, () => ({ mac }))).toBe(ofItself);
    expect(briefOf(withMachine(record, () => ({}))).machine).toBe(ip);
  });
});

test("a time of another day is its date", () => {
  const now = new Date(2026, 10, 22, 0, 30).getTime();
  expect(clockOrDay(now - 60_000, now)).toBe("00:29:00");
  expect(clockOrDay(now - 3_600_000, now)).toBe("2026-11-21");
});
