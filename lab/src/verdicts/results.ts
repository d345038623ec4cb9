import { goesWell } from "./case.ts";
import type { Result } from "./engine.ts";

/** A set-up and what came of it, in a line. */
export function lineOf({ one, grade, said, seconds, after, checked, checkSaid }: Result): string {
  const check =
    checked === "wrong"
      ? ` [check ${one.check === "nothing" ? "complains" : "is silent"}: ${firstLine(checkSaid)}]`
      : "";
  return `${grade} ${one.id} (${seconds.toFixed(0)}+${after.toFixed(0)} s): ${said.replace(/\s+/g, " ")}${check}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

/** The least share of right verdicts, in per cent. */
const LEAST = 95;

export interface Totals {
  readonly good: boolean;
  readonly line: string;
}

export function totalsOf(results: readonly Result[]): Totals {
  const right = results.filter(({ grade }) => grade === "RIGHT").length;
  const praised = results.filter((one) => one.praised).length;
  const blamed = results.filter((one) => one.blamed).length;
  const asked = results.filter(({ checked }) => checked !== undefined);
  const warned = asked.filter(({ checked }) => checked === "right").length;
  const share = (100 * right) / Math.max(results.length, 1);
  const well = results.filter(({ one }) => goesWell(one)).length;
  const grades = ["WRONG", "VAGUE", "MISSING", "SCREEN"].map(
    (name) => `${results.filter(({ grade }) => grade === name).length} ${name.toLowerCase()}`,
  );
  const line = `${results.length - well} failing and ${well} succeeding boots: ${right} right (${share.toFixed(1)} %), ${grades.join(", ")}; ${praised} failures called success, ${blamed} successes called failure; check right for ${warned} of ${asked.length}`;
  return { good: share >= LEAST && praised === 0 && blamed === 0, line };
}
