import type { Directive } from "./directive.ts";

/** Conditions of a rule by key; a list matches any of its values. */
export type When = Readonly<Partial<Record<WhenKey, readonly string[]>>>;
export type WhenKey = "arch" | "firmware" | "mac" | "uuid" | "userClass" | "vendorClass" | "interface" | "subnet";

/** `tag:x` or `tag:!x`. */
export interface Literal {
  readonly tag: string;
  readonly wanted: boolean;
}

/** A line that holds for clients with these tags. */
export interface Guarded {
  readonly guard: readonly Literal[];
  readonly from: Directive;
}

/** A line that sets tags for clients with a property, or is about them directly. */
export interface Atom {
  readonly when: When;
  readonly tags: readonly string[];
  readonly ignore: boolean;
  /** Of several dhcp-host lines that fit a machine only one counts. */
  readonly host?: HostLine;
  /** The network whose dhcp-range lines are about these clients. */
  readonly network?: string;
}

export interface HostLine {
  /** How many of the MAC address are given. */
  readonly bytes: number;
  /** `tag:` of the line. */
  readonly guard: readonly Literal[];
  /** Later lines come first. */
  readonly order: number;
  /** Its address is in none of the networks served: it counts when no other line does. */
  readonly elsewhere: boolean;
}

export interface TagRule extends Guarded {
  readonly sets: readonly string[];
}

export interface BootLine extends Guarded {
  readonly file: string;
  readonly server?: string;
}

export interface PxeService extends Guarded {
  /** Code of option 93. */
  readonly arch: number;
  readonly text: string;
  /** With the suffix that dnsmasq adds; absent for local boot and for types of other servers. */
  readonly file?: string;
  /** 0 is local boot. */
  readonly type: number;
  readonly server?: string;
}

export interface Prompt extends Guarded {
  readonly text: string;
  /** Seconds. */
  readonly timeout: number;
}

export interface Delay extends Guarded {
  readonly seconds: number;
}

/** A range in which dnsmasq is a proxy. */
export interface ProxyRange extends Guarded {
  readonly sets: readonly string[];
  /** Absent when the mask is not known. */
  readonly subnet?: string;
}

/** A line that names what some clients boot, and was left out. */
export interface LostLine extends Guarded {
  readonly arch?: number;
}

/** A line that sets a tag, and was left out. */
export interface LostTag {
  readonly tag: string;
  readonly from: Directive;
  /** It is about iPXE. */
  readonly ipxe: boolean;
}

/** Config keys that lines set directly. */
export interface Settings {
  readonly interfaces: string[];
  readonly subnets: string[];
  /** Of dhcp-pxe-vendor: prefixes of the vendor classes that are served, none for PXEClient alone. */
  readonly vendors: string[];
  tftp: boolean;
  root?: string;
  uniqueRoot?: "ip" | "mac";
  maxTransfers?: number;
  maxBlockSize?: number;
  singlePort?: boolean;
  noBlockSize?: boolean;
  logFile?: string;
  logLevel?: "debug";
  /** Ports of DHCP: the servers', the clients'. */
  ports?: readonly [number, number];
}

/** Whether clients of this vendor class are served (rfc2131.c, is_pxe_client). */
export function serves({ vendors }: Settings, vendorClass: string): boolean {
  return (vendors.length === 0 ? ["PXEClient"] : vendors).some((prefix) => vendorClass.startsWith(prefix));
}

/** A line that was not converted, or changed. */
export interface Remark {
  readonly line: number;
  /** The file, when it is not the one that is imported. */
  readonly file?: string;
  readonly text: string;
  readonly why: string;
}

/** All boot settings of a dnsmasq.conf. */
export interface DnsmasqModel {
  readonly settings: Settings;
  readonly atoms: Atom[];
  /** Tags that every client has. */
  readonly always: Set<string>;
  readonly tagRules: TagRule[];
  /** In the order of the file. */
  readonly boots: BootLine[];
  readonly services: PxeService[];
  readonly prompts: Prompt[];
  readonly ignores: Guarded[];
  readonly delays: Delay[];
  readonly ranges: ProxyRange[];
  readonly lostLines: LostLine[];
  readonly lostTags: LostTag[];
  /** tftp-root lines. */
  readonly roots: { readonly folder: string; readonly iface?: string; readonly from: Directive }[];
  /** Boot server type of the next pxe-service with a file. */
  nextType: number;
  /** pxe-service or pxe-prompt is set: without them dnsmasq answers no PXE client as a proxy. */
  pxe: boolean;
  /** dnsmasq hands out addresses. */
  leases: boolean;
  readonly remarks: { readonly from: Directive; readonly why: string }[];
}

export function emptyModel(): DnsmasqModel {
  return {
    settings: { interfaces: [], subnets: [], vendors: [], tftp: false },
    atoms: [],
    always: new Set(),
    tagRules: [],
    boots: [],
    services: [],
    prompts: [],
    ignores: [],
    delays: [],
    ranges: [],
    lostLines: [],
    lostTags: [],
    roots: [],
    nextType: 0x8000,
    pxe: false,
    leases: false,
    remarks: [],
  };
}

/** Adds what became of a line that is not converted as it is. */
export function remark(model: DnsmasqModel, from: Directive, why: string): void {
  model.remarks.push({ from, why });
}

/** Takes the tags off the front of a line: `tag:x`, `tag:!x`, and the old form `net:x`. */
export function takeGuard(parts: readonly string[]): { guard: Literal[]; rest: readonly string[] } {
  const guard: Literal[] = [];
  let at = 0;
  for (; at < parts.length; at++) {
    const match = /^(?:tag|net):(.+)$/.exec(parts[at] ?? "");
    if (match === null) break;
    guard.push(literal(match[1] ?? ""));
  }
  return { guard, rest: parts.slice(at) };
}

/** `x`, or `!x`; `#x` is the old way to write that. */
export function literal(text: string): Literal {
  const wanted = !/^[!#]/.test(text);
  return { tag: wanted ? text : text.slice(1), wanted };
}
