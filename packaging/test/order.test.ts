import { expect, test } from "vitest";
import { readOrder } from "../src/order.ts";

test("targets in the order of the table, each once", () => {
  const order = readOrder(["linux-arm64", "linux-x64", "linux-arm64", "--out", "/tmp/there"]);
  expect(order).toMatchObject({ ok: true, out: "/tmp/there" });
  expect(order.ok && order.targets.map(({ name }) => name)).toEqual(["linux-x64", "linux-arm64"]);
});

test.each([
  [[], /usage: npm run binary -- TARGET/],
  [["linux-mips"], /there is no target linux-mips\n.*linux-x64, linux-arm64/],
  [["linux-x64", "--fast"], /--fast/],
])("%j is no order", (words, problem) => {
  const order = readOrder(words);
  expect(order.ok).toBe(false);
  expect(order.ok ? "" : order.problem).toMatch(problem);
});
