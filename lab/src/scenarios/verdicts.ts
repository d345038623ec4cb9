import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { inLanes, type Lab, type Scenario } from "../lab.ts";
import { type Case, goesWell } from "../verdicts/case.ts";
import { CASES, GROUPS } from "../verdicts/cases.ts";
import { type Result, runCase } from "../verdicts/engine.ts";
import { isHeavy } from "../verdicts/machines.ts";
import { lineOf, recordCorpus, totalsLine, totalsOf } from "../verdicts/results.ts";

/** Machines at once, each on a LAN of its own: most of the time one waits for silence. */
const LANES = Number(process.env.VERDICTS_LANES ?? 4);
/** Only these set-ups, by a regular expression, while somebody works on them; and each line as soon as it is known. */
const ROWS = new RegExp(process.env.VERDICTS_ROWS ?? "");
const LIVE = process.env.VERDICTS_LIVE !== undefined;

const rotates = ({ slow, machine }: Case) => slow === true || isHeavy(machine);
const bad = CASES.filter((one) => !goesWell(one));

export const verdicts: Scenario = {
  name: "verdicts",
  proves: `${bad.length} boots that fail and ${CASES.length - bad.length} that go well: each verdict says what a person at the screen would say`,
  // What is quick always runs.
  parts: CASES.filter(rotates).map(({ id }) => id),
  async run(lab) {
    const cases = CASES.filter((one) => (!rotates(one) || lab.part(one.id)) && ROWS.test(one.id));
    must(cases.length > 0, `no set-up is called like ${ROWS}`);
    const results = await runAll(lab, cases);
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
    appendFileSync(join(lab.folder, "results.jsonl"), `${JSON.stringify(result)}\n`);
    lab.proof(lineOf(result));
    if (LIVE) console.log(lineOf(result));
  });
  return results;
}

function groupsOf(results: readonly Result[]) {
  return GROUPS.map(({ title, cases }) => ({ title, results: results.filter(({ one }) => cases.includes(one)) }));
}
