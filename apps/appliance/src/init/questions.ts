import type { Candidate } from "./network.ts";

/** One question with its usual answer: an empty line takes it. */
export interface Question<T> {
  readonly text: string;
  /** What an answer means; undefined when it means nothing. */
  readonly read: (answer: string) => T | undefined;
  /** What may be answered. */
  readonly hint: string;
}

/** Served when nothing else is said: the interface of the first candidate. */
export function usualInterface(candidates: readonly Candidate[]): string | undefined {
  return candidates[0]?.interface;
}

export const everyInterface = Symbol("every interface");

export function askInterface(candidates: readonly Candidate[]): Question<string | typeof everyInterface> {
  const names = [...new Set(candidates.map((candidate) => candidate.interface))];
  const width = Math.max(...names.map((name) => name.length));
  const rows = names.map((name, index) => {
    const networks = candidates.filter((candidate) => candidate.interface === name).map(networkText);
    return `  ${index + 1}  ${name.padEnd(width)}  ${networks.join("; ")}`;
  });
  return {
    text: `On which network shall machines boot?\n${rows.join("\n")}\n  a  all of them\nAnswer [1]: `,
    hint: `Write a number from 1 to ${names.length}, the name of an interface, or a`,
    read(answer) {
      if (answer === "") return names[0];
      if (/^(a|all)$/i.test(answer)) return everyInterface;
      return names.find((name, index) => answer === name || answer === String(index + 1));
    },
  };
}

/** A network as a line for people. */
export function networkText({ address, subnet, router }: Candidate): string {
  return `${address} in ${subnet}${router === undefined ? "" : `, router ${router}`}`;
}

export const askSecureBoot: Question<boolean> = {
  text: [
    "What shall UEFI machines start?",
    "  1  iPXE: works beside every router; Secure Boot must be off",
    "  2  shim and GRUB: for Secure Boot; the router must name this machine as next server",
    "Answer [1]: ",
  ].join("\n"),
  hint: "Write 1 or 2",
  read: (answer) => (answer === "" || answer === "1" ? false : answer === "2" ? true : undefined),
};

/** @param what such as `14 files, 2.1 MB` */
export function askConfirmation(what: string, directory: string): Question<boolean> {
  return {
    text: `Write ${what} to ${directory}? [Y/n]: `,
    hint: "Write y or n",
    read: (answer) => (/^(y|yes)?$/i.test(answer) ? true : /^(n|no)$/i.test(answer) ? false : undefined),
  };
}

/** More wrong answers than this come from no person. */
const mostTries = 5;

/** @returns undefined when there is no answer: the input ended, or every answer was wrong */
export async function askFor<T>(
  question: Question<T>,
  ask: (text: string) => Promise<string | undefined>,
  print: (text: string) => void,
): Promise<T | undefined> {
  for (let tries = 0; tries < mostTries; tries++) {
    const answer = await ask(question.text);
    if (answer === undefined) return undefined;
    const value = question.read(answer.trim());
    if (value !== undefined) return value;
    print(`${question.hint}.\n`);
  }
  return undefined;
}
