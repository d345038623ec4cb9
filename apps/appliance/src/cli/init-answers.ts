import type { ConfigAnswers } from "../init/config-text.ts";
import type { Candidate } from "../init/network.ts";
import { askInterface, askSecureBoot, everyInterface, type Question, usualInterface } from "../init/questions.ts";

/** The answers that bootlace.yaml is made from. */
export interface Answers {
  readonly served?: NonNullable<ConfigAnswers["interface"]>;
  readonly secureBoot: boolean;
}

export interface AnswersInput {
  readonly candidates: readonly Candidate[];
  /** The interfaces named by `--interface`. */
  readonly interfaces: readonly string[];
  readonly secureBoot: boolean;
  /** shim and GRUB were found. */
  readonly secureBootPossible: boolean;
  /** Absent: no questions. */
  readonly ask: (<T>(question: Question<T>) => Promise<T | undefined>) | undefined;
}

export type AnswersResult =
  | { readonly problem?: never; readonly answers: Answers }
  | { readonly problem: string }
  | undefined;

/** Flags first, then answers, then defaults. Asks only where there is a choice. */
export async function answersFor(input: AnswersInput): Promise<AnswersResult> {
  const { candidates, interfaces, ask, secureBootPossible } = input;
  if (input.secureBoot && !secureBootPossible)
    return { problem: "--secure-boot needs shim and GRUB, and neither was found" };
  const unknown = interfaces.find((name) => !candidates.some((candidate) => candidate.interface === name));
  if (unknown !== undefined) {
    const names = [...new Set(candidates.map((candidate) => candidate.interface))].join(", ") || "none";
    return { problem: `--interface ${unknown} has no IPv4 address of a LAN; interfaces here: ${names}` };
  }
  const names = new Set(candidates.map((candidate) => candidate.interface));
  let chosen: string | typeof everyInterface | undefined = interfaces[0] ?? usualInterface(candidates);
  if (interfaces.length === 0 && names.size > 1 && ask !== undefined) {
    chosen = await ask(askInterface(candidates));
    if (chosen === undefined) return undefined;
  }
  let secureBoot: boolean | undefined = input.secureBoot;
  if (!secureBoot && secureBootPossible && ask !== undefined) {
    secureBoot = await ask(askSecureBoot);
    if (secureBoot === undefined) return undefined;
  }
  if (chosen === undefined || chosen === everyInterface) return { answers: { secureBoot } };
  const list = interfaces.length > 0 ? interfaces : [chosen];
  const networks = candidates.filter((candidate) => list.includes(candidate.interface));
  return { answers: { secureBoot, served: { names: list, networks } } };
}
