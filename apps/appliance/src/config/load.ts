import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ConfigFault } from "./faults.ts";
import { parseConfig } from "./parse.ts";
import type { Config } from "./schema.ts";

/** Where a config is looked for when no file is named, first one first. */
export const usualPlaces = ["bootlace.yaml", "/etc/bootlace/bootlace.yaml"] as const;

/** Larger files are not config files. */
const largestFile = 1024 * 1024;

export interface LoadedConfig {
  /** Paths in it are absolute. */
  readonly config: Config;
  /** The file it came from; absent when the defaults apply. */
  readonly file?: string;
}

export type LoadResult =
  | { readonly ok: true; readonly loaded: LoadedConfig }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** The first of the usual places that exists. */
export function findConfig(cwd: string, exists: (file: string) => boolean = isThere): string | undefined {
  return usualPlaces.find((place) => exists(resolve(cwd, place)));
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Reads a config file, or gives the defaults when none is named. Relative paths in a file count from its folder,
 * those of the defaults from `cwd`.
 */
export function loadConfig(file: string | undefined, cwd: string): LoadResult {
  if (file === undefined) {
    const result = parseConfig("", "defaults");
    return result.ok ? { ok: true, loaded: { config: withAbsolutePaths(result.config, cwd) } } : result;
  }
  const path = resolve(cwd, file);
  const read = readText(path);
  if (!read.ok) {
    return { ok: false, faults: [{ code: "E001", problem: read.problem, file, path: "", line: 1, column: 1 }] };
  }
  const result = parseConfig(read.text, file);
  if (!result.ok) return result;
  return { ok: true, loaded: { config: withAbsolutePaths(result.config, dirname(path)), file } };
}

type ReadResult = { ok: true; text: string } | { ok: false; problem: string };

function readText(path: string): ReadResult {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return { ok: false, problem: "this is a folder, not a file" };
    if (stat.size > largestFile) return { ok: false, problem: `the file is larger than ${largestFile} octets` };
    const octets = readFileSync(path);
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets) };
  } catch (error) {
    return { ok: false, problem: explainReadError(error) };
  }
}

function explainReadError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "the file does not exist";
  if (code === "EACCES") return "no permission to read the file";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "the file is not UTF-8 text";
  return `the file cannot be read (${code ?? String(error)})`;
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const root = resolve(folder, config.root);
  const log = config.log.file === undefined ? config.log : { ...config.log, file: resolve(folder, config.log.file) };
  return Object.freeze({ ...config, root, log: Object.freeze(log) });
}
