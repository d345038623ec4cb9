import { type FileHandle, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CaseIndex, caseIndex } from "./case-index.ts";
import { boundedMap } from "./core/bounded-map.ts";
import { pathsOf, readClientPath } from "./core/client-path.ts";
import { check } from "./core/option-checks.ts";
import { checkArgument, checkOptions, type OptionTable } from "./core/option-error.ts";
import { notFound, type OpenResult, type Source, type SourceClient } from "./core/source.ts";
import type { DirectoryOptions } from "./directory-options.ts";
import { type Found, findFile, isBeneath, pathsIgnoringCase } from "./folder.ts";
import { lookUps, usualLookUps } from "./lookups.ts";
import { placesBelow } from "./places.ts";
import { reads } from "./reads.ts";
import { type FileIdentity, isSettled, regularFile, versionOf } from "./regular-file.ts";

interface KnownFile {
  readonly ok: true;
  readonly time: number;
  readonly path: string;
  /** The storage on which it lies. */
  readonly place: string;
  readonly identity: FileIdentity;
  readonly version: string;
}

interface FileMore {
  readonly version: string | undefined;
  readonly handle: FileHandle | undefined;
}

/** What the file system said a moment ago. */
type Known = KnownFile | Missing;

interface Missing {
  readonly ok: false;
  readonly time: number;
  readonly answer: OpenResult;
}

const maxKnown = 4096;
const maxMissing = 4096;

const optionTable: OptionTable<DirectoryOptions> = {
  ignoreCase: check.flag,
  rootFor: check.callback,
  orRoot: check.flag,
  onStuck: check.callback,
  isPrivate: check.callback,
  trustFor: check.amount,
  now: check.callback,
};

/**
 * Serves the regular files of a folder and nothing outside it. Symbolic links are followed as long as they stay inside. A
 * name may begin with the path of the folder itself, "/srv/boot/pxelinux.0"; one of the same path below it goes first.
 * @param root absolute, or from the current folder of the process at the time of this call
 * @throws OptionError for a root that is no text, and for an option that is unknown or cannot be
 */
export function directory<Client = SourceClient>(root: string, given: DirectoryOptions<Client> = {}): Source<Client> {
  checkArgument("directory", "root", root, check.text);
  const options = checkOptions<DirectoryOptions<Client>>("directory", given, optionTable);
  const wall = options.now ?? Date.now;
  const base = resolve(root);
  const trustFor = options.trustFor ?? 1000;
  const known = boundedMap<string, KnownFile>(maxKnown);
  /** Apart: whoever asks for a thousand names that are not there makes no file forgotten. */
  const missing = boundedMap<string, Missing>(maxMissing);
  /** Look-ups under way, by what is looked for. */
  const looking = new Map<string, Promise<void>>();
  const index = caseIndex(wall);
  const places = placesBelow(base);
  const turns = lookUps(usualLookUps, (folder, stuck) => options.onStuck?.(folder, stuck));
  const readTurns = reads();

  function fileOf(key: string, file: Omit<KnownFile, "ok" | "time" | "version">, more: FileMore): OpenResult {
    const { path, identity, place } = file;
    const inTurn = <T>(work: () => Promise<T>) => readTurns.run(place, work);
    return { ok: true, file: regularFile(path, identity, more.version, more.handle, () => known.delete(key), inTurn) };
  }

  function remember(key: string, entry: Known): void {
    known.delete(key);
    missing.delete(key);
    if (entry.ok) known.set(key, entry);
    else missing.set(key, entry);
  }

  function fromMemory(key: string, entry: Known): OpenResult {
    return entry.ok ? fileOf(key, entry, { version: entry.version, handle: undefined }) : entry.answer;
  }

  /** Nobody gets more turns than others, and a storage that is silent costs its own files only. */
  async function inTurn(
    client: Client,
    where: readonly string[],
    work: () => Promise<OpenResult>,
  ): Promise<OpenResult> {
    const { address = "" } = (client ?? {}) as { readonly address?: string };
    const place = places.of(where);
    const discard = (late: OpenResult) => {
      if (late.ok) void late.file.close();
    };
    const found = await turns.run({ client: address, place, work, discard });
    if (found.kind === "done") return found.value;
    return found.kind === "busy"
      ? notFound("busy", "too many look-ups at once")
      : notFound("no-answer", `${place} does not answer`);
  }

  /**
   * One look instead of six: a file that is the same to the nanosecond of its ctime holds the bytes that were found
   * inside the folder, wherever its name leads by now.
   */
  async function isStill({ path, version }: KnownFile): Promise<boolean> {
    try {
      return versionOf(await stat(path, { bigint: true })) === version;
    } catch {
      return false;
    }
  }

  async function again(key: string, entry: KnownFile, sub: string | undefined, name: string): Promise<OpenResult> {
    const time = wall();
    if (!(await isStill(entry))) return await search(key, sub, name);
    const renewed = { ...entry, time };
    known.set(key, renewed);
    return fromMemory(key, renewed);
  }

  function search(key: string, sub: string | undefined, name: string): Promise<OpenResult> {
    return sub === undefined ? fromDisk(key, base, name) : fromClientRoot(key, sub, name);
  }

  /** What was found a moment ago. */
  function fresh(key: string): OpenResult | undefined {
    const entry: Known | undefined = known.peek(key) ?? missing.peek(key);
    const age = entry ? wall() - entry.time : Number.NaN;
    // Less than nothing: the clock was set back, and an hour of trust is too much.
    return entry && age >= 0 && age < trustFor ? fromMemory(key, entry) : undefined;
  }

  function searchAgain(key: string, sub: string | undefined, name: string): Promise<OpenResult> {
    const entry = known.peek(key);
    return entry === undefined ? search(key, sub, name) : again(key, entry, sub, name);
  }

  /**
   * Who asks for what is being looked up already waits for that look, instead of taking a turn of its own: a thousand
   * requests for one file are one look-up.
   */
  function once(key: string, look: () => Promise<OpenResult>): Promise<OpenResult> {
    const pending = looking.get(key);
    if (pending !== undefined) return pending.then(() => fresh(key) ?? look());
    const result = look();
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    looking.set(key, settled);
    void settled.then(() => {
      if (looking.get(key) === settled) looking.delete(key);
    });
    return result;
  }

  async function fromDisk(key: string, folder: string, name: string): Promise<OpenResult> {
    const found = await searchNames(folder, name, options.ignoreCase === true ? index : undefined);
    const time = wall();
    if (!found.ok) {
      const answer: OpenResult = { ok: false, fault: found.fault };
      // A disk or a system in trouble may be well again at the next request.
      if (found.fault.reason !== "source-failed") remember(key, { ok: false, time, answer });
      return answer;
    }
    const { path, real, handle, identity } = found;
    if (options.isPrivate?.(identity) === true) {
      await handle.close();
      return { ok: false, fault: { reason: "permission-denied", detail: "is private" } };
    }
    const place = places.ofReal(real);
    const version = isSettled(identity, time) ? versionOf(identity) : undefined;
    if (version !== undefined) remember(key, { ok: true, time, path, place, identity, version });
    return fileOf(key, { path, place, identity }, { version, handle });
  }

  async function fromClientRoot(key: string, sub: string, name: string): Promise<OpenResult> {
    const paths = pathsOf(sub);
    const [segments = []] = paths.ok ? paths.paths : [];
    const folder = join(base, ...segments);
    const place = segments.length > 0 ? await placeOfFolder(folder, base) : "none";
    if (place === "inside") return fromDisk(key, folder, name);
    // Under the name of the root's own file: the folder may come any moment.
    if (place === "none" && options.orRoot === true) return fresh(name) ?? searchAgain(name, undefined, name);
    return notFound("missing", `no folder ${sub} for this client`);
  }

  return {
    open(name: string, client: Client) {
      const sub = options.rootFor?.(client);
      const key = sub === undefined ? name : `${sub}\0${name}`;
      const where = [...(sub === undefined ? [] : readClientPath(sub).segments), ...readClientPath(name).segments];
      return fresh(key) ?? once(key, () => inTurn(client, where, () => searchAgain(key, sub, name)));
    },
  };
}

/** Whether a path is that of a folder below another one, in truth. */
async function placeOfFolder(folder: string, base: string): Promise<"inside" | "outside" | "none"> {
  try {
    if (!(await stat(folder)).isDirectory()) return "none";
    return isBeneath(await realpath(folder), await realpath(base)) ? "inside" : "outside";
  } catch {
    return "none";
  }
}

/** The name below the folder, and if there is none, from the root of the file system on. */
async function searchNames(folder: string, name: string, ignoreCase: CaseIndex | undefined): Promise<Found> {
  const found = await searchFolder(folder, name, ignoreCase);
  if (found.ok || found.fault.reason !== "missing") return found;
  const inside = await belowFolder(folder, name);
  if (inside === undefined) return found;
  const other = await searchFolder(folder, inside, ignoreCase);
  return other.ok || other.fault.reason !== "missing" ? other : found;
}

/** Each way to read the name, as written; then, if wanted, without regard to case. */
async function searchFolder(folder: string, name: string, ignoreCase: CaseIndex | undefined): Promise<Found> {
  const named = pathsOf(name);
  if (!named.ok) return { ok: false, fault: { reason: named.reason } };
  let first: Found | undefined;
  for (const segments of named.paths) {
    const found = await findFile(folder, segments);
    if (found.ok) return found;
    first ??= found;
  }
  if (ignoreCase !== undefined) {
    for (const segments of named.paths) {
      const found = await firstIgnoringCase(folder, segments, ignoreCase);
      if (found !== undefined) return found;
    }
  }
  return first ?? { ok: false, fault: { reason: "missing" } };
}

/** The first of these paths at whose end there is a file; where there is none, why the first of them is none. */
async function firstIgnoringCase(
  folder: string,
  segments: readonly string[],
  index: CaseIndex,
): Promise<Found | undefined> {
  let first: Found | undefined;
  for await (const other of pathsIgnoringCase(folder, segments, index)) {
    const found = await findFile(folder, other);
    if (found.ok) return found;
    first ??= found;
  }
  return first;
}

/** A name that begins with the folder itself, as some servers write them, without it. */
async function belowFolder(folder: string, name: string): Promise<string | undefined> {
  if (!/^[/\\]/.test(name)) return undefined;
  const { segments } = readClientPath(name);
  for (const root of new Set([folder, await realpath(folder).catch(() => folder)])) {
    const own = readClientPath(root).segments;
    if (own.length > 0 && segments.length > own.length && own.every((part, index) => part === segments[index])) {
      return segments.slice(own.length).join("/");
    }
  }
  return undefined;
}
