import { inertText } from "../catalogue/inert-text.ts";
import { inertJson } from "../log/inert.ts";
import type { Surroundings } from "./command.ts";

/** Version of the `--json` output; it grows when a field changes its meaning. */
const jsonSchema = 1;

/** Prints one JSON document on one line of stdout. */
export function printJson({ out }: Pick<Surroundings, "out">, document: Readonly<Record<string, unknown>>): void {
  out(`${inertJson(JSON.stringify({ schema: jsonSchema, ...document }))}\n`);
}

/** An error, also for programs; `hint` is the fix. */
export interface CommandError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Prints a failure: a JSON document with `--json`, else a line on stderr. */
export function printError(
  surroundings: Pick<Surroundings, "out" | "err">,
  command: string,
  error: CommandError,
  json: boolean,
): void {
  if (json) printJson(surroundings, { error });
  else {
    const stop = /[?!]$/.test(error.message) ? "" : ".";
    const hint = error.hint === undefined ? "" : `${stop} ${error.hint}`;
    surroundings.err(`bootlace ${command}: ${inertText(`${error.message}${hint}`)}\n`);
  }
}
