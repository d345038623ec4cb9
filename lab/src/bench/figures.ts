import type { Load, LoadResult } from "./load.ts";

/** What is measured of a run, and how it is judged. */
export const FIGURES = {
  throughput: { unit: "MB/s", better: "more", digits: 1 },
  turnaround: { unit: "µs per block, p50", better: "less", digits: 1 },
  time: { unit: "s", better: "less", digits: 3 },
  p99: { unit: "ms, p99", better: "less", digits: 2 },
  cpu: { unit: "CPU s/GB", better: "less", digits: 2 },
  /** Of its own ideal, not of a peer's. */
  packets: { unit: "packets / ideal", better: "less", digits: 2 },
} as const satisfies Record<string, { unit: string; better: "more" | "less"; digits: number }>;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Record<FigureName, number>>;

/** One run against one server, with the CPU that the server used for it. */
export interface Sample {
  readonly result: LoadResult;
  readonly cpu: number;
}

/** The middle one, or the mean of the two in the middle. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}

/** DATA packets and OACKs that must be sent when nothing is lost; `size` is that of every file of the load. */
export function idealPackets(load: Load, size: number): number {
  const blocks = Math.floor(size / (load.blockSize === 0 ? 512 : load.blockSize)) + 1;
  return (load.requests ?? load.clients) * (blocks + 1);
}

/** The figures of all rounds: medians, and for the CPU, whose clock is coarse, the sum over the sum. */
export function figuresOf(samples: readonly Sample[], ideal: number): Figures {
  const of = (value: (result: LoadResult) => number) => median(samples.map(({ result }) => value(result)));
  const bytes = samples.reduce((sum, { result }) => sum + result.bytes, 0);
  const cpu = samples.reduce((sum, sample) => sum + sample.cpu, 0);
  return {
    throughput: of(({ MBs }) => MBs),
    turnaround: of(({ lat50 }) => lat50),
    time: of(({ sec }) => sec),
    p99: of(({ xlat99, nlat99 }) => Math.max(xlat99, nlat99) / 1000),
    cpu: (cpu * 1e9) / bytes,
    packets: of(({ rx }) => rx) / ideal,
  };
}

/** A bound on the ratio to the best of the peers, or on the figure itself. */
export interface Goal {
  readonly figure: FigureName;
  readonly bound: number;
}

export interface Verdict {
  readonly goal: Goal;
  /** To the best peer; the figure itself for `packets`. */
  readonly ratio: number;
  readonly met: boolean;
}

/** Ratios are printed with two digits, and judged as printed. */
const rounded = (ratio: number) => Math.round(ratio * 100) / 100;

/** Holds our figures against those of the peers that served everybody. */
export function judge(goal: Goal, ours: Figures, peers: readonly Figures[]): Verdict {
  const { better } = FIGURES[goal.figure];
  const own = ours[goal.figure];
  const others = peers.map((figures) => figures[goal.figure]);
  const best = better === "more" ? Math.max(...others) : Math.min(...others);
  const ratio = rounded(goal.figure === "packets" ? own : own / best);
  return { goal, ratio, met: better === "more" ? ratio >= goal.bound : ratio <= goal.bound };
}
