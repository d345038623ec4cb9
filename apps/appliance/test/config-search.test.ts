import { describe, expect, test } from "vitest";
import type { LogRecord } from "../src/events/record.ts";
import { createConfigSearches } from "../src/log/config-search.ts";
import { readCapture } from "./helpers/replay.ts";

type Kind = "tftp.not-found" | "tftp.start" | "tftp.done" | "http.not-found" | "http.start";

function record(event: Kind, file: string, ip = "192.168.11.50"): LogRecord {
  const missing = event.endsWith("not-found");
  const scope = event.startsWith("tftp") ? "tftp" : "http";
  const fields = { ip, file, ...(missing ? { reason: "missing" } : {}) };
  return { level: event.endsWith("start") ? "debug" : "info", scope, event, message: `${ip} "${file}"`, fields };
}

/** Folds one record after the other; what is logged at info, each as its message. */
function searching() {
  const searches = createConfigSearches();
  const shown = (records: readonly LogRecord[]) =>
    records.filter(({ level }) => level === "info").map(({ message }) => message);
  let time = 0;
  return {
    not: (file: string, ip?: string) => shown(searches.fold(record("tftp.not-found", file, ip), ++time)),
    found: (file: string, ip?: string) => shown(searches.fold(record("tftp.start", file, ip), ++time)),
    fold: (one: LogRecord) => searches.fold(one, ++time),
    wait(milliseconds: number) {
      time += milliseconds;
      return shown(searches.silent(time));
    },
  };
}

/** The files that a captured machine asked for by TFTP, each with whether it got it. */
function requestsOf(name: string): { file: string; found: boolean }[] {
  const packets = readCapture(name).filter(({ kind }) => kind === "tftp");
  return packets.flatMap(({ op, file, src, sport }, index) => {
    if (op !== "RRQ" || file === undefined) return [];
    const answer = packets.slice(index + 1).find(({ dst, dport }) => dst === src && dport === sport);
    return [{ file, found: answer !== undefined && answer.op !== "ERROR" }];
  });
}

describe("a search for a configuration, as it was captured", () => {
  test.each([
    ["01-bios-e1000-pxelinux-memtest", "PXELINUX tried 9 configurations, using pxelinux/pxelinux.cfg/default"],
    ["02a-uefi-x64-syslinux", "PXELINUX tried 9 configurations, using efi/pxelinux.cfg/default"],
    ["07a-uboot-arm64-dhcp-proxy", "U-Boot tried 10 configurations, using pxelinux.cfg/default"],
  ])("%s is one line", (name, line) => {
    const search = searching();
    const requests = requestsOf(name);
    expect(requests.filter(({ found }) => !found).length).toBeGreaterThanOrEqual(9);
    const said = requests.flatMap(({ file, found }) => (found ? search.found(file) : search.not(file)));
    expect(said).toEqual([line]);
    expect(search.wait(60_000)).toEqual([]);
  });
});

describe("a search for a configuration", () => {
  test("of GRUB: the file for the machine, for its address, for all", () => {
    const search = searching();
    const names = ["01-52-54-00-12-34-56", "C0A80B32", "C0A80B3", "C0A80B", "C0A80", "C0A8", "C0A", "C0", "C"];
    for (const name of names) expect(search.not(`/grub/grub.cfg-${name}`)).toEqual([]);
    expect(search.found("/grub/grub.cfg")).toEqual(["GRUB tried 9 configurations, using /grub/grub.cfg"]);
  });

  test("keeps the single names for those who look closer", () => {
    const search = searching();
    const [single] = search.fold(record("tftp.not-found", "pxelinux.cfg/C0A80B32"));
    expect(single).toMatchObject({ level: "debug", event: "tftp.not-found", fields: { reason: "missing" } });
    const [sum, start] = search.fold(record("tftp.start", "pxelinux.cfg/default"));
    expect(sum).toMatchObject({
      level: "info",
      event: "boot.search",
      fields: { ip: "192.168.11.50", tried: 1, using: "pxelinux.cfg/default", files: ["pxelinux.cfg/C0A80B32"] },
    });
    expect(start).toMatchObject({ event: "tftp.start" });
  });

  test("counts a name that is asked for again once", () => {
    const search = searching();
    search.found("pxelinux.0");
    for (let times = 0; times < 3; times++) search.not("pxelinux.cfg/C");
    expect(search.found("pxelinux.cfg/default")).toEqual([
      "PXELINUX tried 1 configuration, using pxelinux.cfg/default",
    ]);
  });

  test("ends without one when another kind of file is asked for", () => {
    const search = searching();
    search.found("ldlinux.c32");
    search.not("pxelinux.cfg/default");
    expect(search.not("boot.scr.uimg")).toEqual([
      "PXELINUX tried 1 configuration, none found",
      '192.168.11.50 "boot.scr.uimg"',
    ]);
    search.not("pxelinux.cfg/C");
    expect(search.not("grub/grub.cfg")).toEqual(["U-Boot tried 1 configuration, none found"]);
  });

  test("ends without one after a silence, and not before", () => {
    const search = searching();
    search.not("grub/grub.cfg-C");
    expect(search.wait(4999)).toEqual([]);
    expect(search.wait(1)).toEqual(["GRUB tried 1 configuration, none found"]);
    expect(search.wait(5000)).toEqual([]);
  });

  test("ends when the clock is set back", () => {
    const search = searching();
    search.not("grub/grub.cfg-C");
    expect(search.wait(-3_600_000)).toEqual(["GRUB tried 1 configuration, none found"]);
  });

  test("is that of one machine", () => {
    const search = searching();
    search.not("grub/grub.cfg-C", "192.168.11.51");
    expect(search.found("grub/grub.cfg", "192.168.11.52")).toEqual([]);
    expect(search.found("grub/grub.cfg", "192.168.11.51")).toEqual(["GRUB tried 1 configuration, using grub/grub.cfg"]);
  });

  test("goes on by HTTP as by TFTP", () => {
    const search = searching();
    search.fold(record("http.start", "lpxelinux.0"));
    search.fold(record("http.not-found", "pxelinux.cfg/C"));
    const [sum] = search.fold(record("http.start", "pxelinux.cfg/default"));
    expect(sum?.message).toBe("PXELINUX tried 1 configuration, using pxelinux.cfg/default");
  });

  test("is none when the first name is found, and none of a file that may not be read", () => {
    const search = searching();
    expect(search.found("pxelinux.cfg/01-52-54-00-12-34-56")).toEqual([]);
    const refused = record("tftp.not-found", "pxelinux.cfg/default");
    const forbidden: LogRecord = {
      ...refused,
      level: "warn",
      fields: { ...refused.fields, reason: "permission-denied" },
    };
    expect(search.fold(forbidden)).toEqual([forbidden]);
  });

  test("of thousands of invented machines keeps a bounded number, and says what became of the rest", () => {
    const search = searching();
    const said = Array.from({ length: 1025 }, (_none, index) => search.not("grub/grub.cfg-C", `10.0.${index}`));
    expect(said.flat()).toEqual(["GRUB tried 1 configuration, none found"]);
  });
});
