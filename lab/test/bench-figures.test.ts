import { describe, expect, test } from "vitest";
import { FIGURES, type Figures, figuresOf, idealPackets, judge, median } from "../src/bench/figures.ts";
import type { LoadResult } from "../src/bench/load.ts";
import { QUICK_ROWS, ROWS } from "../src/bench/rows.ts";

const result = (changes: Partial<LoadResult>): LoadResult => ({
  ok: 1,
  nf: 0,
  fail: 0,
  corrupt: 0,
  bytes: 1e9,
  sec: 10,
  MBs: 100,
  lat50: 15,
  lat99: 20,
  xlat99: 9e6,
  nlat99: 0,
  cmax: 9,
  rx: 1000,
  oack: "",
  err: "",
  ...changes,
});
const figures = (changes: Partial<Figures>): Figures => ({
  throughput: 100,
  turnaround: 15,
  time: 1,
  p99: 1,
  cpu: 6,
  packets: 1,
  ...changes,
});

test.each([
  [[3], 3],
  [[3, 1], 2],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
])("median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

describe("figuresOf", () => {
  test("takes the median of the rounds, and the CPU of all of them together", () => {
    const samples = [
      { result: result({ MBs: 90 }), cpu: 1 },
      { result: result({ MBs: 10, bytes: 2e9 }), cpu: 5 },
      { result: result({ MBs: 110 }), cpu: 2 },
    ];
    expect(figuresOf(samples, 500)).toMatchObject({ throughput: 90, cpu: 2, packets: 2 });
  });

  test("looks at the slower of found and not found", () => {
    const both = result({ ok: 1000, nf: 1000, xlat99: 2000, nlat99: 3000 });
    expect(figuresOf([{ result: both, cpu: 0 }], 1).p99).toBe(3);
  });
});

test("idealPackets counts the OACK, and the short block that ends a whole multiple", () => {
  const load = { files: ["x"], blockSize: 512, windowSize: 1, clients: 2 };
  expect(idealPackets(load, 1024)).toBe(2 * 4);
  expect(idealPackets({ ...load, requests: 3 }, 1)).toBe(3 * 2);
});

describe("judge", () => {
  const peers = [figures({ throughput: 80, cpu: 8 }), figures({ throughput: 200, cpu: 5 })];

  test("holds us against the best of the peers in that figure", () => {
    expect(judge({ figure: "throughput", bound: 1 }, figures({}), peers)).toMatchObject({ ratio: 0.5, met: false });
    expect(judge({ figure: "cpu", bound: 1.2 }, figures({}), peers)).toMatchObject({ ratio: 1.2, met: true });
  });

  test("judges the ratio as it is printed", () => {
    const close = figures({ throughput: 199.2 });
    expect(judge({ figure: "throughput", bound: 1 }, close, peers)).toMatchObject({ ratio: 1, met: true });
    expect(judge({ figure: "throughput", bound: 1 }, figures({ throughput: 198 }), peers).met).toBe(false);
  });

  test("holds packets against the ideal, not against a peer", () => {
    const verdict = judge({ figure: "packets", bound: 1.3 }, figures({ packets: 1.4 }), [figures({ packets: 9 })]);
    expect(verdict).toMatchObject({ ratio: 1.4, met: false });
  });
});

test("rows have an id of their own, and bounds on the side where their figure gets worse", () => {
  expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length);
  for (const { goals } of [...ROWS, ...QUICK_ROWS]) {
    expect(goals.length).toBeGreaterThan(0);
    for (const { figure, bound } of goals)
      if (FIGURES[figure].better === "more") expect(bound).toBeLessThanOrEqual(1.2);
  }
});
