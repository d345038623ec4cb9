import { architectureByCode } from "@bootlace/dhcp-core";
import type { Directive } from "./lines.ts";
import { type Atom, type DnsmasqModel, remark, takeGuard, takeSet, type When } from "./model.ts";

type Reader = (directive: Directive, model: DnsmasqModel) => void;

/** The lines that distinguish clients. */
export const clientReaders: Readonly<Record<string, Reader>> = {
  "dhcp-match": readMatch,
  "dhcp-vendorclass": (directive, model) => setTag(directive, model, vendorClass(takeSet(directive.parts).rest)),
  "dhcp-userclass": (directive, model) => setTag(directive, model, userClass(takeSet(directive.parts).rest)),
  "dhcp-mac": (directive, model) => setTag(directive, model, macs(takeSet(directive.parts).rest)),
  "dhcp-host": readHost,
  "dhcp-ignore"(directive, model) {
    const { guard, rest } = takeGuard(directive.parts);
    if (guard.length === 0 || rest.length > 0) remark(model, directive, "it must begin with tag:");
    else model.ignores.push(guard);
  },
  "tag-if"(directive, model) {
    const sets = directive.parts.flatMap((part) => /^set:(.+)$/.exec(part)?.[1] ?? []);
    const { guard } = takeGuard(directive.parts.filter((part) => !part.startsWith("set:")));
    const known = directive.parts.every((part) => /^(?:set|tag|net):/.test(part));
    if (!known || sets.length === 0) remark(model, directive, "it must consist of set: and tag:");
    else model.tagRules.push({ sets, guard });
  },
};

type Made = { readonly ok: true; readonly when: When } | { readonly ok: false; readonly why: string };

function setTag(directive: Directive, model: DnsmasqModel, made: Made): void {
  const { tag } = takeSet(directive.parts);
  if (tag === undefined) remark(model, directive, "it sets no tag");
  else if (made.ok) model.atoms.push({ when: made.when, tags: [tag], ignore: false });
  else remark(model, directive, made.why);
}

/** dnsmasq searches all of option 60 for the text, Bootlace compares the start. */
function vendorClass(parts: readonly string[]): Made {
  const text = parts.join(",");
  if (text.startsWith("enterprise:")) return { ok: false, why: "enterprise numbers are for DHCPv6" };
  if (/^(?:PXE|HTTP)Client/.test(text)) return { ok: true, when: { vendorClass: [text] } };
  const arch = /^:?Arch:(\d{5})(?::|$)/.exec(text)?.[1];
  if (arch !== undefined) return archCondition([Number(arch)]);
  return {
    ok: false,
    why: "Bootlace compares the start of the vendor class, and this text is not at its start",
  };
}

/** dnsmasq searches all of option 77 for the text; the classes in use differ by their whole text too. */
function userClass(parts: readonly string[]): Made {
  const text = parts.join(",");
  if (text === "") return { ok: false, why: "it names no user class" };
  if (!["iPXE", "gPXE"].includes(text)) {
    return {
      ok: false,
      why: "dnsmasq searches all of the user class for this text, a rule compares the whole; write userClass by hand",
    };
  }
  return { ok: true, when: { userClass: [text] } };
}

function macs(parts: readonly string[]): Made {
  const prefixes = parts.map(macPattern);
  const wrong = prefixes.indexOf(undefined);
  if (prefixes.length === 0 || wrong !== -1) {
    return { ok: false, why: "a rule matches whole MAC addresses or their first bytes" };
  }
  return { ok: true, when: { mac: prefixes.filter((prefix) => prefix !== undefined) } };
}

/** `52:54:00:*:*:*` is a prefix; a rule cannot have a star in the middle. `01-` at the start means Ethernet. */
function macPattern(text: string): string | undefined {
  const bytes = text
    .toLowerCase()
    .replace(/^0?1-(?=[0-9a-f]{1,2}:)/, "")
    .split(":");
  const fixed = bytes.indexOf("*");
  const named = fixed === -1 ? bytes : bytes.slice(0, fixed);
  const rest = fixed === -1 ? [] : bytes.slice(fixed);
  const wellFormed = bytes.length === 6 && named.length > 0 && rest.every((octet) => octet === "*");
  if (!wellFormed || !named.every((octet) => /^[0-9a-f]{1,2}$/.test(octet))) return undefined;
  return named.map((octet) => octet.padStart(2, "0")).join(":");
}

function archCondition(codes: readonly number[]): Made {
  const names = codes.map((code) => architectureByCode(code)?.name);
  const unknown = codes.find((_, at) => names[at] === undefined);
  if (unknown !== undefined) return { ok: false, why: `unknown architecture number ${unknown}` };
  return { ok: true, when: { arch: names.filter((name) => name !== undefined) } };
}

const optionNames: Readonly<Record<string, number>> = {
  "client-arch": 93,
  "vendor-class": 60,
  "user-class": 77,
};

function readMatch(directive: Directive, model: DnsmasqModel): void {
  const { rest } = takeSet(directive.parts);
  const [option = "", ...values] = rest;
  const code = optionNames[option.replace(/^option:/, "")] ?? (/^\d+$/.test(option) ? Number(option) : undefined);
  setTag(directive, model, matchCondition(code, values));
}

function matchCondition(code: number | undefined, values: readonly string[]): Made {
  // iPXE sends option 175; no other boot client does.
  if (code === 175 && values.length === 0) return { ok: true, when: { firmware: ["ipxe"] } };
  if (code === 93 && values.length > 0) {
    const codes = values.map((value) => (/^(?:0x[0-9a-f]+|\d+)$/i.test(value) ? Number(value) : Number.NaN));
    return codes.some(Number.isNaN) ? { ok: false, why: "an architecture must be a number" } : archCondition(codes);
  }
  if (code === 60 && values.length > 0) return vendorClass(values);
  if (code === 77 && values.length > 0) return userClass(values);
  return { ok: false, why: "rules match options 60, 77 and 93, and iPXE by its option 175" };
}

function bytesOf(mac: string): number {
  return mac.split(":").length;
}

/** Of two lines about the same addresses the later one counts (dhcp-common.c, find_config; option.c puts it in front). */
function takeOver({ atoms }: DnsmasqModel, addresses: readonly string[]): void {
  const kept = atoms.flatMap((atom): Atom[] => {
    if (atom.hostOctets === undefined) return [atom];
    const mac = atom.when.mac?.filter((address) => !addresses.includes(address)) ?? [];
    return mac.length === 0 ? [] : [{ ...atom, when: { mac } }];
  });
  atoms.splice(0, atoms.length, ...kept);
}

/** The address of the machine belongs to the DHCP server; tags and `ignore` are converted. */
function readHost(directive: Directive, model: DnsmasqModel): void {
  const addresses: string[] = [];
  const tags: string[] = [];
  const left: string[] = [];
  let ignore = false;
  for (const part of directive.parts) {
    const mac = macPattern(part);
    const tag = /^(?:set|net):(.+)$/.exec(part)?.[1];
    if (mac !== undefined) addresses.push(mac);
    else if (tag !== undefined) tags.push(tag);
    else if (part === "ignore") ignore = true;
    else left.push(part);
  }
  if (addresses.length === 0) {
    remark(model, directive, "it has no MAC address, and Bootlace needs one here");
    return;
  }
  takeOver(model, addresses);
  for (const bytes of new Set(addresses.map(bytesOf))) {
    const mac = addresses.filter((address) => bytesOf(address) === bytes);
    model.atoms.push({ when: { mac }, tags: [...tags, "known"], ignore, hostOctets: bytes });
  }
  if (ignore) {
    const why = "as a proxy, dnsmasq answers such a machine anyway (dnsmasq needs dhcp-ignore); Bootlace ignores it";
    remark(model, directive, why);
  }
  if (left.length > 0) remark(model, directive, `only its tags were converted: ${left.join(", ")} is about addresses`);
}
