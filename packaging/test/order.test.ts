import { expect, test } from "vitest";
import { readOrder } from "../src/order.ts";

test("targets in the order of the table, each once", () => {
  const order = readOrder(["linux-arm64", "linux-x64", "linux-arm64", "--out", "/tmp/there"]);
  expect(order).toMatchObject({ ok: true, order: { out: "/tmp/there", packages: false } });
  expect(order.ok && order.order.targets.map(({ name }) => name)).toEqual(["linux-x64", "linux-arm64"]);
});

test.each([
  [[], /usage: npm run binary -- TARGET/],
  [["linux-mips"], /unknown target linux-mips\n.*linux-x64, linux-arm64/],
  [["linux-x64", "--fast"], /--fast/],
])("%j is no order", (words, problem) => {
  const order = readOrder(words);
  expect(order.ok).toBe(false);
  expect(order.ok ? "" : order.problem).toMatch(problem);
});

test("packages are made when they are asked for", () => {
  expect(readOrder(["--packages", "linux-x64"])).toMatchObject({ ok: true, order: { packages: true } });
});
