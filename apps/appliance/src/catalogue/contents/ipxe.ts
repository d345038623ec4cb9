import type { ConfigFacts, FileLack, FileNeed, UnknownCommand, WimbootStart } from "../file-facts.ts";
import { isImageItems } from "../images.ts";
import { comesBack, lostJumpsIn, roles, tests, walkThrough } from "./ipxe-walk.ts";
import { type IpxeCommand, type IpxeLine, ipxeCommands, ipxeLines } from "./ipxe-words.ts";
import {
  folderOf,
  isOwn,
  linesOf,
  mostNeeds,
  needAt,
  on,
  overTls,
  ownServer,
  pathFrom,
  percentDecoded,
  type ReadContext,
  readUrl,
  unknownPart,
  type Where,
} from "./reading.ts";

const server = /^(net\w*\/|proxydhcp\/|dhcp\/|pxebs\/)?(next-server|proxydhcp\/next-server|dhcp-server)$/;
/** Options that take a value of their own. */
const valued = /^(--name|--timeout|-n|-t|--default|--key|-k|--drive|-d|--filename|-f|--signer|-s|--params|-p)$/;

/** Reads an iPXE script: what it names on each way through it, and how it starts. */
export function readIpxeScript(text: string, context: ReadContext): ConfigFacts {
  const folder = context.folder ?? folderOf(context.path);
  const rows = linesOf(filledBefore(text));
  const lines = ipxeLines(rows);
  const variables = variablesOf(lines);
  const walk = walkThrough(lines, (words) => fill(words, variables));
  const needs: FileNeed[] = [];
  const unknownCommands: UnknownCommand[] = [];
  /** The names that each entry hands to wimboot. */
  const windows = new Map<string | undefined, { readonly line: number; readonly given: string[] }>();
  let label: string | undefined;

  function where(written: string): Where | undefined {
    const name = fill(written, variables);
    const url = readUrl(name);
    if (url === undefined) {
      const san = sanTarget(name);
      if (san !== undefined) return san;
      // `cd:`, `file:` and their like are no files of a server.
      if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return undefined;
      const path = percentDecoded(name.replace(/[?#].*$/, ""));
      return path.includes(unknownPart) ? {} : { path: pathFrom(folder, path) };
    }
    if (url.scheme === "https" && isOwn(url.host, context)) return overTls(url.host, context);
    if (!/^(tftp|tftm|https?|ftp|nfs|slam)$/.test(url.scheme)) return undefined;
    const reachable = /^(tftp|http)$/.test(url.scheme) || !isOwn(url.host, context);
    return reachable ? on(url.host, url.path, context, url.scheme) : { host: url.host };
  }

  function fetch(command: IpxeCommand, number: number, guarded: boolean) {
    const certain = walk.certain.has(number);
    const [word = "", ...args] = command.words;
    const role = roles.get(word);
    if (role === undefined) return;
    const { name: alias, rest } = argumentsOf(args);
    const name = word === "imgverify" ? rest[1] : rest[0];
    if (name !== undefined && isImageItems(name)) return;
    const entry = certain ? undefined : label;
    if (word === "kernel" && /(^|\/)wimboot([._-][^/]*)?$/i.test(name?.replace(/[?#].*$/, "") ?? "")) {
      windows.set(entry, { line: command.line, given: [] });
    }
    if (word === "initrd" || word === "module" || word === "imgfetch") {
      const given = [alias ?? "", rest[1] ?? "", name?.replace(/^.*\//, "") ?? ""];
      windows.get(entry)?.given.push(...given.map((each) => each.toLowerCase()));
    }
    const place = name === undefined ? undefined : where(name);
    if (name === undefined || place === undefined || needs.length >= mostNeeds) return;
    // `boot` and its like may name an image that is loaded already.
    if (/^(boot|imgexec|imgselect)$/.test(word) && needs.some((need) => need.name.endsWith(name))) return;
    const optional = command.before === "||" || guarded || (!certain && label === undefined);
    needs.push({
      ...needAt(command.line, scriptRole(role, name), shown(name), place, { optional, entry }),
      ...(/^san(boot|hook)$/.test(word) && place.path !== undefined ? { disk: true as const } : {}),
      ...(comesBack(lines, number, command) ? { retried: true as const } : {}),
    });
  }

  for (const [number, line] of lines) {
    if (line.label !== undefined) label = line.label;
    let guarded = false;
    for (const command of line.commands) {
      if (command.after !== "&&") guarded = command.after === "||";
      const [word = ""] = command.words;
      fetch(command, number, guarded);
      if (tests.has(word)) guarded = true;
      const plain = /^[a-z][\w-]*$/i.test(word);
      if (plain && !ipxeCommands.has(word) && command.before !== "||" && unknownCommands.length < 20) {
        const certain = walk.certain.has(number) && !guarded;
        const entry = certain || label === undefined ? {} : { entry: label };
        unknownCommands.push({ word, line: command.line, ...entry, certain });
      }
    }
  }

  const lostJumps = lostJumpsIn(lines, walk.certain);
  const lacks = [...windows].flatMap(([entry, { line, given }]) => windowsLacks(given, line, entry));
  return {
    loader: "ipxe",
    needs,
    waits: walk.waits,
    ...(walk.starts === undefined ? {} : { starts: walk.starts }),
    localBoot: walk.local,
    ...(lacks.length === 0 ? {} : { lacks }),
    ...(windows.size === 0 ? {} : { wimboot: [...windows].map(startOf) }),
    ...(unknownCommands.length === 0 ? {} : { unknownCommands }),
    ...(lostJumps.length === 0 ? {} : { lostJumps }),
  };
}

const iscsiPort = 3260;

/**
 * The target of a disk on the network: `iscsi:<server>:<protocol>:<port>:<LUN>:<target>` (RFC 4173 section 5), and
 * `aoe:e<shelf>.<slot>`, which has no server.
 */
function sanTarget(name: string): Where | undefined {
  if (/^aoe:/i.test(name) && !name.includes(unknownPart)) return { host: name, san: true };
  const [, host = "", port = ""] = /^iscsi:(\[[^\]]*\]|[^:]*):[^:]*:([^:]*):/i.exec(name) ?? [];
  if (host === "" || host.includes(unknownPart)) return undefined;
  return { host: `${host.replaceAll(ownServer, "next-server")}:${port === "" ? iscsiPort : port}`, san: true };
}

/** What this server fills in on the way out stands for its address (see `renderScript`). */
function filledBefore(text: string): string {
  return text.replace(/\{\{\s*(mac|uuid|serial|next_server|base_url)\s*\}\}/g, (_all, name: string) => {
    if (name === "next_server") return ownServer;
    return name === "base_url" ? `tftp://${ownServer}` : `\${${name}}`;
  });
}

/** Settings that the script gives one value, whatever way is taken through it. */
function variablesOf(lines: ReadonlyMap<number, IpxeLine>): ReadonlyMap<string, string> {
  const values = new Map<string, Set<string>>();
  for (const { commands } of lines.values()) {
    for (const { words } of commands) {
      const [command, name = "", ...value] = words;
      if (command === "set") values.set(name, (values.get(name) ?? new Set()).add(value.join(" ")));
      else if (command === "clear" || command === "inc" || command === "read") values.set(name, new Set(["", "?"]));
    }
  }
  return new Map([...values].flatMap(([name, all]) => (all.size === 1 ? [[name, [...all][0] ?? ""] as const] : [])));
}

const mostRounds = 8;
const longestName = 4096;

/** Fills in the settings that are known, the innermost first: a name may be made of others. */
function fill(text: string, variables: ReadonlyMap<string, string>): string {
  let filled = text;
  for (let round = 0; round < mostRounds && filled.length < longestName; round++) {
    const next = filled.replace(/\$\{([^${}]*)\}/g, (_all, name: string) => {
      const plain = name.replace(/:\w+$/, "");
      if (plain === "cwduri") return "";
      return variables.get(plain) ?? (server.test(plain) ? ownServer : unknownPart);
    });
    if (next === filled) return filled;
    filled = next;
  }
  // Settings that name themselves come to no end.
  return unknownPart;
}

function argumentsOf(args: readonly string[]): { readonly name?: string; readonly rest: readonly string[] } {
  const rest: string[] = [];
  let name: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? "";
    // Behind the name of the file come the words for the kernel.
    if (rest.length > 0 || !word.startsWith("-")) rest.push(word);
    else if (valued.test(word)) {
      index++;
      if (word === "--name" || word === "-n") name = args[index];
    } else if (word.startsWith("--name=")) name = word.slice(7);
  }
  return { rest, ...(name === undefined ? {} : { name }) };
}

function scriptRole(role: FileNeed["role"], name: string): FileNeed["role"] {
  return /\.(ipxe|php|cgi)($|[?#])/i.test(name) ? "script" : role;
}

/** What wimboot hands to Windows (https://ipxe.org/wimboot): without these its loader stops. */
function windowsLacks(given: readonly string[], line: number, entry: string | undefined): FileLack[] {
  const wanted: readonly (readonly [name: string, is: (name: string) => boolean])[] = [
    ["BCD", (name) => name === "bcd"],
    ["boot.sdi", (name) => name.endsWith(".sdi")],
    ["boot.wim", (name) => name.endsWith(".wim")],
  ];
  return wanted.flatMap(([name, is]) =>
    given.some(is) ? [] : [{ name, line, ...(entry === undefined ? {} : { entry }) }],
  );
}

function startOf([entry, { line, given }]: readonly [
  entry: string | undefined,
  start: { readonly line: number; readonly given: readonly string[] },
]): WimbootStart {
  const names = [...new Set(given)].filter((name) => name !== "");
  return { line, ...(entry === undefined ? {} : { entry }), given: names };
}

function shown(name: string): string {
  return name.replaceAll(ownServer, "next-server");
}
