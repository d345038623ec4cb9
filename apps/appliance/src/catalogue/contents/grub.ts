import type { ConfigFacts, DiskRead, FileNeed, UnknownCommand } from "../file-facts.ts";
import { type GrubCommand, type GrubWord, grubCommandNames, grubCommands, legacyGrubWords } from "./grub-words.ts";
import { folderOf, mostNeeds, needAt, on, ownServer, pathFrom, type ReadContext, unknownPart } from "./reading.ts";

/** A menu entry, and what it does. */
interface Entry {
  readonly title: string;
  readonly id?: string;
  /** Number within its menu, as `default` counts. */
  readonly index: number;
  /** In a submenu. */
  readonly nested: boolean;
  leaves: boolean;
  boots: boolean;
}

interface Block {
  readonly word: string;
  readonly entry?: Entry;
  /** What the variables were before it: one entry starts, and none sees what another has set. */
  readonly before?: ReadonlyMap<string, string>;
}

/** Commands that fetch files, and the role of those; the others of GRUB fetch none that a boot depends on. */
const roles: ReadonlyMap<string, FileNeed["role"]> = new Map([
  ["linux", "kernel"],
  ["linux16", "kernel"],
  ["linuxefi", "kernel"],
  ["multiboot", "kernel"],
  ["multiboot2", "kernel"],
  ["xen_hypervisor", "kernel"],
  ["knetbsd", "kernel"],
  ["kfreebsd", "kernel"],
  ["initrd", "initrd"],
  ["initrd16", "initrd"],
  ["initrdefi", "initrd"],
  ["module", "image"],
  ["module2", "image"],
  ["xen_module", "image"],
  ["devicetree", "image"],
  ["loopback", "image"],
  ["chainloader", "program"],
  ["configfile", "config"],
  ["source", "config"],
  [".", "config"],
  ["normal", "config"],
  ["legacy_configfile", "config"],
  ["syslinux_configfile", "config"],
  ["background_image", "image"],
  ["loadfont", "image"],
]);
const decoration = new Set(["background_image", "loadfont"]);
const conditional = new Set(["if", "for", "while", "until"]);
const conditionalEnd = new Set(["fi", "done"]);
/** Words behind which a command of its own follows. */
const before = new Set(["then", "else", "do", "time", "!"]);
/** Variables that hold the server from which GRUB came. */
const server =
  /^(net_default_server|net_default_next_server|pxe_default_server|net_[a-z0-9_]+_(next_server|dhcp_server_name|boot_file_server))$/;

/** Characters of a variable that are kept; `set a=$a$a` doubles it with each line. */
const longestValue = 4096;

/** Reads a `grub.cfg`: what it names and how it starts (GRUB manual, "The list of commands"). */
export function readGrubConfig(text: string, context: ReadContext): ConfigFacts {
  const needs: FileNeed[] = [];
  const diskReads: DiskRead[] = [];
  const entries: Entry[] = [];
  const blocks: Block[] = [];
  const folder = context.folder ?? folderOf(context.path);
  const variables = new Map([
    ["prefix", `(tftp)/${folder}`],
    ["root", "tftp"],
    ["cmdpath", `(tftp)/${folder}`],
  ]);
  const functions = new Set<string>();
  const unknown: UnknownCommand[] = [];
  let conditions = 0;
  let included = false;
  /** Functions may come from a file that is read in. */
  let sourced = false;
  let runs = false;
  let leaves = false;
  let last: GrubCommand | undefined;

  const fill = ({ parts }: GrubWord): string =>
    parts
      .map((part) => {
        if ("text" in part) return part.text;
        return variables.get(part.variable) ?? (server.test(part.variable) ? ownServer : unknownPart);
      })
      .join("");

  function assign(name: string, value: string) {
    const certain = conditions === 0 && !blocks.some(({ word }) => word === "function");
    const known = value.length <= longestValue && (certain || variables.get(name) === value);
    variables.set(name, known ? value : unknownPart);
  }

  /** Where GRUB looks for a file; undefined for one on a disk of the machine. */
  function where(name: string): Pick<FileNeed, "path" | "host"> | undefined {
    const [, device = variables.get("root") ?? "", path = ""] = /^(?:\(([^)]*)\))?(.*)$/s.exec(name) ?? [];
    if (device === "tftp" || device === "http" || device === "pxe") return on(ownServer, path, context);
    const [, scheme, host] = /^(tftp|https?|pxe)[,:](.*)$/.exec(device) ?? [];
    if (host !== undefined) return on(host, path, context, scheme);
    return device.includes(unknownPart) ? {} : undefined;
  }

  function fetch(command: string, words: readonly string[], line: number) {
    const role = roles.get(command);
    if (role === undefined) return;
    const names = words.filter((word) => !/^--?[a-z]/.test(word));
    const entry = blocks.findLast((block) => block.entry !== undefined)?.entry;
    const list = role === "initrd" ? names : command === "loopback" ? names.slice(1, 2) : names.slice(0, 1);
    for (const name of list) {
      const place = where(name.replace(/^newc:[^:]*:/, ""));
      if (command === "chainloader" && (place === undefined || /^\+|\)\+/.test(name))) {
        if (entry === undefined) leaves = true;
        else entry.leaves = true;
        continue;
      }
      if (role === "config") included = true;
      if (place === undefined && role === "kernel") noteDiskRead(name, line, entry);
      if (place === undefined || needs.length >= mostNeeds || name === "") continue;
      if (role === "kernel" || role === "program") runs = true;
      if (entry !== undefined) entry.boots = true;
      const inFunction = blocks.some(({ word }) => word === "function");
      const optional = conditions > 0 || inFunction || decoration.has(command) || command === "source";
      needs.push(
        needAt(line, role, shown(name), place, { optional, entry: entry === undefined ? undefined : titleOf(entry) }),
      );
    }
  }

  /** A kernel on a disk: nothing is asked for it. */
  function noteDiskRead(name: string, line: number, entry: Entry | undefined) {
    runs = true;
    if (conditions > 0 || blocks.some(({ word }) => word === "function") || diskReads.length >= mostNeeds) return;
    const [, device = variables.get("root") ?? "", path = ""] = /^(?:\(([^)]*)\))?(.*)$/s.exec(name) ?? [];
    const disk = device === searched ? {} : { disk: device };
    const of = entry === undefined ? {} : { entry: titleOf(entry) };
    diskReads.push({ name: shown(name), ...disk, path: pathFrom("", path), ...of, line });
  }

  function close() {
    const { before: kept } = blocks.pop() ?? {};
    if (kept === undefined) return;
    variables.clear();
    for (const [name, value] of kept) variables.set(name, value);
  }

  /** What stands in a condition or a function may never be run. */
  function noteUnknown(word: string, line: number) {
    if (word === "source" || word === ".") sourced = true;
    const isPlain = /^[a-z][\w-]*$/i.test(word) && !grubCommandNames.has(word) && !functions.has(word);
    const isRun = conditions === 0 && !blocks.some((block) => block.word === "function");
    if (!isPlain || !isRun || sourced || unknown.length >= 20) return;
    const entry = blocks.findLast((block) => block.entry !== undefined)?.entry;
    unknown.push({ word, line, certain: false, ...(entry === undefined ? {} : { entry: titleOf(entry) }) });
  }

  function titleOf(entry: Entry): string {
    const above = blocks.filter(({ word, entry: of }) => word === "submenu" && of !== entry);
    return [...above.map((block) => block.entry?.title ?? ""), entry.title].join(">");
  }

  function open(command: GrubCommand | undefined) {
    const [word = "", ...rest] = command?.words.map(fill) ?? [];
    if (word !== "menuentry" && word !== "submenu") {
      blocks.push({ word });
      return;
    }
    const nested = blocks.some((block) => block.word === "submenu");
    const index = entries.filter((entry) => entry.nested === nested).length;
    const mark = rest.findIndex((argument) => argument === "--id" || /^\$menuentry_id_option$/.test(argument));
    const id = mark === -1 ? /--id=(\S+)/.exec(rest.join(" "))?.[1] : rest[mark + 1];
    const title = shown(rest.find((argument) => !argument.startsWith("--")) ?? "");
    const entry: Entry = { title, index, nested, leaves: false, boots: false, ...(id === undefined ? {} : { id }) };
    entries.push(entry);
    blocks.push({ word, entry, before: new Map(variables) });
  }

  for (const command of grubCommands(text)) {
    const words = command.words.map(fill);
    while (before.has(words[0] ?? "")) words.shift();
    const [first = "", ...rest] = words;
    if (first === "{") open(last);
    else if (first === "}") close();
    else if (first === "function") functions.add(rest[0] ?? "");
    else if (conditional.has(first)) conditions++;
    else if (conditionalEnd.has(first)) conditions = Math.max(0, conditions - 1);
    else if (first === "set" || (rest.length === 0 && /^[a-z_]\w*=/i.test(first))) {
      const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(first === "set" ? (rest[0] ?? "") : first) ?? [];
      if (name !== undefined) assign(name, name === "root" ? value.replace(/^\((.*)\)$/, "$1") : value);
    } else if (first === "search" || /^search[.]/.test(first)) {
      assign(/--set=(\w+)/.exec(rest.join(" "))?.[1] ?? "root", searched);
    } else if (first === "exit" || first === "fwsetup") {
      const entry = blocks.findLast((block) => block.entry !== undefined)?.entry;
      if (entry !== undefined && first === "exit") entry.leaves = true;
    } else {
      noteUnknown(first, command.line);
      fetch(first, rest, command.line);
    }
    last = command;
  }

  const timeout = variables.get("timeout");
  const isLegacyFile = unknown.some(({ word }) => legacyGrubWords.has(word));
  const waits = isLegacyFile
    ? false
    : entries.length > 0
      ? timeout === undefined || Number.parseInt(timeout, 10) < 0
      : !(runs || leaves);
  const starts = defaultEntry(entries, variables.get("default") ?? "0");
  return {
    loader: "grub",
    needs,
    ...(waits && included ? {} : { waits }),
    ...(diskReads.length === 0 ? {} : { diskReads }),
    ...(unknown.length === 0 ? {} : { unknownCommands: unknown }),
    ...(entries.length === 0 && leaves && !runs ? { localBoot: true } : {}),
    ...(starts === undefined || waits ? {} : { starts: starts.title, localBoot: starts.leaves && !starts.boots }),
  };
}

/** Stands for a disk that `search` looks for: where it finds none, the root stays what it was. */
const searched = "disk";

function defaultEntry(entries: readonly Entry[], wanted: string): Entry | undefined {
  const top = entries.filter(({ nested }) => !nested);
  return (
    top.find(({ title, id }) => title === wanted || id === wanted) ?? top[/^\d+$/.test(wanted) ? Number(wanted) : -1]
  );
}

/** What is read to people in place of the signs for addresses that are filled in. */
function shown(name: string): string {
  return name.replaceAll(ownServer, "$net_default_server").replaceAll(unknownPart, "…");
}
