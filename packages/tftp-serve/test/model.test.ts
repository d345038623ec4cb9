import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { goBackN, type ModelCase, simulate } from "./model.ts";

const quiet = { loss: 0, duplication: 0, reordering: 0, delay: 1, jitter: 0 };
const base: ModelCase = {
  ...quiet,
  seed: 1,
  size: 512 * 200 + 17,
  blockSize: 512,
  windowSize: 1,
  offer: true,
  rollover: 0,
  habit: "each",
  clientTimeout: 1000,
};

/** Any link, any client; the sizes lie around multiples of the block size. */
const anyCase = fc.record({
  seed: fc.integer(),
  size: fc
    .tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0, 1, 7, 15))
    .map(([blocks, rest]) => blocks * 16 + rest),
  blockSize: fc.constant(16),
  windowSize: fc.constantFrom(1, 4, 16),
  offer: fc.constant(true),
  rollover: fc.constantFrom<0 | 1>(0, 1),
  habit: fc.constantFrom<"each" | "once">("each", "once"),
  clientTimeout: fc.constantFrom(1000, 4000),
  loss: fc.constantFrom(0, 0.01, 0.05, 0.1, 0.2),
  duplication: fc.constantFrom(0, 0.02, 0.1),
  reordering: fc.constantFrom(0, 0.01, 0.05),
  delay: fc.constantFrom(0.1, 1, 20, 150),
  jitter: fc.constantFrom(0, 0.2, 5),
}) satisfies fc.Arbitrary<ModelCase>;

/**
 * Three times the ideal, and some packets for files of few blocks. The ideal is one packet for each block; for windows of
 * 16 it is what go-back-N with whole windows needs at the least. A receiver only acknowledges whole windows, and what it
 * does not expect (RFC 7440 §4): to send less of a window would wait for its timer, and every loss, overtaking and
 * doubling cuts the window there.
 */
function allowed(model: ModelCase, blocks: number): number {
  const cuts = model.loss + model.reordering + model.duplication;
  const ideal = model.windowSize === 16 ? goBackN(16, cuts) : 1;
  return 3 * ideal * blocks + 4 * model.windowSize;
}

describe("over any link", () => {
  test("every byte comes, with at most three times the ideal number of packets", () => {
    fc.assert(
      fc.property(anyCase, (model) => {
        const result = simulate(model);
        expect(result.complete && result.exact).toBe(true);
        expect(result.received).toBe(result.blocks);
        expect(result.dataSent).toBeLessThanOrEqual(allowed(model, result.blocks));
      }),
      { seed: 1123, numRuns: 600 },
    );
  });

  test("without options too", () => {
    fc.assert(
      fc.property(anyCase, (model) => {
        const result = simulate({ ...model, offer: false, windowSize: 1 });
        expect(result.complete && result.exact).toBe(true);
        expect(result.dataSent).toBeLessThanOrEqual(allowed({ ...model, windowSize: 1 }, result.blocks));
      }),
      { seed: 1350, numRuns: 300 },
    );
  });

  test.each([1, 4, 16])("a good link takes each block once, window %i", (windowSize) => {
    const result = simulate({ ...base, windowSize });
    expect(result).toMatchObject({ dataSent: result.blocks, attempts: 1, outcome: { type: "done", confirmed: true } });
  });
});

describe("block numbers wrap", () => {
  test.each([
    [1, 0],
    [4, 1],
    [16, 0],
    [16, 1],
  ] as const)("window %i, rollover to %i, twice round with loss", (windowSize, rollover) => {
    const result = simulate({
      ...base,
      size: 8 * 131_100 + 3,
      blockSize: 8,
      windowSize,
      rollover,
      loss: 0.002,
      duplication: 0.002,
      delay: 0.1,
    });
    expect(result).toMatchObject({ complete: true, exact: true, received: 131_101 });
    expect(result.dataSent / result.blocks).toBeLessThan(1.1);
  });
});

describe("loss costs little time", () => {
  // The peers wait one to five seconds for each lost packet.
  test.each([
    [0.01, 1.3, 1500],
    [0.05, 1.3, 4000],
  ])("256 KiB at loss %d: packets below %d of the ideal, and below %i ms on average", (loss, packets, ms) => {
    const runs = Array.from({ length: 20 }, (_, seed) =>
      simulate({ ...base, seed, size: 262_144, blockSize: 1468, loss, delay: 0.1 }),
    );
    const mean = (pick: (run: (typeof runs)[number]) => number) =>
      runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
    expect(mean((run) => run.dataSent / run.blocks)).toBeLessThan(packets);
    expect(mean((run) => run.ms)).toBeLessThan(ms);
  });
});
