import { type GrubCommand, type GrubWord, grubCommands } from "./grub-words.ts";
import {
  folderOf,
  longestArguments,
  type MenuEntry,
  type MenuText,
  mostEntries,
  pathFrom,
  splitArguments,
} from "./menu-entry.ts";

/** Characters of a variable: of those that double each other at every line nothing boots. */
const longestValue = 2048;
const mostInitrds = 32;

interface Draft {
  readonly title: string;
  readonly id: string | undefined;
  kernel?: string;
  words: string[];
  initrds: string[];
}

/**
 * Reads a `grub.cfg` of an image (GRUB manual, "Writing full configuration files directly"). Both branches of a condition
 * count; variables that only GRUB knows are empty.
 * @param path of the configuration in the image
 */
export function readGrubMenu(text: string, path: string): MenuText {
  const variables = new Map([["prefix", `/${folderOf(path)}`]]);
  const drafts: Draft[] = [];
  const includes: string[] = [];
  const outside: Draft = { title: "", id: undefined, words: [], initrds: [] };
  const blocks: (Draft | undefined)[] = [];
  let last: GrubCommand | undefined;

  const fill = ({ parts }: GrubWord) =>
    parts.map((part) => ("text" in part ? part.text : (variables.get(part.variable) ?? ""))).join("");

  /** Spaces of text were in quotes, which the tokens have lost; those of a variable part words, as in a shell. */
  const argument = (word: GrubWord) => {
    const inQuotes = word.parts.some((part) => "text" in part && /\s/.test(part.text));
    return inQuotes ? quoted(fill(word)) : fill(word);
  };

  function assign(name: string, value: string) {
    // `set default="${next_entry}"` stands behind a condition.
    if (name !== "default" || value !== "") variables.set(name, value.slice(0, longestValue));
  }

  function open(command: GrubCommand | undefined) {
    const [word = "", ...rest] = command?.words.map(fill) ?? [];
    if (word !== "menuentry" || drafts.length >= mostEntries) {
      blocks.push(blocks.at(-1));
      return;
    }
    const mark = rest.indexOf("--id");
    const title = rest.find((argument) => !argument.startsWith("--")) ?? "";
    const draft = { title, id: mark === -1 ? undefined : rest[mark + 1], words: [], initrds: [] };
    drafts.push(draft);
    blocks.push(draft);
  }

  for (const command of grubCommands(text)) {
    const words = command.words.map(fill);
    while (/^(then|else|do)$/.test(words[0] ?? "")) words.shift();
    const [first = "", ...rest] = words;
    const draft = blocks.at(-1) ?? outside;
    const set = /^([A-Za-z_]\w*)=(.*)$/s.exec(first === "set" ? (rest[0] ?? "") : first);
    if (first === "{") open(last);
    else if (first === "}") blocks.pop();
    else if (set !== null) assign(set[1] ?? "", set[2] ?? "");
    else if (/^linux(16|efi)?$/.test(first) && draft.kernel === undefined) {
      draft.kernel = inImage(rest[0] ?? "");
      draft.words = atMost(command.words.slice(command.words.length - rest.length + 1).map(argument));
    } else if (/^initrd(16|efi)?$/.test(first)) {
      draft.initrds = [...draft.initrds, ...rest.slice(0, mostInitrds).map(inImage).filter(Boolean)].slice(
        0,
        mostInitrds,
      );
    } else if (/^(source|configfile|\.|normal)$/.test(first) && includes.length < mostEntries) {
      const name = inImage(rest[0] ?? "");
      if (name !== "") includes.push(name);
    }
    last = command;
  }

  const all = [...drafts, ...(outside.kernel === undefined ? [] : [outside])];
  const wanted = variables.get("default") ?? "0";
  const entries = all.flatMap((draft, index): MenuEntry[] => {
    const { title, id, kernel, words, initrds } = draft;
    if (kernel === undefined || kernel === "") return [];
    const split = splitArguments(words, "");
    const isDefault = wanted === id || wanted === title || wanted === String(index);
    return [{ title, kernel, initrds: [...initrds, ...split.initrds], arguments: split.arguments, isDefault }];
  });
  return { entries, includes };
}

/** GRUB's name of a file as a path: without the device; an option is none. */
function inImage(name: string): string {
  return name.startsWith("-") ? "" : pathFrom("", name.replace(/^\([^)]*\)/, "").replace(/^newc:[^:]*:/, ""));
}

/** As many words as a kernel's command line holds. */
function atMost(words: readonly string[]): string[] {
  const kept: string[] = [];
  let length = 0;
  for (const word of words) {
    length += word.length + 1;
    if (length > longestArguments) break;
    if (word !== "") kept.push(word);
  }
  return kept;
}

function quoted(word: string): string {
  if (!/\s/.test(word) || word.includes('"')) return word;
  const [, key = "", value = ""] = /^([^=\s]+=)?(.*)$/s.exec(word) ?? [];
  return `${key}"${value}"`;
}
