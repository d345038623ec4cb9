import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { nodeProblem } from "../src/os/node-version.ts";

it.each(["22.12.0", "22.23.3", "24.21.0", "26.0.0", "24.0.0-nightly"])("Node.js %s will do", (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

it.each(["22.11.0", "20.20.2", "18.19.0", "9.99.9"])("Node.js %s is too old, and the message says so", (version) => {
  expect(nodeProblem(version)).toBe(`Node.js ${version} is too old; Bootlace needs Node.js 22.12 or later`);
});

it("package.json asks for the same", () => {
  const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const oldest = engines.node.replace(">=", "");
  expect(nodeProblem(`${oldest}.0`)).toBeUndefined();
  expect(nodeProblem("0.1.0")).toContain(`needs Node.js ${oldest} or later`);
});
