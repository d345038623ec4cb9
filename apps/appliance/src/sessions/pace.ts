import type { Boot } from "./boot.ts";
import type { FileSighting } from "./read-file.ts";
import type { Step } from "./step.ts";

/** How fast a transfer goes: the last seconds of it. Times are milliseconds. */
export interface Pace {
  readonly samples: readonly { readonly time: number; readonly bytes: number }[];
  /** When its bytes grew last, or when it began. */
  readonly movedAt: number;
}

/** The rate is that of so long. */
const span = 5000;
/** Two samples closer to each other say little about a rate. */
const shortest = 500;
/** Without a byte for so long, a transfer has stalled. */
export const stalledAfter = 5000;

export function beginPace(time: number): Pace {
  return { samples: [{ time, bytes: 0 }], movedAt: time };
}

/** Adds what the client had at a time. A clock that was set back begins anew. */
export function paceWith(pace: Pace, time: number, bytes: number): Pace {
  const { samples } = pace;
  const last = samples.at(-1);
  const sample = { time, bytes };
  if (last === undefined || time < last.time) return { samples: [sample], movedAt: time };
  const movedAt = bytes > last.bytes ? time : pace.movedAt;
  // One that is older stays: the rate is that of the whole span.
  const from = samples.findLastIndex((one) => time - one.time >= span);
  return { samples: [...samples.slice(Math.max(0, from)), sample], movedAt };
}

/** Bytes a second over the last seconds; undefined as long as nothing can be said. */
export function rateOf({ samples, movedAt }: Pace, now: number): number | undefined {
  if (now - movedAt >= stalledAfter) return 0;
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.time - first.time < shortest) return undefined;
  return Math.round(((last.bytes - first.bytes) * 1000) / (last.time - first.time));
}

/** Follows the paces of transfers, by the object that all events about one share. */
export function createPaces(): (sighting: FileSighting | undefined, time: number) => FileSighting | undefined {
  const paces = new WeakMap<object, Pace>();
  return (sighting, time) => {
    if (sighting?.transfer === undefined || sighting.fact.outcome !== "running") return sighting;
    const { transfer, fact } = sighting;
    const before = paces.get(transfer);
    const pace = before === undefined ? beginPace(time) : paceWith(before, time, fact.bytes);
    paces.set(transfer, pace);
    const rate = rateOf(pace, time);
    const paced = { ...fact, movedAt: pace.movedAt, ...(rate === undefined ? {} : { bytesPerSecond: rate }) };
    return { ...sighting, fact: paced };
  };
}

/** The boot with the rate 0 at each transfer that has stalled since it was looked at; the same boot when there is none. */
export function withStalls(boot: Boot, now: number): Boot {
  if (boot.running === 0) return boot;
  const stalls = (step: Step) =>
    step.kind === "file" &&
    step.outcome === "running" &&
    step.bytesPerSecond !== 0 &&
    now - (step.movedAt ?? step.time) >= stalledAfter;
  if (!boot.steps.some(stalls)) return boot;
  return { ...boot, steps: boot.steps.map((step) => (stalls(step) ? { ...step, bytesPerSecond: 0 } : step)) };
}
