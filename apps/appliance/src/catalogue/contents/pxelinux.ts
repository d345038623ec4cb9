import type { ConfigFacts, FileNeed } from "../file-facts.ts";
import { linesOf, loaderFolder, mostNeeds, needAt, on, pathFrom, type ReadContext, readUrl } from "./reading.ts";
import { syslinuxEnding } from "./syslinux-types.ts";

/** How a loader of this family counts names. */
export interface PxelinuxContext extends ReadContext {
  /** U-Boot takes a name from `/` on as it is; PXELINUX puts its folder in front of every name. */
  readonly loader?: "pxelinux" | "u-boot";
}

interface Label {
  readonly name: string;
  readonly line: number;
  kernel?: { readonly word: string; readonly name: string; readonly line: number };
  append?: { readonly text: string; readonly line: number };
  local: boolean;
  readonly needs: FileNeed[];
}

/** Words that start a program, a sector or a kernel: all stand for KERNEL (Syslinux doc/syslinux.txt). */
const kernelWords = new Set(["kernel", "linux", "boot", "bss", "pxe", "fdimage", "comboot", "com32", "config"]);
/** What KERNEL tries behind a name without a type (Syslinux doc/syslinux.txt, "KERNEL"). */
const types = ["", ".cbt", ".0", ".com", ".c32"];

/**
 * Reads a configuration of PXELINUX, SYSLINUX for UEFI, or U-Boot's `pxe` command: what it names and how it starts.
 * Names count from the folder of the loader, which is the one that holds `pxelinux.cfg`.
 */
export function readPxelinuxConfig(text: string, context: PxelinuxContext): ConfigFacts {
  const folder = loaderFolder(context);
  const needs: FileNeed[] = [];
  const labels: Label[] = [];
  let label: Label | undefined;
  let ui: string | undefined;
  let start: { readonly word: string; readonly rest: string; readonly line: number } | undefined;
  let menuDefault: string | undefined;
  let onTimeout: string | undefined;
  let globalAppend: Label["append"];
  let [prompts, timed, included, help] = [false, false, false, false];

  function where(name: string): Pick<FileNeed, "path" | "host"> {
    const url = readUrl(name);
    if (url !== undefined) return on(url.host, url.path, context, url.scheme);
    // `server::file`; without a server, the name counts from the root (Syslinux doc/pxelinux.txt).
    const other = /^([^/]*?)::(.*)$/.exec(name);
    if (other !== null) {
      return other[1] === "" ? { path: pathFrom("", other[2] ?? "") } : on(other[1] ?? "", other[2] ?? "", context);
    }
    return { path: context.loader === "u-boot" ? pathFrom(folder, name) : pathFrom("", `${folder}/${name}`) };
  }

  function add(
    line: number,
    role: FileNeed["role"],
    name: string,
    options: { optional?: boolean; entry?: string } = {},
  ) {
    if (name === "" || needs.length >= mostNeeds) return;
    needs.push(needAt(line, role, name, where(name), options));
  }

  function addKernel(
    { word, name, line }: NonNullable<Label["kernel"]>,
    entry: string | undefined,
    append?: Label["append"],
  ) {
    const lower = name.toLowerCase();
    if (name === "") return;
    const role = roleOf(word, lower);
    const place = where(name);
    const guessed = word === "kernel" && !/\.[^/.]*$/.test(name) && place.path !== undefined;
    const otherwise = guessed ? types.slice(1).map((type) => `${place.path}${type}`) : [];
    if (needs.length >= mostNeeds) return;
    const need = needAt(line, role, name, place, { entry, otherwise });
    // CONFIG takes a folder to go on in as its APPEND (Syslinux doc/syslinux.txt).
    const into = word === "config" ? append?.text.trim().split(/\s/)[0] : undefined;
    const moved = into === undefined || into === "" || into === "-" ? undefined : where(into).path;
    needs.push(moved === undefined ? need : { ...need, folder: withoutEnd(moved) });
  }

  function addAppend(kernel: string, { text: words, line }: NonNullable<Label["append"]>, entry: string | undefined) {
    const options = entry === undefined ? {} : { entry };
    for (const match of words.matchAll(/(?:^|\s)(initrd|initrdfile|dtb|fdt)=(\S+)/g)) {
      const role = match[1]?.startsWith("initrd") === true ? "initrd" : "image";
      for (const name of (match[2] ?? "").split(",")) add(line, role, name, options);
    }
    if (/(^|\/)(vesa|g?fx)?menu\.c32$/i.test(kernel)) {
      for (const name of words.split(/\s+/)) if (!/^[~-]/.test(name)) add(line, "config", name, options);
    }
    if (/(^|\/)mboot\.c32$/i.test(kernel)) {
      const config = /(?:^|\s)-c\s+(\S+)/.exec(words)?.[1];
      if (config !== undefined) add(line, "config", config, options);
      else
        for (const part of words.split(/\s---(?:\s|$)/)) add(line, "image", part.trim().split(/\s/)[0] ?? "", options);
    }
    if (/(^|\/)linux\.c32$/i.test(kernel)) add(line, "kernel", words.trim().split(/\s/)[0] ?? "", options);
  }

  function readLine(word: string, rest: string, line: number) {
    const first = rest.split(/\s/)[0] ?? "";
    const entry = label === undefined ? {} : { entry: label.name };
    if (kernelWords.has(word)) {
      if (label !== undefined) label.kernel = { word, name: first, line };
      else if (word === "config") add(line, "config", first);
      return;
    }
    switch (word) {
      case "label":
        label = { name: rest.trim(), line, local: false, needs: [] };
        labels.push(label);
        break;
      case "append":
        if (label === undefined) globalAppend = { text: rest, line };
        else label.append = { text: rest, line };
        break;
      case "initrd":
        for (const name of first.split(",")) add(line, "initrd", name, entry);
        break;
      case "fdt":
        add(line, "image", first, entry);
        break;
      case "localboot":
        if (label !== undefined) label.local = true;
        break;
      case "include":
        included = true;
        add(line, "config", first);
        break;
      case "ui":
        ui = first;
        add(line, "module", first);
        addAppend(first, { text: rest.slice(first.length), line }, undefined);
        break;
      case "default":
        start ??= { word: first, rest: rest.slice(first.length), line };
        break;
      case "ontimeout":
        onTimeout = first;
        break;
      case "prompt":
        prompts = Number.parseInt(first, 10) > 0;
        break;
      case "timeout":
        timed = Number.parseInt(first, 10) > 0;
        break;
      case "display":
      case "font":
      case "kbdmap":
      case "menu background":
        add(line, "image", first, { optional: true });
        break;
      case "menu include":
        included = true;
        add(line, "config", first);
        break;
      case "menu default":
        menuDefault = label?.name;
        break;
    }
  }

  for (const [index, row] of linesOf(text).entries()) {
    const match = /^\s*(menu\s+(?:include|default|background)|[a-z0-9]+)(?:\s+(\S.*))?\s*$/i.exec(row);
    const word = match?.[1]?.toLowerCase().replace(/\s+/, " ");
    // TEXT HELP … ENDTEXT is for people.
    if (help) help = word !== "endtext";
    else if (word === "text") help = true;
    else if (word !== undefined) readLine(word, match?.[2] ?? "", index + 1);
  }

  for (const { name, kernel, append: own } of labels) {
    if (kernel === undefined) continue;
    addKernel(kernel, name, own);
    const append = own ?? globalAppend;
    if (append !== undefined && append.text.trim() !== "-") addAppend(kernel.name, append, name);
  }
  const isLabel = (name: string) => labels.some((other) => other.name.toLowerCase() === name.toLowerCase());
  if (start !== undefined && start.word !== "" && !isLabel(start.word)) {
    // No label: a command line of its own. Labels may be in a file that is included.
    const kernel = { word: "kernel", name: start.word, line: start.line };
    if (/\.c32$/i.test(start.word)) ui ??= start.word;
    if (!included || ui === start.word) {
      addKernel(kernel, undefined);
      addAppend(start.word, { text: start.rest, line: start.line }, undefined);
    }
  }

  const begins = firstEntry(ui !== undefined && isMenu(ui), onTimeout);
  const waits = !timed && (prompts || ui !== undefined || start === undefined);
  return {
    loader: context.loader ?? "pxelinux",
    needs: needs.sort((one, other) => one.line - other.line),
    ...(waits && included ? {} : { waits }),
    ...(begins === undefined ? {} : { starts: begins.name }),
    ...(begins === undefined || waits ? {} : { localBoot: isLocal(begins) }),
  };

  function firstEntry(menu: boolean, afterTimeout: string | undefined): Label | undefined {
    const wanted = afterTimeout ?? (menu ? (menuDefault ?? start?.word) : start?.word);
    const named = labels.find(({ name }) => name.toLowerCase() === wanted?.toLowerCase());
    return named ?? (menu ? labels[0] : undefined);
  }
}

function isMenu(module: string): boolean {
  return /menu\.c32$/i.test(module);
}

function isLocal({ local, kernel, append }: Label): boolean {
  return local || (/(^|\/)chain\.c32$/i.test(kernel?.name ?? "") && /(^|\s)(hd|fd)\d|boot/.test(append?.text ?? ""));
}

function roleOf(word: string, lower: string): FileNeed["role"] {
  if (word === "linux") return "kernel";
  if (word === "config") return "config";
  const type = syslinuxEnding(lower)?.type;
  if (word === "com32" || type === "module") return "module";
  return word === "kernel" && type === undefined ? "kernel" : "program";
}

/** Without the slashes at its end. */
function withoutEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}
