import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Lab, Scenario } from "../src/lab.ts";
import { type RunOptions, runScenarios } from "../src/runner.ts";

const scenario = (name: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  proves: "",
  run: async () => {},
  ...more,
});

/** Runs scenarios that end when all that can run beside them have begun. */
async function ran(scenarios: readonly Scenario[], jobs: number, stopAfter = Number.POSITIVE_INFINITY) {
  const interrupt = new AbortController();
  const reported: string[] = [];
  const beside: string[] = [];
  let running: string[] = [];
  const options: RunOptions = {
    run: { prefix: "" } as unknown as RunOptions["run"],
    folder: "",
    keep: false,
    record: false,
    jobs,
    signal: interrupt.signal,
    onOutcome({ name }) {
      reported.push(name);
      if (reported.length === stopAfter) interrupt.abort();
    },
  };
  const outcomes = await runScenarios(scenarios, options, async ({ name }) => {
    running.push(name);
    await new Promise((resolve) => setImmediate(resolve));
    beside.push(running.join("+"));
    running = running.filter((other) => other !== name);
    return { name, seconds: 0, proofs: [], rows: [] };
  });
  return { outcomes: outcomes.map(({ name }) => name), reports: reported, beside };
}

const four = [scenario("a"), scenario("bench", { alone: true }), scenario("b"), scenario("c")];

test("one after the other, those that must be alone last; the outcomes in the order of the scenarios", async () => {
  const { outcomes, reports: reported, beside } = await ran(four, 1);
  expect(reported).toEqual(["a", "b", "c", "bench"]);
  expect(outcomes).toEqual(["a", "bench", "b", "c"]);
  expect(beside).toEqual(reported);
});

test("several at once, and nothing beside what must be alone", async () => {
  const { reports: reported, beside } = await ran(four, 2);
  expect(reported.toSorted()).toEqual(["a", "b", "bench", "c"]);
  expect(beside[0]).toBe("a+b");
  expect(beside.at(-1)).toBe("bench");
});

test("an interrupt starts no more", async () => {
  expect((await ran(four, 1, 2)).reports).toEqual(["a", "b"]);
});

/** What comes of a scenario with three parts, of which two run. */
async function outcomeOf(run: (lab: Lab) => void) {
  const folder = mkdtempSync(join(tmpdir(), "lab-runner-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const parts = new Map([["wires", ["a", "c"]]]);
  const signal = new AbortController().signal;
  const options = {
    run: {} as RunOptions["run"],
    folder,
    keep: false,
    record: false,
    jobs: 1,
    parts,
    signal,
    onOutcome: () => {},
  };
  const wires = scenario("wires", { parts: ["a", "b", "c"], run: async (lab) => run(lab) });
  return (await runScenarios([wires], options))[0];
}

test("a scenario learns which of its parts run", async () => {
  const asked: boolean[] = [];
  const outcome = await outcomeOf((lab) => asked.push(...["a", "b", "c"].map((part) => lab.part(part))));
  expect(asked).toEqual([true, false, true]);
  expect(outcome?.failure).toBeUndefined();
});

test("a part that is not declared, or never asked for, fails the scenario", async () => {
  expect((await outcomeOf((lab) => lab.part("d")))?.failure).toContain('wires declares no part "d"');
  expect((await outcomeOf((lab) => lab.part("a")))?.failure).toContain("never asked for: c");
});
