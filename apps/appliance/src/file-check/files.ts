import { constants } from "node:fs";
import { access, open, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { readClientPath } from "@bootlace/boot-source";

/** What exists at a path below a root. */
export type Looked =
  | { readonly kind: "file"; readonly path: string }
  /** Found only when case is ignored; `name` is the spelling on disk. */
  | { readonly kind: "other-case"; readonly path: string; readonly name: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unusable"; readonly why: string };

/** Finds a file as the servers do: backslashes count as slashes, doubled ones as one, symbolic links may not leave the root. */
export async function look(root: string, name: string): Promise<Looked> {
  const { segments } = readClientPath(name);
  const exact = await judge(root, join(root, ...segments));
  if (exact.kind !== "missing") return exact;
  let first: Looked | undefined;
  for await (const other of ignoringCase(root, segments)) {
    const found = await judge(root, join(root, ...other));
    if (found.kind === "file") return { kind: "other-case", path: found.path, name: other.join("/") };
    first ??= found;
  }
  return first ?? fromRoot(root, name, exact);
}

/** A name may begin with the root itself. */
async function fromRoot(root: string, name: string, missing: Looked): Promise<Looked> {
  const top = root.endsWith(sep) ? root : root + sep;
  return name.startsWith(top) ? look(root, name.slice(top.length)) : missing;
}

async function judge(root: string, path: string): Promise<Looked> {
  try {
    const top = await realpath(root);
    const real = await realpath(path);
    if (!real.startsWith(top.endsWith(sep) ? top : top + sep)) {
      return { kind: "unusable", why: "it is a symbolic link out of the root" };
    }
    const info = await stat(real);
    if (info.isDirectory()) return { kind: "unusable", why: "it is a folder" };
    if (!info.isFile()) return { kind: "unusable", why: "not a regular file" };
    await access(real, constants.R_OK);
    return { kind: "file", path };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") return { kind: "unusable", why: "permission denied" };
    if (code === "ELOOP") return { kind: "unusable", why: "it is a symbolic link that leads in a circle" };
    return { kind: "missing" };
  }
}

/** Every path that differs in case alone: at each level the exact name first, the others in the order of their bytes. */
async function* ignoringCase(
  root: string,
  segments: readonly string[],
  path: readonly string[] = [],
): AsyncGenerator<readonly string[]> {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    yield path;
    return;
  }
  const names = await readdir(join(root, ...path)).catch((): string[] => []);
  const alike = names.filter((name) => name.toLowerCase() === segment.toLowerCase());
  alike.sort(
    (one, other) =>
      Number(other === segment) - Number(one === segment) || Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  for (const name of alike) yield* ignoringCase(root, rest, [...path, name]);
}

/** At most the first bytes of a file; undefined when it cannot be read. */
export async function head(path: string, most: number): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(new Uint8Array(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  }
}
