import { quote } from "@bootlace/dhcp-core";

/** Every fault a config file can have. The codes are stable; a test keeps one broken file for each. */
export const configFaultCodes = {
  E001: "the file cannot be read",
  E002: "YAML syntax",
  E003: "unknown key",
  E004: "duplicate key",
  E005: "tab used for indentation",
  E006: "more than one YAML document",
  E007: "the file is not a mapping",
  E008: "nested too deeply",
  E009: "too many entries",
  E010: "wrong type",
  E011: "not one of the allowed words",
  E012: "number out of range",
  E013: "empty value",
  E020: "not an IPv4 address",
  E021: "not a subnet",
  E022: "not a MAC address or prefix",
  E023: "not usable as a boot file name",
  E024: "not a UUID",
  E025: "not an interface name",
  E026: "not an http or https URL",
  E027: "not usable as a client folder",
  E028: "not usable as a name",
  E029: "not the address of one machine",
  E030: "a rule that does nothing",
  E031: "keys of a rule that contradict each other",
  E032: "two rules with the same name",
  E033: "two services on one port",
  E034: "undefined name",
  E035: "a menu line that does nothing or contradicts itself",
  E036: "two hosts with one identifier",
  E037: "the API on the network without a token",
  E038: "a host without an identifier",
  E039: "not a user name",
  E040: "an environment variable that is not a setting",
  E041: "a flag that is not a setting",
  E042: "a config file that was found where others can write",
  E050: "a config that this machine cannot run",
  E051: "a root that holds what is private",
  E052: "a log that would overwrite something",
  E053: "a config file that is empty or gone at a reload",
} as const;

export type ConfigFaultCode = keyof typeof configFaultCodes;

/** The error in one value, before its place in the file is known. */
export interface Problem {
  readonly code: ConfigFaultCode;
  /** The problem, without a full stop. */
  readonly problem: string;
  /** The allowed values or the fix, without a full stop. */
  readonly allowed?: string;
  /** The nearest valid value. */
  readonly suggestion?: string;
}

/** Where a value was set when not in the file. */
interface SetBy {
  readonly kind: "environment" | "flag";
  /** As people wrote it, such as `BOOTLACE_ROOT` or `--set tftp.port`. */
  readonly name: string;
}

/** A problem at its place. `line` and `column` count from 1; both are 0 when it is in no line of a file. */
export interface ConfigFault extends Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Then `file` is that in words. */
  readonly origin?: SetBy;
  /** Keys and indexes, such as `boot[2].when.mac`; empty for the file as a whole. */
  readonly path: string;
}

/** The common part of every fault and finding. */
interface Reported {
  readonly code: string;
  readonly problem: string;
  readonly allowed?: string;
  readonly suggestion?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly origin?: SetBy;
}

/** `file:line:column: error[E003] tftp.prot: unknown key "prot". Did you mean "port"? Known keys: …` */
export function formatFault(fault: Reported): string {
  const file = plain(fault.file);
  const position = fault.line === 0 ? file : `${file}:${fault.line}:${fault.column}`;
  const place = `${position}: error[${fault.code}]`;
  const path = fault.path === "" ? "" : ` ${plain(fault.path)}:`;
  const hint = hintOf(fault);
  return `${place}${path} ${ended(fault.problem)}${hint === undefined ? "" : ` ${ended(hint)}`}`;
}

/** What is right instead: the suggestion first, since the list of what is allowed may be long. Undefined when unknown. */
export function hintOf({ allowed, suggestion }: Pick<Problem, "allowed" | "suggestion">): string | undefined {
  if (suggestion === undefined) return allowed;
  const meant = `Did you mean ${suggestion}?`;
  return allowed === undefined ? meant : `${meant} ${allowed}`;
}

/** What is wrong and changes nothing: `environment BOOTLACE_X: unknown setting. …`. */
export function warningText(fault: Reported): string {
  return formatFault(fault).replace(` error[${fault.code}]`, "");
}

/** With one mark at its end. */
function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** Names of files and keys are untrusted: control characters are escaped. */
export function plain(text: string): string {
  return /[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/u.test(text) ? quote(text) : text;
}

/** `boot`, 2, `when`, `mac` becomes `boot[2].when.mac`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let out = "";
  for (const step of path) {
    if (typeof step === "number") out += `[${step}]`;
    else out += out === "" ? String(step) : `.${String(step)}`;
  }
  return out;
}

/** A fault as `--json` prints it. */
export function faultRow({ code, problem, allowed, suggestion, path, ...place }: Reported) {
  const hint = hintOf({ ...(allowed && { allowed }), ...(suggestion && { suggestion }) });
  const reported = { code, path, severity: "error" as const, message: problem, ...(hint && { hint }) };
  return { ...placeRow(place), ...reported };
}

/** `file`, `line` and `column`, as far as there are any; else `flag` or `variable`. */
function placeRow({ file, line, column, origin }: Pick<Reported, "file" | "line" | "column" | "origin">) {
  if (origin === undefined) return line === 0 ? { file } : { file, line, column };
  return origin.kind === "flag" ? { flag: origin.name.split(" ")[0] } : { variable: origin.name };
}

/** The place of a fault that {@link faultRow} made, as {@link formatFault} wants it. */
export function placeOf({ file, line = 0, column = 0, flag, variable }: Partial<ApiPlace>) {
  return { file: file ?? flag ?? `environment ${variable}`, line, column };
}

interface ApiPlace {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly flag: string | undefined;
  readonly variable: string | undefined;
}
