import type { FileFacts, FileNeed } from "../../src/catalogue/file-facts.ts";
import type { TreeFile as ScannedFile } from "../../src/catalogue/tree.ts";
import type { TreeFile } from "./trail-file.ts";

export function sizeOf(file: TreeFile | undefined): number {
  if (file === undefined) return 50_000;
  if (typeof file === "string") return bytesOf(file) ?? file.length;
  if (file.text !== undefined) return file.text.length;
  const { bytes = 0 } = file;
  return typeof bytes === "number" ? bytes : (bytesOf(bytes) ?? 0);
}

function bytesOf(text: string): number | undefined {
  const bytes = /^(\d+) bytes$/.exec(text)?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}

/** As a scan of the folder finds it. */
export function treeFileOf(path: string, file: TreeFile): ScannedFile {
  const { machine } = factsOf(path, file);
  return machine === undefined ? { path } : { path, machine: machine as NonNullable<ScannedFile["machine"]> };
}

/** What the appliance would find in the file. */
export function factsOf(path: string, file: TreeFile): FileFacts {
  const size = sizeOf(file);
  const { kind = "", facts = {} } = typeof file === "string" ? {} : file;
  const text = typeof file === "string" ? (bytesOf(file) === undefined ? file : undefined) : file.text;
  const base: FileFacts = text === undefined ? { ...bytesKind(path, kind), size } : { ...textKind(path, text), size };
  return { ...base, ...(facts as Partial<FileFacts>) };
}

function bytesKind(path: string, kind: string): Omit<FileFacts, "size"> {
  if (kind === "kernel") return { kind: "linux-kernel", kernel: true };
  const machine = /^(\S+) (program|kernel)$/.exec(kind);
  if (machine?.[2] === "program") return { kind: "efi-program", machine: machine[1] as string };
  if (machine?.[2] === "kernel") return { kind: "efi-program", machine: machine[1] as string, kernel: true };
  if (kind === "web page") return { kind: "web-page" };
  if (/\.(0|kpxe|com|n12)$/.test(path)) return { kind: "bios-program" };
  return { kind: /\.(c32|e64|mod)$/.test(path) ? "module" : "other" };
}

function textKind(path: string, text: string): Omit<FileFacts, "size"> {
  if (/\.ipxe$/.test(path)) {
    return text.startsWith("#!ipxe")
      ? { kind: "script", needs: ipxeNeeds(text, path) }
      : { kind: "script", flaw: "no-ipxe-mark" };
  }
  if (/grub\.cfg/.test(path)) return { kind: "config", needs: grubNeeds(text) };
  if (/pxelinux\.cfg\//.test(path)) {
    return {
      kind: "config",
      needs: pxelinuxNeeds(text, path),
      waits: /^prompt 1/im.test(text) && !/^timeout/im.test(text),
    };
  }
  return { kind: "text" };
}

function need(name: string, path: string, role: FileNeed["role"], line: number, entry?: string): FileNeed {
  const plain = path.split("/").filter(Boolean).join("/");
  return { name, path: plain, role, optional: false, line, ...(entry === undefined ? {} : { entry }) };
}

function ipxeNeeds(text: string, path: string): FileNeed[] {
  const folder = path.split("/").slice(0, -1).join("/");
  return text.split("\n").flatMap((line, index): FileNeed[] => {
    const [, word = "", name = ""] = /^(kernel|initrd|chain|imgfetch)\s+(\S+)/.exec(line) ?? [];
    if (name === "") return [];
    const optional = line.includes("||");
    const role = word === "kernel" ? "kernel" : word === "initrd" ? "initrd" : "script";
    const other = /^https?:\/\/([^/]+)/.exec(name)?.[1];
    if (other !== undefined) return [{ name, host: other, role, optional, line: index + 1 }];
    const below = name.startsWith("{{base_url}}") ? name.slice("{{base_url}}".length) : `${folder}/${name}`;
    return [{ ...need(name, below, role, index + 1), optional }];
  });
}

function pxelinuxNeeds(text: string, path: string): FileNeed[] {
  const folder = path.split("/").slice(0, -2).join("/");
  let entry: string | undefined;
  return text.split("\n").flatMap((line, index): FileNeed[] => {
    const [, word = "", rest = ""] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
    const key = word.toUpperCase();
    if (key === "LABEL") entry = rest;
    if (key === "KERNEL" || key === "LINUX") return [need(rest, `${folder}/${rest}`, "kernel", index + 1, entry)];
    const initrd = key === "APPEND" ? /initrd=(\S+)/.exec(rest)?.[1] : key === "INITRD" ? rest : undefined;
    return initrd === undefined
      ? []
      : initrd.split(",").map((name) => need(name, `${folder}/${name}`, "initrd", index + 1, entry));
  });
}

function grubNeeds(text: string): FileNeed[] {
  let entry: string | undefined;
  return text.split("\n").flatMap((line, index): FileNeed[] => {
    const title = /^menuentry\s+['"]?([^'"{]*)/.exec(line)?.[1];
    if (title !== undefined) entry = title;
    const [, word, name = ""] = /^\s*(linux|initrd|chainloader)\s+(\S+)/.exec(line) ?? [];
    if (word === undefined) return [];
    return [need(name, name, word === "linux" ? "kernel" : word === "initrd" ? "initrd" : "program", index + 1, entry)];
  });
}
