import { expect, test } from "vitest";
import { reservedPorts } from "../src/request-checks.ts";

test("no port that U-Boot or a system may ask from is refused; those of services that answer anything are", () => {
  const asked = Array.from({ length: 65_536 - 1024 }, (_, index) => 1024 + index);
  expect(asked.filter((port) => reservedPorts.has(port))).toEqual([]);
  expect([7, 19, 53, 69].every((port) => reservedPorts.has(port))).toBe(true);
});
