import type { Surroundings } from "./command.ts";

/** Version of what `--json` prints; it grows when a field changes its meaning. */
const jsonSchema = 1;

/** One JSON document on one line of the standard output. */
export function printJson({ out }: Pick<Surroundings, "out">, document: Readonly<Record<string, unknown>>): void {
  out(`${inert(JSON.stringify({ schema: jsonSchema, ...document }))}\n`);
}

/** JSON leaves C1 controls, format characters and line separators as they are; a terminal may obey them. */
function inert(json: string): string {
  return json.replaceAll(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** What went wrong, for programs: `hint` says what to do about it. */
export interface CommandError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Tells a failure: a JSON document with `--json`, else a line on the standard error. */
export function printError(
  surroundings: Pick<Surroundings, "out" | "err">,
  command: string,
  error: CommandError,
  json: boolean,
): void {
  if (json) printJson(surroundings, { error });
  else surroundings.err(`bootlace ${command}: ${error.message}${error.hint === undefined ? "" : `. ${error.hint}`}\n`);
}
