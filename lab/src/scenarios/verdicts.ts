import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { inLanes, type Lab, type Scenario } from "../lab.ts";
import { type Case, goesWell } from "../verdicts/case.ts";
import { CASES, GROUPS } from "../verdicts/cases.ts";
import { type Result, runCase } from "../verdicts/engine.ts";
import { lineOf, recordCorpus, totalsLine, totalsOf } from "../verdicts/results.ts";

/** Machines at once, each on a LAN of its own: most of the time one waits for silence. */
const LANES = Number(process.env.VERDICTS_LANES ?? 3);
/** Only these set-ups, by a regular expression, while somebody works on them; and each line as soon as it is known. */
const ROWS = new RegExp(process.env.VERDICTS_ROWS ?? "");
const LIVE = process.env.VERDICTS_LIVE !== undefined;

const bad = CASES.filter((one) => !goesWell(one));

export const verdicts: Scenario = {
  name: "verdicts",
  proves: `${bad.length} boots that fail and ${CASES.length - bad.length} that go well: each verdict says what a person at the screen would say`,
  parts: CASES.map(({ id }) => id),
  async run(lab) {
    const cases = CASES.filter(({ id }) => lab.part(id) && ROWS.test(id));
    const results = await runAll(lab, cases);
    writeFileSync(join(lab.folder, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
    const line = totalsLine(results);
    lab.proof(line);
    if (lab.record && results.length === CASES.length) recordCorpus(groupsOf(results));
    const wrong = results.filter(({ grade }) => grade !== "RIGHT");
    must(totalsOf(results).good, [line, ...wrong.map(lineOf)].join("\n"));
  },
};

async function runAll(lab: Lab, cases: readonly Case[]): Promise<Result[]> {
  const results: Result[] = [];
  await inLanes(LANES, [...cases.entries()], async ([number, one]) => {
    const result = await runCase(lab, one, number);
    results[number] = result;
    lab.proof(lineOf(result));
    if (LIVE) console.log(lineOf(result));
  });
  return results;
}

function groupsOf(results: readonly Result[]) {
  return GROUPS.map(({ title, cases }) => ({ title, results: results.filter(({ one }) => cases.includes(one)) }));
}
