import type { Directive } from "./lines.ts";

/** Conditions of a rule by key; a list matches any of its values. */
export type When = Readonly<Partial<Record<WhenKey, readonly string[]>>>;
export type WhenKey = "arch" | "firmware" | "mac" | "userClass" | "vendorClass" | "interface" | "subnet";

/** `tag:x` or `tag:!x`. */
export interface Literal {
  readonly tag: string;
  readonly wanted: boolean;
}

/** A line that sets tags for clients with a property, or applies to them directly. */
export interface Atom {
  readonly when: When;
  readonly tags: readonly string[];
  readonly ignore: boolean;
  /** Bytes of the MAC addresses of a dhcp-host line: of several that match a machine only the closest counts. */
  readonly hostOctets?: number;
}

export interface TagRule {
  readonly sets: readonly string[];
  readonly guard: readonly Literal[];
}

export interface BootLine {
  readonly guard: readonly Literal[];
  readonly file: string;
  readonly server?: string;
  readonly line: number;
}

export interface PxeService {
  readonly guard: readonly Literal[];
  /** Code of option 93. */
  readonly arch: number;
  readonly text: string;
  /** With the suffix that dnsmasq adds; absent for local boot and for types of other servers. */
  readonly file?: string;
  /** 0 is local boot. */
  readonly type: number;
  readonly server?: string;
  readonly line: number;
}

/** Config keys that lines set directly. */
export interface Settings {
  readonly interfaces: string[];
  readonly subnets: string[];
  readonly vendorClasses: string[];
  tftp: boolean;
  root?: string;
  uniqueRoot?: "ip" | "mac";
  maxTransfers?: number;
  maxBlockSize?: number;
  singlePort?: boolean;
  noBlockSize?: boolean;
  logFile?: string;
  logLevel?: "debug";
  /** Whether HTTPClient is served too. */
  http: boolean;
}

/** A line not converted, or only in part. */
export interface Remark {
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

/** All boot settings of a dnsmasq.conf. */
export interface DnsmasqModel {
  readonly settings: Settings;
  readonly atoms: Atom[];
  readonly tagRules: TagRule[];
  /** In the order of the file. */
  readonly boots: BootLine[];
  readonly services: PxeService[];
  readonly ignores: (readonly Literal[])[];
  readonly delays: { readonly guard: readonly Literal[]; readonly seconds: number }[];
  prompt?: { readonly text: string; readonly timeout: number };
  /** Boot server type of the next pxe-service with a file. */
  nextType: number;
  /** Whether the file has pxe-service or pxe-prompt: without them dnsmasq as a proxy ignores PXE clients. */
  pxe: boolean;
  readonly remarks: Remark[];
}

export function emptyModel(): DnsmasqModel {
  return {
    settings: { interfaces: [], subnets: [], vendorClasses: [], tftp: false, http: false },
    atoms: [],
    tagRules: [],
    boots: [],
    services: [],
    ignores: [],
    delays: [],
    nextType: 0x8000,
    pxe: false,
    remarks: [],
  };
}

/** Adds a remark about a line not converted exactly. */
export function remark(model: DnsmasqModel, { line, text }: Directive, why: string): void {
  model.remarks.push({ line, text, why });
}

/** Takes the tags off the front of a line: `tag:x`, `tag:!x`, and the old form `net:x`. */
export function takeGuard(parts: readonly string[]): { guard: Literal[]; rest: readonly string[] } {
  const guard: Literal[] = [];
  let at = 0;
  for (; at < parts.length; at++) {
    const match = /^(?:tag|net):(!|#)?(.+)$/.exec(parts[at] ?? "");
    if (match === null) break;
    guard.push({ tag: match[2] ?? "", wanted: match[1] === undefined });
  }
  return { guard, rest: parts.slice(at) };
}

/** Takes `set:x` off the front; a bare first word is the old form. */
export function takeSet(parts: readonly string[]): { tag: string | undefined; rest: readonly string[] } {
  const [first = "", ...rest] = parts;
  const match = /^(?:set|net):(.+)$/.exec(first);
  if (match !== null) return { tag: match[1], rest };
  return first === "" ? { tag: undefined, rest } : { tag: first, rest };
}
