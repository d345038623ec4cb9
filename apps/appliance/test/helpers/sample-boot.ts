import type { ApiBoot } from "../../src/api-model/types.ts";

/** A boot as the history keeps it. `padding` octets make it as large as wanted. */
export function sampleBoot(given: {
  id: string;
  startedAt?: number;
  mac?: string;
  outcome?: ApiBoot["outcome"];
  padding?: number;
}): ApiBoot {
  const { id, startedAt = 0, mac = "52:54:00:12:34:56", outcome = "booted", padding = 0 } = given;
  const at = new Date(Date.UTC(2026, 10, 22) + startedAt).toISOString();
  const step = {
    number: 1,
    at,
    times: 1,
    kind: "discover",
    text: "DISCOVER",
    details: { vendorClass: "x".repeat(padding) },
  };
  return {
    id,
    mac,
    arch: "x86-bios",
    startedAt: at,
    lastAt: at,
    ended: true,
    outcome,
    bytes: 5,
    verdicts: [],
    steps: [step],
    droppedSteps: 0,
  };
}
