import {
  folderOf,
  linesOf,
  type MenuEntry,
  type MenuText,
  mostEntries,
  pathFrom,
  splitArguments,
  wordsOf,
} from "./menu-entry.ts";

interface Label {
  readonly name: string;
  title?: string;
  kernel?: string;
  append?: string;
  initrd?: string;
  isDefault: boolean;
}

/**
 * Reads a configuration of ISOLINUX or SYSLINUX (Syslinux, doc/syslinux.txt and doc/menu.txt). Only labels that start a kernel
 * count: not programs (`.c32`), not boot sectors, not the local disk.
 * @param path of the configuration in the image
 * @param folder the one from which names count, where it is not that of the file: an included file counts as its includer
 */
export function readSyslinuxMenu(text: string, path: string, folder = folderOf(path)): MenuText {
  const labels: Label[] = [];
  const includes: string[] = [];
  let label: Label | undefined;
  let globalAppend = "";
  let standard: string | undefined;
  let help = false;
  for (const line of linesOf(text)) {
    const [, word = "", rest = ""] =
      /^(menu\s+(?:include|default|label)|[a-z0-9]+)(?:\s+(.*))?$/i.exec(line.trim()) ?? [];
    const key = word.toLowerCase().replace(/\s+/, " ");
    if (help) help = key !== "endtext";
    else if (key === "text") help = true;
    else if (key === "label" && labels.length < mostEntries) {
      label = { name: rest, isDefault: false };
      labels.push(label);
    } else if (key === "default") standard ??= rest.split(/\s/)[0];
    else if (/^(include|menu include|config)$/.test(key)) {
      if (includes.length < mostEntries) includes.push(pathFrom(folder, rest.split(/\s/)[0] ?? ""));
    } else if (key === "append" && label === undefined) globalAppend = rest;
    else if (label !== undefined) addTo(label, key, rest);
  }
  const entries = labels.flatMap((found): MenuEntry[] => {
    const { name, title, kernel, append = globalAppend, initrd, isDefault } = found;
    if (kernel === undefined || /\.(c32|com|cbt|bss|bs|0)$|(^|\/)memdisk$/i.test(kernel)) return [];
    const words = wordsOf(append === "-" ? "" : append);
    const split = splitArguments(initrd === undefined ? words : [...words, `initrd=${initrd}`], folder);
    return [
      {
        title: (title ?? name).replaceAll("^", "").trim(),
        kernel: pathFrom(folder, kernel),
        ...split,
        isDefault: isDefault || name.toLowerCase() === standard?.toLowerCase(),
      },
    ];
  });
  return { entries, includes };
}

function addTo(label: Label, key: string, rest: string) {
  const [first = ""] = rest.split(/\s/);
  if (key === "kernel" || key === "linux") label.kernel = first;
  else if (key === "append") label.append = rest;
  else if (key === "initrd") label.initrd = first;
  else if (key === "menu label") label.title = rest;
  else if (key === "menu default") label.isDefault = true;
}

/** Reads an entry of systemd-boot (The Boot Loader Specification, "Type #1 Boot Loader Entry Keys"). */
export function readLoaderEntry(text: string): readonly MenuEntry[] {
  const values = new Map<string, string[]>();
  for (const line of linesOf(text)) {
    const [, key, value = ""] = /^([a-z-]+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (key !== undefined) values.set(key, [...(values.get(key) ?? []), value]);
  }
  const [kernel] = values.get("linux") ?? [];
  if (kernel === undefined) return [];
  const split = splitArguments(wordsOf((values.get("options") ?? []).join(" ")), "");
  const initrds = [...(values.get("initrd") ?? []).map((name) => pathFrom("", name)), ...split.initrds];
  const title = values.get("title")?.[0] ?? kernel;
  return [{ title, kernel: pathFrom("", kernel), initrds, arguments: split.arguments, isDefault: false }];
}
