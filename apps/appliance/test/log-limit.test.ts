import { describe, expect, it } from "vitest";
import type { Level, LogRecord } from "../src/events/record.ts";
import { dhcpRecords } from "../src/log/dhcp-log.ts";
import { createLogLimit } from "../src/log/log-limit.ts";
import { tftpRecord } from "../src/log/tftp-log.ts";
import { createThrottle } from "../src/log/throttle.ts";
import { story } from "./helpers/story.ts";

const start = Date.UTC(2026, 10, 22, 12);

function limited(least: Level = "info") {
  let now = start;
  const limit = createLogLimit(least, () => now);
  const reported: LogRecord[] = [];
  return {
    reports: reported,
    heldBack: limit.heldBack,
    at(milliseconds: number) {
      now = start + milliseconds;
    },
    report(record: LogRecord | undefined) {
      const passed = record === undefined ? undefined : limit.pass(record);
      if (passed !== undefined) reported.push(passed);
    },
    lines: () => reported.reduce((sum, { details = [] }) => sum + 1 + details.length, 0),
  };
}

/** The DISCOVER of an invented machine and its answer. */
function inventedMachine(number: number): LogRecord[] {
  const mac = `02:00:00:00:${[number >> 8, number & 255].map((octet) => octet.toString(16).padStart(2, "0")).join(":")}`;
  const played = story({ machine: { mac } }).discover();
  return played.events.flatMap(({ kind, event }) =>
    kind === "dhcp" && event.type === "packet" ? dhcpRecords(event, () => true) : [],
  );
}

describe("what the network makes the log write", () => {
  it("is bounded under 2,500 invented machines in ten seconds, and the rest is reported in sums", () => {
    const log = limited();
    for (let number = 0; number < 2500; number++) {
      log.at(number * 4);
      for (const record of inventedMachine(number)) if (record.level !== "debug") log.report(record);
    }
    const offers = log.reports.filter(({ event }) => event === "dhcp.offer");
    expect(offers.length).toBe(500 + 10 * 20 - 1);
    expect(log.lines()).toBeLessThan(2000);
    expect(offers[0]?.details?.length).toBeGreaterThan(5);
    expect(offers[0]?.fields).toHaveProperty("options");
    const last = offers.at(-1);
    expect([last?.details, last?.fields?.options, last?.fields?.mac]).toEqual([
      undefined,
      undefined,
      expect.any(String),
    ]);
    const sum = log.heldBack();
    expect(sum?.message).toMatch(/^log limit: suppressed 1801 × dhcp\.offer; \d+ logged without options$/);
    expect(sum?.fields?.held).toEqual({ "dhcp.offer": 1801 });
    expect(log.heldBack()).toBeUndefined();
  });

  it("comes to a line of each step in a second in a flood that does not end", () => {
    const log = limited();
    const record = inventedMachine(1).find(({ event }) => event === "dhcp.offer");
    const offeredIn = (hour: number) => {
      const before = log.reports.length;
      for (let second = 0; second < 3600; second++) {
        log.at((hour * 3600 + second) * 1000);
        for (let number = 0; number < 30; number++) log.report(record);
      }
      return log.reports.length - before;
    };
    expect(offeredIn(0)).toBeLessThan(10_000 + 3600 + 1);
    expect(offeredIn(1)).toBeLessThan(3600 + 1);
    expect(log.reports.at(-1)?.details).toBeUndefined();
  });

  it("is bounded for those who watch what is not written, and looks at no option of what is held back", () => {
    const log = limited();
    let looked = 0;
    const record: LogRecord = {
      level: "debug",
      scope: "dhcp",
      event: "dhcp.request",
      message: "x",
      get details() {
        looked++;
        return [];
      },
    };
    for (let second = 0; second < 10; second++) {
      log.at(second * 1000);
      for (let number = 0; number < 1000; number++) log.report(record);
    }
    expect([log.reports.length, looked, log.heldBack()]).toEqual([500 + 9 * 50, 0, undefined]);
    const written = limited("debug");
    for (let number = 0; number < 1000; number++) written.report(record);
    expect([written.reports.length, looked]).toEqual([500, 500]);
  });

  it("is bounded for names outside the root, whatever addresses ask", () => {
    const log = limited();
    const passes = createThrottle(60_000);
    for (let number = 0; number < 20_000; number++) {
      const address = `10.1.${number >> 8}.${number & 255}`;
      const client = { address, port: 2070, localAddress: "10.1.0.1", localPort: 69 };
      const event = { type: "not-found", time: start, client, file: `../${number}`, detail: undefined } as const;
      log.report(tftpRecord({ ...event, reason: "outside-root", code: 2 }, passes));
    }
    expect(log.reports.length).toBe(500);
    expect(log.heldBack()?.fields?.held).toEqual({ "tftp.not-found": 19_500 });
  });

  it("leaves room for other steps, and for what Bootlace says of itself", () => {
    const log = limited();
    const record = (event: LogRecord["event"], level: Level = "info"): LogRecord => ({
      level,
      scope: "dhcp",
      event,
      message: "x",
    });
    for (let number = 0; number < 10_000; number++) {
      log.report(record("dhcp.offer"));
      log.report(record("dhcp.interface-failed", "warn"));
    }
    log.report(record("dhcp.ack"));
    log.report(record("tftp.done"));
    const reported = Object.groupBy(log.reports, ({ event }) => event);
    expect(Object.entries(reported).map(([event, records = []]) => [event, records.length])).toEqual([
      ["dhcp.offer", 500],
      ["dhcp.interface-failed", 10_000],
      ["dhcp.ack", 1],
      ["tftp.done", 1],
    ]);
  });

  it("comes again after a while", () => {
    const log = limited();
    for (let number = 0; number < 600; number++) for (const record of inventedMachine(number)) log.report(record);
    log.at(60_000);
    const before = log.reports.length;
    for (const record of inventedMachine(1)) log.report(record);
    const [offer] = log.reports.slice(before).filter(({ event }) => event === "dhcp.offer");
    expect(offer?.details?.length).toBeGreaterThan(5);
  });

  it("counts only what is written", () => {
    const log = limited("warn");
    for (let number = 0; number < 1000; number++) for (const record of inventedMachine(number)) log.report(record);
    expect(log.heldBack()).toBeUndefined();
  });
});
