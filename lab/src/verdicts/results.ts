import { fileURLToPath } from "node:url";
import { markdownTable, rewriteMarked } from "../bench/marked-text.ts";
import { goesWell } from "./case.ts";
import type { Result } from "./engine.ts";

const PAGE = fileURLToPath(new URL("../../../docs/verdicts.md", import.meta.url));

/** The least share of right verdicts, in per cent. */
const LEAST = 95;

/** A set-up and what came of it, in a line. */
export function lineOf({ one, grade, said, seconds, after, checked, checkSaid }: Result): string {
  const wrong = one.check === "nothing" ? "complains" : "does not say it";
  const check = checked === "wrong" ? ` [check ${wrong}: ${flat(checkSaid)}]` : "";
  return `${grade} ${one.id} (${seconds.toFixed(0)}+${after.toFixed(0)} s): ${flat(said)}${check}`;
}

function flat(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export interface Totals {
  readonly failing: number;
  readonly succeeding: number;
  readonly right: number;
  /** Of 100. */
  readonly share: number;
  /** Failures that were called a success, and successes that were called a failure. */
  readonly praised: number;
  readonly blamed: number;
  /** How many set-ups `check` is asked about, and for how many it was right. */
  readonly checkAsked: number;
  readonly checkRight: number;
  /** Whether all of this is good enough. */
  readonly good: boolean;
}

export function totalsOf(results: readonly Result[]): Totals {
  const count = (holds: (result: Result) => boolean) => results.filter(holds).length;
  const right = count(({ grade }) => grade === "RIGHT");
  const succeeding = count(({ one }) => goesWell(one));
  const share = results.length === 0 ? 100 : (100 * right) / results.length;
  const praised = count((result) => result.praised);
  const blamed = count((result) => result.blamed);
  return {
    failing: results.length - succeeding,
    succeeding,
    right,
    share,
    praised,
    blamed,
    checkAsked: count(({ checked }) => checked !== undefined),
    checkRight: count(({ checked }) => checked === "right"),
    good: share >= LEAST && praised === 0 && blamed === 0,
  };
}

/** The totals in a line. */
export function totalsLine(results: readonly Result[]): string {
  const { failing, succeeding, right, share, praised, blamed, checkAsked, checkRight } = totalsOf(results);
  const grades = (["WRONG", "VAGUE", "MISSING", "SCREEN"] as const).map(
    (name) => `${results.filter(({ grade }) => grade === name).length} ${name.toLowerCase()}`,
  );
  return [
    `${failing} failing and ${succeeding} succeeding boots: ${right} right (${share.toFixed(1)} %), ${grades.join(", ")}`,
    `${praised} failures called success, ${blamed} successes called failure`,
    `check right for ${checkRight} of ${checkAsked}`,
  ].join("; ");
}

const HEAD = [
  "set-ups",
  "boots that fail",
  "boots that go well",
  "right verdicts",
  "failures called success",
  "successes called failure",
  "`check` right beforehand",
];

/** The table of docs/verdicts.md: a line for each group of set-ups. */
export function corpusTable(
  groups: readonly { readonly title: string; readonly results: readonly Result[] }[],
): string {
  const lines = groups.map(({ title, results }) => {
    const { failing, succeeding, right, share, praised, blamed, checkAsked, checkRight } = totalsOf(results);
    const all = failing + succeeding;
    const figures = [failing, succeeding, `${right} of ${all} (${share.toFixed(1)} %)`, praised, blamed];
    return [title, ...figures.map(String), `${checkRight} of ${checkAsked}`];
  });
  return markdownTable(HEAD, lines);
}

/** Writes the table into docs/verdicts.md. */
export function recordCorpus(groups: Parameters<typeof corpusTable>[0]): void {
  rewriteMarked(PAGE, "corpus", corpusTable(groups));
}
