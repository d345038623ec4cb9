import { expect, test } from "vitest";
import { createReporting } from "../src/app/services/reporting.ts";
import type { ApplianceEvent } from "../src/events/event.ts";
import type { LogRecord } from "../src/events/record.ts";
import { loopbackConfig } from "./helpers/loopback.ts";
import { MAC, story } from "./helpers/story.ts";

/** The reporting of an appliance without sockets, on the clock of the events. */
async function reporting(onEvent: (event: ApplianceEvent) => void | Promise<void>) {
  const records: LogRecord[] = [];
  let now = Date.UTC(2026, 10, 22, 12);
  const made = createReporting(loopbackConfig("/srv/boot", 68), {
    log: (record) => records.push(record),
    now: () => now,
    every: () => () => undefined,
    onEvent,
    machineOf: () => ({}),
  });
  await made.observing.start();
  return {
    ...made,
    records,
    report(event: ApplianceEvent) {
      now = Math.max(now, event.event.type === "tick" ? event.event.time : now);
      made.report(event);
    },
  };
}

const played = () => story().discover().lease().pxeRequest().tftp("efi/bootx64.efi", "missing").wait(30);

test("an event is logged, becomes a step of a boot, and goes to onEvent; time that passes does not", async () => {
  const seen: string[] = [];
  const made = await reporting((event) => {
    seen.push(`${event.event.type} after ${made.records.length > 0 ? "its line" : "nothing"}`);
  });
  for (const event of played().events) made.report(event);
  expect(seen[1]).toBe("overhearing after its line");
  expect(seen.some((one) => one.startsWith("tick"))).toBe(false);
  const codes = made.records.map(({ event }) => event);
  expect(codes.indexOf("tftp.not-found")).toBeLessThan(codes.indexOf("boot.verdict"));
  expect((await made.observing.observer().boots({ limit: 9 })).boots).toMatchObject([{ mac: MAC, outcome: "failed" }]);
  await made.observing.stop();
});

test("an onEvent that never ends takes no line from the log and no boot from anybody, and is reported", async () => {
  const never = new Promise<void>(() => undefined);
  let taken = 0;
  const made = await reporting(() => {
    taken++;
    return never;
  });
  for (const event of played().events) made.report(event);
  for (let number = 0; number < 1100; number++) {
    made.report({
      kind: "appliance",
      event: { type: "reloaded", time: Date.UTC(2026, 10, 22, 12, 1), ok: true, faults: [] },
    });
  }
  expect(taken).toBe(1);
  const behind = made.records.filter(({ event }) => event === "sink.behind");
  expect(behind.map(({ message }) => message)).toEqual(["onEvent is too slow: it missed 1 event, the oldest first"]);
  expect(made.records.map(({ event }) => event)).toContain("boot.verdict");
  const { boots } = await made.observing.observer().boots({ limit: 9 });
  expect(boots).toMatchObject([{ mac: MAC, verdict: { id: "B10" } }]);
  await made.observing.stop();
});
