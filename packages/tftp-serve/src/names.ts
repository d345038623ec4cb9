import type { NotServedReason } from "@bootlace/boot-source";

/** A file name of a request, read as a path below a root. */
export type NamePaths =
  /** The paths it may mean, best first, each as segments. */
  | { readonly ok: true; readonly paths: readonly (readonly string[])[] }
  | { readonly ok: false; readonly reason: NotServedReason };

/**
 * Reads a file name. Windows boot loaders write `\` for `/`; GRUB and others double slashes or begin with one; some BIOS
 * ROMs leave 0xff or other garbage behind the name. Names are never percent-decoded, and `..` is refused even where it
 * would stay inside.
 */
export function pathsOf(name: string): NamePaths {
  const exact = segmentsOf(name);
  if (typeof exact === "string") return { ok: false, reason: exact };
  const trimmed = segmentsOf(name.replace(/\xff[\x80-\xff]*$/, ""));
  const same = typeof trimmed === "string" || trimmed.at(-1) === exact.at(-1);
  return { ok: true, paths: same ? [exact] : [exact, trimmed] };
}

function segmentsOf(name: string): readonly string[] | NotServedReason {
  const parts = name.split(/[/\\]/);
  if (parts.includes("..") || name.includes("\0")) return "outside-root";
  const segments = parts.filter((part) => part !== "" && part !== ".");
  if (segments.length === 0) return "is-directory";
  // "x/" can only be a folder.
  if (parts.at(-1) === "" || parts.at(-1) === ".") return "missing";
  return segments;
}
