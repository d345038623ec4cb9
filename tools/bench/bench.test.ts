import { expect, test } from "vitest";
import { benchCases } from "./cases.ts";
import { formatFigures, measure } from "./measure.ts";

test("every case does its work, and its name says of which package", () => {
  const cases = benchCases();
  for (const { run, name } of cases) {
    expect(run(), name).toBeDefined();
    expect(name).toMatch(/^[a-z]+-[a-z]+: /);
  }
  expect(new Set(cases.map(({ name }) => name.split(":")[0]))).toEqual(
    new Set(["dhcp-core", "proxy-dhcp", "tftp-serve"]),
  );
});

test("the figures are medians of the rounds behind the first, in turns", () => {
  let time = 0;
  let order = "";
  // A batch of "slow" takes 1000 ms in the first round, and 10, 40 and 20 ms in the others.
  const batches = [1000, 10, 40, 20];
  let calls = 0;
  const slow = () => {
    if (calls++ % 50 === 0) order += "s";
    if (calls % 50 === 0) time += batches[calls / 50 - 1] ?? Number.NaN;
  };
  let others = 0;
  const fast = () => {
    if (others++ % 50 === 0) order += "f";
    if (others % 50 === 0) time += 5;
  };
  const cases = [
    { name: "slow", unit: "packets", operations: 1, run: slow },
    { name: "fast", unit: "blocks", operations: 10, run: fast },
  ];
  const figures = measure(cases, { rounds: 3, milliseconds: 5, now: () => time });
  expect(order).toBe("sfsfsfsf");
  expect(figures).toEqual([
    { name: "slow", unit: "packets", median: 2500, slowest: 1250, fastest: 5000 },
    { name: "fast", unit: "blocks", median: 100_000, slowest: 100_000, fastest: 100_000 },
  ]);
  expect(formatFigures(figures)).toBe(
    ["slow      2.5k packets a second  (1.3k to 5.0k)", "fast      100k blocks a second  (100k to 100k)"].join("\n"),
  );
});
