import { expect, test } from "vitest";
import { allowance, fullBucket, refill } from "../src/core/token-bucket.ts";

const rate = { burst: 3, perSecond: 2 };

test("a bucket fills with time, up to its burst", () => {
  const bucket = fullBucket(rate, 1000);
  expect(bucket.tokens).toBe(3);
  bucket.tokens = 0;
  expect(refill(bucket, rate, 1250)).toBe(0.5);
  expect(refill(bucket, rate, 1500)).toBe(1);
  expect(refill(bucket, rate, 60_000)).toBe(3);
});

test("a clock that was set back gives nothing and takes nothing", () => {
  const bucket = fullBucket(rate, 10_000);
  bucket.tokens = 1;
  expect(refill(bucket, rate, 5000)).toBe(1);
  expect(refill(bucket, rate, 5500)).toBe(2);
});

test("a smaller burst holds at once", () => {
  const bucket = fullBucket(rate, 0);
  expect(refill(bucket, { burst: 1, perSecond: 2 }, 0)).toBe(1);
});

test("an allowance takes from every rate or from none", () => {
  const passes = allowance({ burst: 2, perSecond: 1 }, { burst: 3, perSecond: 0 });
  expect([0, 0, 0].map(passes)).toEqual([true, true, false]);
  // What was held back took nothing from the second rate.
  expect([1000, 60_000].map(passes)).toEqual([true, false]);
});

test("an allowance without rates lets all pass", () => {
  expect(allowance()(0)).toBe(true);
});

test("an allowance lets a burst pass, then so many a second", () => {
  const passes = allowance({ burst: 3, perSecond: 2 });
  const count = (now: number) => Array.from({ length: 10 }, () => passes(now)).filter(Boolean).length;
  expect([count(0), count(0), count(500), count(2000), count(60_000)]).toEqual([3, 0, 1, 3, 3]);
});

test("an allowance of two rates lets pass what both have room for, and what is held back uses neither up", () => {
  const passes = allowance({ burst: 3, perSecond: 2 }, { burst: 5, perSecond: 0.01 });
  const count = (now: number) => Array.from({ length: 10 }, () => passes(now)).filter(Boolean).length;
  expect([count(0), count(60_000), count(120_000), count(220_000)]).toEqual([3, 2, 1, 1]);
});
