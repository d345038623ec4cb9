import { expect, test } from "vitest";
import { boundedMap } from "../src/core/bounded-map.ts";

test("what was used longest ago goes first", () => {
  const map = boundedMap<string, number>(2);
  expect(map.set("a", 1)).toBeUndefined();
  expect(map.set("b", 2)).toBeUndefined();
  expect(map.get("a")).toBe(1);
  expect(map.set("c", 3)).toEqual(["b", 2]);
  expect([...map.values()]).toEqual([1, 3]);
  expect(map.size).toBe(2);
});

test("a look is no use", () => {
  const map = boundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect([map.peek("a"), map.has("a"), map.peek("x"), map.has("x")]).toEqual([1, true, undefined, false]);
  map.change((value) => value * 10);
  expect(map.oldest()).toEqual(["a", 10]);
  expect(map.set("c", 3)).toEqual(["a", 10]);
});

test("another value for a key is use, and makes nothing go", () => {
  const map = boundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.set("a", 3)).toBeUndefined();
  expect(map.oldest()).toEqual(["b", 2]);
});

test("delete and clear", () => {
  const map = boundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.delete("a");
  expect(map.get("a")).toBeUndefined();
  map.clear();
  expect([map.size, map.oldest()]).toEqual([0, undefined]);
});
