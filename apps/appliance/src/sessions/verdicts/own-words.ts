import { notGiven } from "../../catalogue/contents/bcd.ts";
import type { FileLack, FileNeed, LostJump, UnknownCommand } from "../../catalogue/file-facts.ts";
import { isImageItems } from "../../catalogue/images.ts";
import type { FileStep } from "../step.ts";
import { beganAfter, keyOf, placesOf } from "./asked.ts";
import { found, type Rule } from "./rule.ts";
import { shimMayRefuse } from "./secure-boot.ts";
import type { BootView } from "./view.ts";

/** The last script or configuration that came and whose words are known, and what of them was followed. */
export interface OwnWords {
  readonly by: FileStep;
  readonly needs: readonly FileNeed[];
  readonly waits: boolean;
  readonly localBoot: boolean;
  /** Of an entry that was begun, or needed on every way: not asked for. */
  readonly unasked: readonly FileNeed[];
  /** Something of it was asked for. */
  readonly begun: boolean;
  /** The entries of which something was asked for; undefined: it belongs to none. */
  readonly entries: ReadonlySet<string | undefined>;
  /** What it names on other servers; once an entry was begun, only what that cannot do without. */
  readonly elsewhere: readonly FileNeed[];
  /** What an entry that was begun cannot start without, and does not name. */
  readonly lacks: readonly FileLack[];
  readonly unknownCommands: readonly UnknownCommand[];
  readonly lostJumps: readonly LostJump[];
}

export function ownWordsOf(view: BootView): OwnWords | undefined {
  const by = view.done.findLast(({ file }) => {
    const facts = view.factsOf(file);
    // wimboot finds what a BCD names by the last part of the name, among what the script handed to it.
    if (facts?.loader === "windows" && view.ipxe) return false;
    // A part of the menu that took them in.
    if (isImageItems(file)) return false;
    return facts?.needs !== undefined && (facts.kind === "script" || facts.kind === "config");
  });
  const facts = by === undefined ? undefined : view.factsOf(by.file);
  if (by === undefined || facts?.needs === undefined) return undefined;
  const { needs } = facts;
  const asked = new Map(view.asked.map(({ key, last }) => [key, last.time]));
  const isAsked = (need: FileNeed) => placesOf(need).some((place) => asked.has(place));
  const entries = entriesBegun(needs, asked);
  const begun = entries.size > 0;
  const unasked = needs.filter(
    (need) =>
      !need.optional &&
      need.path !== undefined &&
      !isAsked(need) &&
      (need.entry === undefined || (begun ? entries.has(need.entry) : need.entry === facts.starts)),
  );
  return {
    by,
    needs,
    waits: facts.waits === true,
    localBoot: facts.localBoot === true,
    unasked: begun ? unasked : unasked.filter(({ entry }) => entry === undefined || entry === facts.starts),
    begun,
    entries,
    elsewhere: needs.filter(
      // A disk that is hooked in is no file, and what boots from it is seen by its own requests.
      ({ host, entry, optional, san }) =>
        host !== undefined && (!begun || (!optional && san !== true && (entry === undefined || entries.has(entry)))),
    ),
    lacks: (facts.lacks ?? []).filter(({ entry }) => begun && (entry === undefined || entries.has(entry))),
    unknownCommands: facts.unknownCommands ?? [],
    lostJumps: facts.lostJumps ?? [],
  };
}

/**
 * The entry that was begun last, and undefined where something was asked for that belongs to none. Entries may share
 * files: the one of which most was asked for is meant.
 * @param asked the keys of what was asked for, and when
 */
function entriesBegun(needs: readonly FileNeed[], asked: ReadonlyMap<string, number>): ReadonlySet<string | undefined> {
  const seen = new Map<string | undefined, { last: number; count: number }>();
  for (const need of needs) {
    const numbers = placesOf(need).flatMap((place) => asked.get(place) ?? []);
    if (numbers.length === 0) continue;
    const { last, count } = seen.get(need.entry) ?? { last: 0, count: 0 };
    seen.set(need.entry, { last: Math.max(last, ...numbers), count: count + 1 });
  }
  const named = [...seen].filter(([entry]) => entry !== undefined);
  const latest = Math.max(...named.map(([, { last }]) => last));
  const most = Math.max(...named.map(([, { last, count }]) => (last === latest ? count : 0)));
  const chosen = named.filter(([, { last, count }]) => last === latest && count === most).map(([entry]) => entry);
  return new Set(seen.has(undefined) ? [undefined, ...chosen] : chosen);
}

/** A kernel came, which a signed loader refuses for want of a signature: what its entry names after it was not asked for. */
export const kernelRefused: Rule = {
  id: "B12",
  when(view) {
    const words = ownWordsOf(view);
    const kernel = kernelOf(view, words);
    if (words === undefined || kernel === undefined || words.unasked.length === 0) return undefined;
    if (!shimMayRefuse(view, kernel) || !view.silentFor(5_000)) return undefined;
    const facts = { file: kernel.file, next: words.unasked[0]?.name ?? "" };
    return found("kernel-refused", "likely", [words.by, kernel], facts);
  },
};

/** The script or configuration names a file that was never asked for. */
export const namedNeverAsked: Rule = {
  id: "unclear",
  when(view) {
    const words = ownWordsOf(view);
    const [next] = words?.unasked ?? [];
    if (words === undefined || next === undefined || words.waits || words.localBoot) return undefined;
    if (words.elsewhere.length > 0 && !words.begun) return undefined;
    // A menu with a time limit has its time.
    if (!view.silentFor(words.begun ? 15_000 : 60_000)) return undefined;
    const last = view.done.at(-1) ?? words.by;
    const facts = { by: words.by.file, last: last.file, next: next.name, line: next.line };
    return found("named-never-asked", "likely", [words.by, last], facts);
  },
};

/** An entry was begun that by its own words cannot start. */
export const entryLacks: Rule = {
  id: "B10",
  when(view) {
    const words = ownWordsOf(view);
    const [lack] = words?.lacks ?? [];
    if (words === undefined || lack === undefined || words.unasked.length > 0 || !view.silentFor(5_000))
      return undefined;
    const facts = { by: words.by.file, name: lack.name, line: lack.line };
    return found("entry-lacks", "likely", [words.by, view.done.at(-1)], facts);
  },
};

/** The BCD that was handed to wimboot names an image that was not. */
export const bcdNamesAnother: Rule = {
  id: "B10",
  when(view) {
    const words = ownWordsOf(view);
    const start = view
      .factsOf(words?.by.file ?? "")
      ?.wimboot?.find(({ entry }) => entry === undefined || words?.entries.has(entry) === true);
    const bcd = view.done.findLast(({ file }) => view.factsOf(file)?.loader === "windows");
    if (words === undefined || start === undefined || bcd === undefined || words.unasked.length > 0) return undefined;
    const name = notGiven(view.factsOf(bcd.file)?.needs ?? [], start);
    if (name === undefined || !view.silentFor(5_000)) return undefined;
    const facts = { by: words.by.file, bcd: bcd.file, name, line: start.line };
    return found("bcd-names-another", "likely", [words.by, bcd, view.done.at(-1)], facts);
  },
};

/** iPXE ends a script at a command that it does not know. */
export const unknownCommand: Rule = {
  id: "B21",
  when(view) {
    const words = ownWordsOf(view);
    const command = words?.unknownCommands.find(({ certain }) => certain);
    if (words === undefined || command === undefined || !view.silentFor(3_000)) return undefined;
    if (!stoppedBefore(view, words, command.line)) return undefined;
    const { word, line } = command;
    const facts = { file: words.by.file, word, line };
    return found("unknown-command", "likely", [words.by, view.done.at(-1)], facts);
  },
};

/** Nothing was asked for that a script or configuration names from a line on, nor anything that it does not name. */
function stoppedBefore(view: BootView, { by, needs }: OwnWords, line: number): boolean {
  const before = new Set(needs.filter((need) => need.line < line).flatMap(placesOf));
  return view.files.every((step) => !beganAfter(step, by) || before.has(keyOf(step.file)));
}

/** On the way that was taken, or that is taken without a person, stands a word that its loader may not know. */
export const unknownWord: Rule = {
  id: "unclear",
  when(view) {
    const words = ownWordsOf(view);
    if (words === undefined || !view.silentFor(10_000)) return undefined;
    const { by, begun, entries, waits } = words;
    const facts = view.factsOf(by.file);
    const isTaken = (entry: string | undefined) =>
      entry === undefined || (begun ? entries.has(entry) : !waits && entry === facts?.starts);
    const command = words.unknownCommands.find(({ entry, line }) => isTaken(entry) && stoppedBefore(view, words, line));
    if (command === undefined || facts?.loader === undefined) return undefined;
    // A menu has its time.
    if (command.entry !== undefined && !begun && !view.silentFor(30_000)) return undefined;
    const { word, line } = command;
    const cause = { file: by.file, loader: facts.loader, word, line };
    return found("unknown-word", "likely", [by, view.done.at(-1)], cause);
  },
};

/** A script jumps, on every way through it, to a label that it does not have. */
export const jumpToNowhere: Rule = {
  id: "B21",
  when(view) {
    const words = ownWordsOf(view);
    const jump = words?.lostJumps.find(({ certain }) => certain);
    if (words === undefined || jump === undefined || !view.silentFor(3_000)) return undefined;
    if (!stoppedBefore(view, words, jump.line)) return undefined;
    const { label, line } = jump;
    const { by } = words;
    return found("jump-to-nowhere", "likely", [by, view.done.at(-1)], { file: by.file, label, line });
  },
};

/** A script has a jump to a label that it does not have, on a way that it may have taken. */
export const jumpMayLeadNowhere: Rule = {
  id: "unclear",
  when(view) {
    const words = ownWordsOf(view);
    const [jump] = words?.lostJumps ?? [];
    if (words === undefined || jump === undefined || words.waits || view.done.at(-1) !== words.by) return undefined;
    if (!view.silentFor(20_000)) return undefined;
    const { label, line } = jump;
    return found("jump-may-lead-nowhere", "guess", [words.by], { file: words.by.file, label, line });
  },
};

/** A script that names nothing at all: most often a word in it is wrong. */
export const scriptNamesNothing: Rule = {
  id: "unclear",
  when(view) {
    const words = ownWordsOf(view);
    const last = view.done.at(-1);
    if (words === undefined || words.by !== last || words.needs.length > 0 || words.waits || words.localBoot)
      return undefined;
    if (view.factsOf(words.by.file)?.kind !== "script" || !view.silentFor(20_000)) return undefined;
    return found("script-names-nothing", "likely", [words.by], { file: words.by.file });
  },
};

/** A script leads to a port of this machine on which Bootlace serves nothing. */
export const portNotServed: Rule = {
  id: "B06",
  when(view) {
    const words = ownWordsOf(view);
    if (words === undefined || !view.silentFor(5_000)) return undefined;
    const { addresses, httpPorts, listening } = view.network;
    const own = new Set([...addresses, "next-server"]);
    // A name that is made of settings is no URL as it is written; its host is known all the same.
    const hostOf = ({ name, host = "" }: FileNeed) =>
      /^http:\/\/([^/:$]+)(?::(\d+))?(?=\/|$)/i.exec(name) ?? /^([^:]+):(\d+)$/.exec(host) ?? [];
    const wrong = words.needs.find((need) => {
      const [, address = "", port = "80"] = hostOf(need);
      if (need.san === true || need.tls !== undefined) return false;
      const served = httpPorts.includes(Number(port)) || listening?.includes(Number(port)) === true;
      return !need.optional && own.has(address) && !served;
    });
    if (wrong === undefined || view.done.at(-1) !== words.by) return undefined;
    const [, address = "", port = "80"] = hostOf(wrong);
    const facts = {
      by: words.by.file,
      host: `${address}:${port}`,
      name: wrong.name,
      line: wrong.line,
      ports: httpPorts,
      closed: listening !== undefined,
    };
    // Where the system does not say who listens, another server may be there.
    return found("port-not-served", listening === undefined ? "guess" : "likely", [words.by], facts);
  },
};

/** The kernel that came last among what the words name. */
export function kernelOf(view: BootView, words: OwnWords | undefined): FileStep | undefined {
  const kernels = new Set(
    words?.needs.flatMap(({ role, path }) => (role === "kernel" && path !== undefined ? [keyOf(path)] : [])),
  );
  return view.done.findLast(({ file }) => kernels.has(keyOf(file)));
}
