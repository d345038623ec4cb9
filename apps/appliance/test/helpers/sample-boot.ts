import type { Outcome } from "../../src/sessions/outcome.ts";
import type { Session } from "../../src/sessions/session.ts";

/** The time that `startedAt` of a sample boot counts from, in milliseconds. */
export const sampleStart = Date.UTC(2026, 10, 22);

/** A session as the history keeps it. `padding` bytes make it as large as wanted. */
export function sampleBoot(given: {
  id: string;
  startedAt?: number;
  mac?: string;
  outcome?: Extract<Outcome, "booted" | "failed">;
  padding?: number;
}): Session {
  const { id, startedAt = 0, mac = "52:54:00:12:34:56", outcome = "booted", padding = 0 } = given;
  const time = sampleStart + startedAt;
  return {
    id,
    key: mac,
    mac,
    arch: "x86-bios",
    firmware: "bios",
    host: "bench-3",
    startedAt: time,
    lastAt: time,
    ended: true,
    bytes: 5,
    offered: [],
    dropped: 0,
    next: 2,
    running: 0,
    givenUp: false,
    verdicts: [
      outcome === "booted"
        ? { id: "booted", severity: "success", confidence: "certain", sentence: "it booted", evidence: [1] }
        : { id: "B10", severity: "failure", confidence: "likely", sentence: "no file", fix: "add it", evidence: [1] },
    ],
    steps: [
      {
        kind: "discover",
        number: 1,
        time,
        lastAt: time,
        times: 1,
        firmware: "bios",
        archCodes: [0],
        http: false,
        vendorClass: "x".repeat(padding),
        userClasses: [],
        secs: 0,
        broadcast: true,
      },
    ],
  };
}
