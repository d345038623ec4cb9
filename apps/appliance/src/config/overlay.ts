import { resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import type { ConfigFault } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { readSetting, type Setting, settings } from "./settings.ts";

/** Where a value came from. `line` counts from 1. */
export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly file: string; readonly line: number }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string };

/** One value that overrides the file. */
export interface Overlay {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly origin: Extract<Origin, { kind: "environment" | "flag" }>;
}

/** A flag as the command line had it: `--root` with its setting, or `--set` with the key that was named. */
export interface Flag {
  /** As people wrote it, such as `--root` or `--set tftp.port`. */
  readonly name: string;
  /** Dotted path, such as `tftp.port`. */
  readonly key: string;
  readonly value: unknown;
}

export type OverlayResult =
  | {
      readonly ok: true;
      readonly overlays: readonly Overlay[];
      /** Variables that are no settings, which change nothing. */
      readonly warnings: readonly ConfigFault[];
    }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Names the config file itself; not a setting. */
export const configVariable = "BOOTLACE_CONFIG";

/** Settings that name a file or folder; relative ones count from the working folder here. */
export const pathSettings: ReadonlySet<string> = new Set([
  "root",
  "log.file",
  "admin.tokenFile",
  "admin.socket",
  "state.directory",
  "images.folders",
]);

/**
 * The values from environment and flags, weakest first. Relative paths become absolute.
 * @param flags values of type text are read as the environment's are
 */
export function readOverlays(env: Environment, flags: readonly Flag[], cwd: string): OverlayResult {
  const overlays: Overlay[] = [];
  const faults: ConfigFault[] = [];
  const warnings: ConfigFault[] = [];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (text === undefined || !name.startsWith("BOOTLACE_") || name === configVariable) continue;
    const setting = settings.find(({ variable }) => variable === name);
    if (setting === undefined || containerLink.test(text)) warnings.push(unknownVariable(name));
    else overlays.push(overlayOf(setting, text, { kind: "environment", name }, cwd));
  }
  for (const { name, key, value } of flags) {
    const setting = settings.find(({ path }) => path.join(".") === key);
    if (setting === undefined) faults.push(unknownKey(name, key));
    else overlays.push(overlayOf(setting, value, { kind: "flag", name }, cwd));
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, overlays, warnings };
}

function overlayOf(setting: Setting, given: unknown, origin: Overlay["origin"], cwd: string): Overlay {
  const value = typeof given === "string" ? readSetting(setting, given) : given;
  const isPath = pathSettings.has(setting.path.join("."));
  return { path: setting.path, value: isPath ? absolutePaths(value, cwd) : value, origin };
}

/** A path, or each path of a list, from a folder on. */
export function absolutePaths(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map((one) => absolutePaths(one, folder)));
  return typeof value === "string" && value.trim() !== "" ? resolve(folder, value) : value;
}

/** What Kubernetes and container links say of a service called bootlace, such as BOOTLACE_TFTP_PORT=udp://10.0.0.1:69. */
const containerLink = /^(?:tcp|udp|sctp):\/\//;

function unknownVariable(name: string): ConfigFault {
  const suggestion = nearest(
    name,
    settings.map(({ variable }) => variable),
  );
  return {
    code: "E040",
    problem: `unknown setting ${quote(name)}`,
    allowed: "Allowed: BOOTLACE_ and the key in capitals, for example BOOTLACE_TFTP_PORT",
    ...(suggestion === undefined ? {} : { suggestion }),
    file: `environment ${quote(name)}`,
    origin: { kind: "environment", name },
    path: "",
    line: 0,
    column: 0,
  };
}

function unknownKey(flag: string, key: string): ConfigFault {
  const suggestion = nearest(
    key,
    settings.map(({ path }) => path.join(".")),
  );
  return {
    code: "E041",
    problem: `unknown setting ${quote(key)}`,
    allowed: "Allowed: the key with dots, such as tftp.port; set rules, hosts and menus in the file",
    ...(suggestion === undefined ? {} : { suggestion }),
    file: flag,
    origin: { kind: "flag", name: flag },
    path: "",
    line: 0,
    column: 0,
  };
}

/** Overrides values of the file in a copy. */
export function withOverlays(value: Readonly<Record<string, unknown>>, overlays: readonly Overlay[]) {
  let result = value;
  for (const overlay of overlays) result = withOne(result, overlay.path, overlay.value);
  return result;
}

function withOne(
  mapping: Readonly<Record<string, unknown>>,
  [key, ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (key === undefined) return mapping;
  if (rest.length === 0) return { ...mapping, [key]: value };
  const inner = mapping[key];
  // A section of the wrong type is a fault of the file; it must not be hidden by a flag.
  const below = inner === undefined || inner === null ? {} : inner;
  if (typeof below !== "object" || Array.isArray(below)) return { ...mapping };
  return { ...mapping, [key]: withOne(below as Record<string, unknown>, rest, value) };
}

/** The strongest overlay of a path or of a value above it. */
export function overlayAt(overlays: readonly Overlay[], path: readonly PropertyKey[]): Overlay | undefined {
  return overlays.findLast((overlay) => overlay.path.every((key, at) => path[at] === key));
}

/** Such as `environment BOOTLACE_TFTP_PORT`, `--root`, `bootlace.yaml:12`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case "default":
      return "default";
    case "file":
      return `${origin.file}:${origin.line}`;
    case "environment":
      return `environment ${origin.name}`;
    case "flag":
      return origin.name;
  }
}
