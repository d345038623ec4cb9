import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import type { Lab, Scenario } from "../lab.ts";
import { type Case, goesWell } from "../verdicts/case.ts";
import { CASES } from "../verdicts/cases.ts";
import { type Result, runCase } from "../verdicts/engine.ts";
import { lineOf, totalsOf } from "../verdicts/results.ts";

/** Machines at once: each has a LAN of its own. */
const LANES = Number(process.env.VERDICTS_LANES ?? 2);
/** Only these, by a regular expression, while somebody works on them. */
const ROWS = new RegExp(process.env.VERDICTS_ROWS ?? "");

export const verdicts: Scenario = {
  name: "verdicts",
  proves: `${CASES.filter((one) => !goesWell(one)).length} boots that fail and ${CASES.filter(goesWell).length} that go well: each verdict says what a person in front of the screen would say`,
  parts: CASES.map(({ id }) => id),
  async run(lab) {
    const results = await runAll(
      lab,
      CASES.filter(({ id }) => lab.part(id) && ROWS.test(id)),
    );
    writeFileSync(join(lab.folder, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
    const totals = totalsOf(results);
    lab.proof(totals.line);
    must(
      totals.good,
      `${totals.line}\n${results
        .filter(({ grade }) => grade !== "RIGHT")
        .map(lineOf)
        .join("\n")}`,
    );
  },
};

async function runAll(lab: Lab, cases: readonly Case[]): Promise<Result[]> {
  const waiting = [...cases.entries()];
  const results: Result[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await runCase(lab, next[1], next[0]);
      results[next[0]] = result;
      lab.proof(lineOf(result));
      if (process.env.VERDICTS_LIVE) console.log(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: LANES }, worker));
  return results;
}
