import { inspect } from "../../src/catalogue/contents/inspect.ts";
import type { FileFacts } from "../../src/catalogue/file-facts.ts";
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

/** What the appliance finds in the file: its texts are read, and what it is said to be otherwise is believed. */
export function factsOf(path: string, file: TreeFile): FileFacts {
  const size = sizeOf(file);
  const { kind = "", facts = {} } = typeof file === "string" ? {} : file;
  const text = typeof file === "string" ? (bytesOf(file) === undefined ? file : undefined) : file.text;
  const isOwnHost = (host: string) => host === SERVER;
  const base: FileFacts =
    text === undefined
      ? { ...bytesKind(path, kind), size }
      : inspect(new TextEncoder().encode(text), size, { path, isOwnHost, ownHttpPorts: [8069] });
  return { ...base, ...(facts as Partial<FileFacts>) };
}

const SERVER = "192.168.50.10";

function bytesKind(path: string, kind: string): Omit<FileFacts, "size"> {
  if (kind === "kernel") return { kind: "linux-kernel", kernel: true };
  const machine = /^(\S+) (program|kernel)$/.exec(kind);
  if (machine?.[2] === "program") return { kind: "efi-program", machine: machine[1] as string };
  if (machine?.[2] === "kernel") return { kind: "efi-program", machine: machine[1] as string, kernel: true };
  if (kind === "web page") return { kind: "web-page" };
  if (/\.(0|kpxe|com|n12)$/.test(path)) return { kind: "bios-program" };
  return { kind: /\.(c32|e64|mod)$/.test(path) ? "module" : "other" };
}
