import type { Candidate } from "./network.ts";

/** One question with a default: an empty line takes it. */
export interface Question<T> {
  readonly text: string;
  /** The meaning of an answer; undefined when it has none. */
  readonly read: (answer: string) => T | undefined;
  /** The valid answers. */
  readonly hint: string;
}

/** The default is the interface of the first candidate. */
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
    text: `Which network do machines boot from?\n${rows.join("\n")}\n  a  all of them\nChoice [1]:  `,
    hint: `Enter a number from 1 to ${names.length}, an interface name, or a`,
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
    "What do UEFI machines boot?",
    "  1  iPXE: works with every router; Secure Boot must be off",
    "  2  shim and GRUB: for Secure Boot; the router must set this machine as next server",
    "Choice [1]: ",
  ].join("\n"),
  hint: "Enter 1 or 2",
  read: (answer) => (answer === "" || answer === "1" ? false : answer === "2" ? true : undefined),
};

/** @param what such as `14 files, 2.1 MB` */
export function askConfirmation(what: string, directory: string): Question<boolean> {
  return {
    text: `Write ${what} to ${directory}? [Y/n]: `,
    hint: "Enter y or n",
    read: (answer) => (/^(y|yes)?$/i.test(answer) ? true : /^(n|no)$/i.test(answer) ? false : undefined),
  };
}

/** After this many wrong answers it is not a person answering. */
const mostTries = 5;

/** @returns undefined without an answer: the input ended, or every answer was wrong */
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
