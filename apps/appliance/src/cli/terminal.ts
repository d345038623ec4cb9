import type { Surroundings } from "./command.ts";

/** What standard output can show. */
export interface Terminal {
  readonly colour: boolean;
  /** Absent where standard output is no terminal: there lines are never broken. */
  readonly columns?: () => number;
}

const usualColumns = 80;
/** A terminal that says it is narrower is not believed: nothing could be read there. */
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
