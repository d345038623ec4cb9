import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ConfigFault, Problem } from "./faults.ts";
import { foundConfigProblem } from "./found-config.ts";
import { hostBootFolder, isHostBoot } from "./host-boot.ts";
import {
  absolutePaths,
  configVariable,
  type Flag,
  type Origin,
  originText,
  pathSettings,
  readOverlays,
} from "./overlay.ts";
import { adminSectionOf, parseConfig } from "./parse.ts";
import { logProblem, rootProblem } from "./private-files.ts";
import { readRegularFile, UnfitFileError } from "./regular-file.ts";
import { defaultSocket } from "./runtime-directory.ts";
import type { Config } from "./schema.ts";
import { defaultStateDirectory } from "./state-directory.ts";

/** Where a config is looked for when no file is named, first one first. */
export const usualPlaces = ["bootlace.yaml", "/etc/bootlace/bootlace.yaml"] as const;

/** Larger files are not config files. */
const largestFile = 1024 * 1024;

/** Where a config comes from: command line and environment. */
export interface ConfigRequest {
  /** The named file; absent: BOOTLACE_CONFIG, else the first of the usual places that exists. */
  readonly file?: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly Flag[];
  /** The user of the process, where it is not the real one. */
  readonly uid?: number;
}

export interface LoadedConfig {
  /** Paths in it are absolute. */
  readonly config: Config;
  /** The file it came from; absent when there is none. */
  readonly file?: string;
  /** True when the command line or BOOTLACE_CONFIG named the file. */
  readonly named: boolean;
  /** Where the value at a path such as `["tftp", "port"]` came from. */
  readonly originOf: (path: readonly PropertyKey[]) => Origin;
  /** The file holds nothing, not even a comment. */
  readonly empty?: boolean;
  /** Variables of the environment that look like settings and are none. */
  readonly warnings?: readonly ConfigFault[];
}

export type LoadResult =
  | { readonly ok: true; readonly loaded: LoadedConfig }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** The config file that applies. */
export function findConfig(
  { file, cwd, env = {} }: ConfigRequest,
  exists: (file: string) => boolean = isThere,
): { readonly file?: string; readonly named: boolean } {
  const named = file ?? env[configVariable];
  if (named !== undefined && named !== "") return { file: named, named: true };
  const found = usualPlaces.find((place) => exists(resolve(cwd, place)));
  return found === undefined ? { named: false } : { file: found, named: false };
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Reads the config: flags override the environment, that the file, that the defaults. Relative paths in the
 * file are relative to its folder, all others to the working folder. All faults are reported at once.
 */
export function loadConfig(request: ConfigRequest): LoadResult {
  const { cwd, env = {}, flags = [] } = request;
  const { file, named } = findConfig(request);
  const path = file === undefined ? undefined : resolve(cwd, file);
  const foreign = foreignFault(request);
  if (foreign !== undefined) return { ok: false, faults: [foreign] };
  const read: ReadResult = path === undefined ? { ok: true, text: "" } : readText(path);
  const overlaid = readOverlays(env, flags, cwd);
  const faults: ConfigFault[] = overlaid.ok ? [] : [...overlaid.faults];
  const name = file ?? "defaults";
  if (!read.ok) {
    const { ok: _, ...problem } = read;
    faults.unshift({ code: "E001", ...problem, file: name, path: "", line: 1, column: 1 });
    return { ok: false, faults };
  }
  const result = parseConfig(read.text, name, overlaid.ok ? overlaid.overlays : []);
  if (!result.ok) return { ok: false, faults: [...result.faults, ...faults] };
  if (faults.length > 0) return { ok: false, faults };
  const folder = path === undefined ? cwd : dirname(path);
  const state = result.config.state.directory === undefined ? defaultStateDirectory(env) : undefined;
  const socket = result.config.admin.socket === undefined ? defaultSocket(env) : undefined;
  const config = withAbsolutePaths(withSocket(withState(result.config, state?.directory), env), folder);
  const originOf = (at: readonly PropertyKey[]) => {
    if (state !== undefined && at.join(".") === "state.directory") return state.origin;
    return socket !== undefined && at.join(".") === "admin.socket" ? socket.origin : result.originOf(at);
  };
  if (originOf(["root"]).kind === "default" && isHostBoot(config.root)) {
    return { ok: false, faults: [hostBootFault(name, config.root)] };
  }
  const open = rootProblem(config, path);
  if (open !== undefined) return { ok: false, faults: [placed(open, name, ["root"], originOf)] };
  const overwritten = logProblem(config, path);
  if (overwritten !== undefined) return { ok: false, faults: [placed(overwritten, name, ["log", "file"], originOf)] };
  const warnings = overlaid.ok ? overlaid.warnings : [];
  const empty = path !== undefined && read.text.replace("\ufeff", "").trim() === "" ? { empty: true } : {};
  return { ok: true, loaded: { config, named, originOf, warnings, ...empty, ...(file === undefined ? {} : { file }) } };
}

/** A config that was found where others can write: it is not even read. */
export function foreignFault(request: ConfigRequest): ConfigFault | undefined {
  const { file, named } = findConfig(request);
  if (file === undefined || named) return undefined;
  const { cwd, env = {}, uid = process.geteuid?.() ?? -1 } = request;
  const problem = foundConfigProblem(resolve(cwd, file), { uid, env });
  return problem && { ...problem, file, path: "", line: 0, column: 0 };
}

/**
 * The address of the API, as far as it is known: a file with a fault still counts otherwise, because a
 * daemon may be running on an older version of it. A file that {@link foreignFault} names counts as absent.
 */
export function loadAdmin(request: ConfigRequest): Config["admin"] {
  const whole = loadConfig(request);
  if (whole.ok) return whole.loaded.config.admin;
  const { cwd, env = {} } = request;
  const { file } = findConfig(request);
  const path = file === undefined ? undefined : resolve(cwd, file);
  const unread = path === undefined || foreignFault(request) !== undefined;
  const read: ReadResult = unread ? { ok: true, text: "" } : readText(path);
  const overlaid = readOverlays(env, [], cwd);
  const overlays = overlaid.ok ? overlaid.overlays.filter(({ path: [section] }) => section === "admin") : [];
  const text = read.ok ? adminSectionOf(read.text) : "";
  const attempts = [parseConfig(text, "admin", overlays), parseConfig(text, "admin"), parseConfig("", "admin")];
  const parsed = attempts.find(({ ok }) => ok);
  if (!parsed?.ok) throw new Error("the defaults are no config");
  return withAbsolutePaths(withSocket(parsed.config, env), path === undefined ? cwd : dirname(path)).admin;
}

/** Started in `/`, as init scripts may do, the default would expose the kernels of this machine. */
function hostBootFault(file: string, root: string): ConfigFault {
  const place = root === hostBootFolder ? root : `${root}, which is ${hostBootFolder}`;
  return {
    code: "E050",
    problem: `root is not set, and the default (${place}) holds this machine's own kernels`,
    allowed: `Set root or --root to the folder with the boot files, or start in another folder. To serve it anyway, use --root ${hostBootFolder}`,
    file,
    path: "root",
    line: 0,
    column: 0,
  };
}

/** A problem of one setting, where that was set. */
function placed(problem: Problem, file: string, setting: readonly string[], originOf: LoadedConfig["originOf"]) {
  const origin = originOf(setting);
  const at = { ...problem, path: setting.join("."), column: 0 };
  if (origin.kind === "file") return { ...at, file: origin.file, line: origin.line, column: 1 };
  return origin.kind === "default" ? { ...at, file, line: 0 } : { ...at, file: originText(origin), origin, line: 0 };
}

function withState(config: Config, directory: string | undefined): Config {
  return directory === undefined ? config : { ...config, state: Object.freeze({ ...config.state, directory }) };
}

function withSocket(config: Config, env: NonNullable<ConfigRequest["env"]>): Config {
  const socket = config.admin.socket ?? defaultSocket(env)?.socket;
  return socket === undefined ? config : { ...config, admin: Object.freeze({ ...config.admin, socket }) };
}

type ReadResult = { ok: true; text: string } | { ok: false; problem: string; allowed?: string };

function readText(path: string): ReadResult {
  try {
    const bytes = readRegularFile(path, largestFile);
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof UnfitFileError) return { ok: false, problem: error.message, allowed: fitFile };
    return { ok: false, problem: explainReadError(error) };
  }
}

const fitFile = `Name a regular file of at most ${largestFile} bytes; an empty one stands for the defaults`;

function explainReadError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "the file does not exist";
  if (code === "EACCES") return "no permission to read the file";
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "the file is not UTF-8 text";
  return `the file cannot be read (${code ?? String(error)})`;
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const absolute = <T extends object>(section: T, name: string): T =>
    Object.freeze(
      Object.fromEntries(
        Object.entries(section).map(([key, value]) => {
          const isPath = pathSettings.has(name === "" ? key : `${name}.${key}`);
          return [key, isPath ? absolutePaths(value, folder) : value];
        }),
      ),
    ) as T;
  const { log, admin, state, images } = config;
  const sections = {
    log: absolute(log, "log"),
    admin: absolute(admin, "admin"),
    state: absolute(state, "state"),
    images: absolute(images, "images"),
  };
  return absolute({ ...config, ...sections }, "");
}
