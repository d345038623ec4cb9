import type { NotServedReason } from "./source.ts";

/** A path as a client wrote it, read. */
export interface ClientPath {
  /** Without empty ones and `.`; a `..` stays, and is left for whoever opens to refuse. */
  readonly segments: readonly string[];
  /** It ends in a slash or a `.`, so it can only be a folder. */
  readonly isFolder: boolean;
}

/**
 * Reads a path that a client wrote. Windows boot loaders write `\` for `/`; GRUB, shim and PXELINUX double slashes or
 * begin with one. Nothing is percent-decoded here.
 */
export function readClientPath(name: string): ClientPath {
  const parts = name.split(/[/\\]/);
  const segments = parts.filter((part) => part !== "" && part !== ".");
  const end = parts.at(-1);
  return { segments, isFolder: end === "" || end === "." };
}

/** The path that a client means: forward slashes, none in front, none doubled, none at the end, no `./`. */
export function tidyPath(name: string): string {
  return readClientPath(name).segments.join("/");
}

/** A name without the 0xff and other garbage that some BIOS ROMs leave behind it. */
export function withoutGarbage(name: string): string {
  let end = name.length;
  for (let at = end - 1; at >= 0; at--) {
    const code = name.charCodeAt(at);
    if (code < 0x80 || code > 0xff) break;
    if (code === 0xff) end = at;
  }
  return name.slice(0, end);
}

/**
 * What a name may mean whose end was not seen: a DHCP server that ends option 67 without a NUL makes the ROM take the
 * options behind it for a part of the name. Cut before the first control or non-ASCII character; and once more without
 * the character before it, which may be the code of the next option. Best first; none when nothing is left.
 */
export function namesBeforeTail(name: string): readonly string[] {
  const end = name.search(/[^\x20-\x7e]/);
  return end === -1 ? [] : [name.slice(0, end), name.slice(0, Math.max(0, end - 1))].filter((cut) => cut !== "");
}

/** A file name of a request, read as a path below a root. */
export type NamePaths =
  /** The paths it may mean, best first, each as segments. */
  | { readonly ok: true; readonly paths: readonly (readonly string[])[] }
  | { readonly ok: false; readonly reason: NotServedReason };

/**
 * Reads a file name as {@link readClientPath} does, as written and {@link withoutGarbage}. Names are never
 * percent-decoded, and `..` is refused even where it would stay inside.
 */
export function pathsOf(name: string): NamePaths {
  const exact = segmentsOf(name);
  if (typeof exact === "string") return { ok: false, reason: exact };
  const trimmed = segmentsOf(withoutGarbage(name));
  const same = typeof trimmed === "string" || trimmed.at(-1) === exact.at(-1);
  return { ok: true, paths: same ? [exact] : [exact, trimmed] };
}

function segmentsOf(name: string): readonly string[] | NotServedReason {
  const { segments, isFolder } = readClientPath(name);
  if (segments.includes("..") || name.includes("\0")) return "outside-root";
  if (segments.length === 0) return "is-directory";
  return isFolder ? "missing" : segments;
}
