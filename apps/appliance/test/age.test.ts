import { expect, test } from "vitest";
import { ageOf } from "../src/app/services/age.ts";

test("the age grows steadily, and the start has the time it had by the clock of today", () => {
  let wall = 0;
  let steady = 7_000;
  const age = ageOf(
    () => wall,
    () => steady,
  );
  const later = (milliseconds: number, clock = milliseconds) => {
    steady += milliseconds;
    wall += clock;
    return age();
  };
  expect(age()).toEqual({ startedAt: "1970-01-01T00:00:00.000Z", uptimeSeconds: 0 });
  expect(later(5_000, 5_400)).toEqual({ startedAt: "1970-01-01T00:00:00.000Z", uptimeSeconds: 5 });
  const today = Date.UTC(2026, 10, 30, 12);
  wall = today - 10_000;
  expect(later(10_000)).toEqual({ startedAt: "2026-11-30T11:59:45.000Z", uptimeSeconds: 15 });
  wall = 0;
  expect(later(1_000).uptimeSeconds).toBe(16);
});
