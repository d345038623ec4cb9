/** Something whose speed is measured: `run` does it once. */
export interface BenchCase {
  readonly name: string;
  /** What one operation is. */
  readonly unit: string;
  /** Operations that one call of `run` does. */
  readonly operations: number;
  readonly run: () => unknown;
}

/** Operations a second: the median of the rounds, the slowest and the fastest. */
export interface BenchFigure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly slowest: number;
  readonly fastest: number;
}

export interface BenchPlan {
  /** Rounds that count; one more goes before them, for the compiler of JavaScript. */
  readonly rounds: number;
  /** Milliseconds for each case in each round. */
  readonly milliseconds: number;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** Measures the cases in turns, so that a busy moment of the machine hits all of them and not one. */
export function measure(cases: readonly BenchCase[], plan: BenchPlan): BenchFigure[] {
  const rates = cases.map((): number[] => []);
  for (let round = 0; round <= plan.rounds; round++) {
    for (const [index, one] of cases.entries()) {
      const rate = speed(one, plan);
      if (round > 0) rates[index]?.push(rate);
    }
  }
  return cases.map(({ name, unit }, index) => {
    const sorted = (rates[index] ?? []).toSorted((one, other) => one - other);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? Number.NaN;
    const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
    return { name, unit, median, slowest: sorted[0] ?? Number.NaN, fastest: sorted.at(-1) ?? Number.NaN };
  });
}

/** Calls between two looks at the clock. */
const BATCH = 50;

function speed(one: BenchCase, { milliseconds, now }: BenchPlan): number {
  const began = now();
  for (let calls = BATCH; ; calls += BATCH) {
    for (let call = 0; call < BATCH; call++) one.run();
    const passed = now() - began;
    if (passed >= milliseconds) return (calls * one.operations * 1000) / passed;
  }
}

/** A line for each figure, in thousands a second. */
export function formatFigures(figures: readonly BenchFigure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const thousands = (rate: number) => `${(rate / 1000).toFixed(rate < 100_000 ? 1 : 0)}k`;
  return figures
    .map(({ name, unit, median, slowest, fastest }) => {
      const range = `${thousands(slowest)} to ${thousands(fastest)}`;
      return `${name.padEnd(width)}  ${thousands(median).padStart(8)} ${unit} a second  (${range})`;
    })
    .join("\n");
}
