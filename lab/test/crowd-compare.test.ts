import { expect, test } from "vitest";
import { compareWith, WrongBytes } from "../src/crowd/compare.ts";

const [one, other] = [Buffer.from("first tree"), Buffer.from("other tree!")];

test("a file is whole when it is all of one of the trees", () => {
  const comparison = compareWith("a", [one, other]);
  expect(comparison.size).toBe(one.length);
  comparison.take(other.subarray(0, 4), 0);
  comparison.take(other.subarray(4), 4);
  expect(comparison.isWhole(other.length)).toBe(true);
  comparison.ended(other.length);
});

test("a mixture of both is wrong, whatever its size", () => {
  const comparison = compareWith("a", [one, other]);
  comparison.take(one.subarray(0, 4), 0);
  expect(() => comparison.take(other.subarray(4), 4)).toThrow(new WrongBytes("a: other bytes behind 4"));
});

test("so are another size, more bytes, an early end, and a file that must not be there", () => {
  expect(() => compareWith("a", [one]).announced(11)).toThrow("a: tsize 11");
  expect(() => compareWith("a", [one]).take(Buffer.from("first tree and more"), 0)).toThrow("a: other bytes behind 0");
  const comparison = compareWith("a", [one]);
  comparison.take(one.subarray(0, 4), 0);
  expect(comparison.isWhole(4)).toBe(false);
  expect(() => comparison.ended(4)).toThrow("a: it ends behind 4 bytes");
  expect(() => compareWith("a", []).take(one, 0)).toThrow(WrongBytes);
});
