import type { Surroundings } from "./command.ts";

/** The abilities of the terminal on stdout. */
export interface Terminal {
  readonly colour: boolean;
  /** Absent where stdout is not a terminal: lines are never broken there. */
  readonly columns?: () => number;
}

const usualColumns = 80;
/** The least width assumed: narrower output would be unreadable. */
const fewestColumns = 20;

/** Colours for a terminal that has them and whose user does not object (https://no-color.org). */
export function terminalOf({
  stdoutIsTerminal,
  env,
  columns,
}: Pick<Surroundings, "stdoutIsTerminal" | "env" | "columns">): Terminal {
  if (!stdoutIsTerminal) return { colour: false };
  return {
    colour: !env.NO_COLOR && env.TERM !== "dumb",
    columns: () => Math.max(fewestColumns, columns?.() || usualColumns),
  };
}
