import type { Directive } from "./directive.ts";
import { argumentOf, optionNamed, optionOfLetter } from "./options.ts";
import { shellWords } from "./shell-words.ts";

type Option = Pick<Directive, "name" | "parts" | "text">;

/**
 * The options of a line that is a command line of dnsmasq, or a part of one: options with dashes, and what may stand in
 * front of them (`ExecStart=/usr/sbin/dnsmasq`, `docker run … dnsmasq`, the dash of a YAML list).
 * @returns undefined for a line of a config file
 */
export function commandLineOptions(line: string): Option[] | undefined {
  const words = shellWords(line).map(({ text }) => text);
  const first = firstOption(words);
  return first === undefined ? undefined : readOptions(words.slice(first));
}

function firstOption(words: readonly string[]): number | undefined {
  const [word = "", second] = words;
  if (/^-[^-\s]|^--\w/.test(word)) return 0;
  if (word === "-" && second?.startsWith("--") === true) return 1;
  const program = words.findIndex((text, at) => isDnsmasq(text) && words[at + 1]?.startsWith("-") === true);
  return program === -1 ? undefined : program + 1;
}

/** `/usr/sbin/dnsmasq`, `ExecStart=-/usr/sbin/dnsmasq`, `quay.io/somebody/dnsmasq:v1`. */
function isDnsmasq(word: string): boolean {
  return /^(?:\w+=|[^-=\s]*\/|\w+=[^=\s]*\/)?dnsmasq(?:[:@][\w.:-]+)?$/.test(word);
}

function readOptions(words: readonly string[]): Option[] {
  const options: Option[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const [, long, attached] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const letter = /^-([^-])(.*)$/s.exec(word);
    if (long !== undefined) {
      const name = optionNamed(long) ?? long;
      const value = attached ?? (argumentOf(name) === "required" ? words[++at] : undefined);
      options.push(option(name, value, word === long ? word : text(word, attached === undefined ? value : undefined)));
    } else if (letter !== null) at += readLetters(letter[1] as string, letter[2] ?? "", words[at + 1], options);
    else options.push({ name: word, parts: [], text: word });
  }
  return options;
}

/** Letters without a value may stand together (`-kd`); the value of the last follows it, or is the next word. */
function readLetters(letter: string, rest: string, next: string | undefined, options: Option[]): 0 | 1 {
  const name = optionOfLetter(letter);
  if (name === undefined) {
    options.push({ name: `-${letter}${rest}`, parts: [], text: `-${letter}${rest}` });
    return 0;
  }
  if (argumentOf(name) === "none" || withoutValue.has(letter)) {
    options.push(option(name, undefined, `-${letter}`));
    return rest === "" ? 0 : readLetters(rest[0] as string, rest.slice(1), next, options);
  }
  options.push(option(name, rest === "" ? next : rest, text(`-${letter}${rest}`, rest === "" ? next : undefined)));
  return rest === "" ? 1 : 0;
}

/** Letters whose long name takes a value and they do not (option.c, OPTSTRING). */
const withoutValue = new Set("1q");

function text(word: string, value: string | undefined): string {
  return value === undefined ? word : `${word} ${value}`;
}

/** The shell took the quotes off before dnsmasq splits at commas. */
function option(name: string, value: string | undefined, text: string): Option {
  return { name, parts: value === undefined ? [] : value.split(",").map((part) => part.trim()), text };
}
