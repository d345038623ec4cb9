import { describe, expect, test } from "vitest";
import type { ApiBootSummary, ApiStatus } from "../src/api-model/types.ts";
import { statusLines } from "../src/cli/status-lines.ts";
import { displayWidth } from "../src/log/display-width.ts";

const started = new Date(2026, 10, 22, 12).getTime();
const time = (seconds: number) => new Date(started + seconds * 1000).toISOString();
const mac = "52:54:00:12:34:56";

function boot(seconds: number, more: Partial<ApiBootSummary> = {}): ApiBootSummary {
  return {
    id: "mirk3x2a-525400123456",
    mac,
    arch: "x86-bios",
    bootFile: "pxelinux/pxelinux.0",
    startedAt: time(seconds),
    lastAt: time(seconds + 12),
    ended: true,
    outcome: "booted",
    bytes: 1,
    ...more,
  };
}

const failure: Partial<ApiBootSummary> = {
  outcome: "failed",
  verdict: {
    id: "B10",
    severity: "failure",
    confidence: "certain",
    sentence: '"pxelinux/pxelinux.0" arrived, but "pxelinux/ldlinux.c32", which it needs, is not there',
    fix: "put it next to the boot loader; it must be from the same version of Syslinux",
    evidence: [],
  },
};

function status(boots: ApiBootSummary[], more: Partial<ApiStatus> = {}): ApiStatus {
  return {
    schema: 1,
    version: "0.1.0",
    startedAt: time(0),
    uptimeSeconds: 3600,
    ready: true,
    reasons: [],
    endpoints: [
      { service: "dhcp", address: "0.0.0.0", port: 67 },
      { service: "pxe", address: "192.168.11.109", port: 4011 },
      { service: "tftp", address: "192.168.11.109", port: 69 },
      { service: "http", address: "192.168.11.109", port: 8069 },
      { service: "admin", address: "127.0.0.1", port: 8067 },
    ],
    interfaces: [{ name: "eth0", address: "192.168.11.109" }],
    config: { file: "/etc/bootlace/bootlace.yaml", loadedAt: time(0) },
    bootCheck: ["x64-uefi", "ia32-uefi", "arm64-uefi"],
    transfers: { tftp: 2, http: 0 },
    history: { writable: true },
    boots,
    ...more,
  };
}

const terminal = { colour: false, columns: () => 80 };
const ten = Array.from({ length: 10 }, (_none, index) => index * 60);

describe("the status", () => {
  test("has the header first and the newest boot next", () => {
    const lines = statusLines(status([boot(10), boot(70, { host: "bench-3" })]), terminal);
    expect(lines).toEqual([
      "serving  eth0 192.168.11.109  up 1 h 0 m  bootlace 0.1.0",
      "ports    dhcp 67  pxe 4011  tftp 69 (2 active)  http 8069  admin 127.0.0.1:8067",
      "config   /etc/bootlace/bootlace.yaml, since 12:00:00",
      "missing  boot files for x64-uefi, ia32-uefi, arm64-uefi",
      "12:01:10 bench-3  x86-bios  pxelinux/pxelinux.0  booted, 12 s",
      `12:00:10 ${mac}  x86-bios  pxelinux/pxelinux.0  booted, 12 s`,
    ]);
  });

  test("shows why a boot failed, what to do, and its id", () => {
    const lines = statusLines(status([boot(10, failure)], { bootCheck: [] }), terminal);
    expect(lines.slice(3)).toEqual([
      `12:00:10 ${mac}  …linux/pxelinux.0  failed B10, mirk3x2a-525400123456`,
      '         "pxelinux/pxelinux.0" arrived, but "pxelinux/ldlinux.c32", which it',
      "           needs, is not there",
      "         Fix: put it next to the boot loader; it must be from the same version",
      "           of Syslinux",
    ]);
  });

  test.each([
    ["all booted", () => boot],
    ["all failed", () => (seconds: number) => boot(seconds, failure)],
    ["every second failed", () => (seconds: number) => boot(seconds, seconds % 120 === 0 ? failure : {})],
    [
      "all with long names",
      () => (seconds: number) => boot(seconds, { ...failure, bootFile: `${"起動/".repeat(40)}x` }),
    ],
  ])("fits a terminal with ten boots: %s", (_name, make) => {
    const lines = statusLines(status(ten.map((seconds) => make()(seconds))), terminal);
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
    const failed = lines.filter((line) => line.includes("failed B10, mirk3x2a-525400123456"));
    expect(lines.filter((line) => line.includes("Fix: put it next to the boot loader")).length).toBe(failed.length);
  });

  test("is whole where there is no terminal", () => {
    const lines = statusLines(status(ten.map((seconds) => boot(seconds, failure))), { colour: false });
    const fixes = lines.filter((line) => line.endsWith(failure.verdict?.fix ?? "?"));
    expect(fixes).toHaveLength(10);
  });

  test("reports since when nothing moves", () => {
    const running = (silent: number) => boot(3000, { outcome: "running", ended: false, lastAt: time(3600 - silent) });
    const endOf = (silent: number) =>
      statusLines(status([running(silent)]), terminal)
        .at(-1)
        ?.split("  ")
        .at(-1);
    expect([endOf(1), endOf(48), endOf(75)]).toEqual([
      "running, 9 m 59 s",
      "running, no packet for 48 s",
      "running, no packet for 1 m 15 s",
    ]);
  });

  test("says how sure it is, and shows a day for what is long ago", () => {
    const verdict = { id: "booted", severity: "success", confidence: "likely", sentence: "s", evidence: [] } as const;
    const [line = ""] = statusLines(status([boot(-90_000, { verdict: { ...verdict, evidence: [] } })]), terminal).slice(
      -1,
    );
    expect(line).toBe(`2026-11-21 ${mac}  pxelinux/pxelinux.0  booted, likely, 12 s`);
  });

  test("colours only the outcome, not a name like it", () => {
    const lines = statusLines(status([boot(1, { ...failure, host: "failed" })]), { ...terminal, colour: true });
    const painted = lines.filter((line) => line.includes("\u001b"));
    expect(painted).toEqual([expect.stringContaining("  \u001b[31mfailed\u001b[0m B10, ")]);
  });

  test("keeps what a hostile machine says inert", () => {
    const hostile = boot(1, { ...failure, mac: "\u001b[2J", bootFile: "\u009b31m\n", arch: "\u202e" });
    expect(statusLines(status([hostile]), terminal).join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
