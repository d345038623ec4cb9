import { architectureByCode, architectures, formatUuid } from "@bootlace/dhcp-core";
import type { When } from "./model.ts";

/** What a line that sets a tag is about. */
export type Made =
  | {
      readonly ok: true;
      readonly when: When | "always";
      /** What is not as it was. */
      readonly note?: string;
    }
  | { readonly ok: false; readonly why: string; readonly ipxe?: boolean };

function no(why: string): Made {
  return { ok: false, why };
}

const optionNames: Readonly<Record<string, number>> = {
  "vendor-class": 60,
  "user-class": 77,
  "client-arch": 93,
  "client-machine-id": 97,
};

/** The number of an option, by number or by dnsmasq's name of it. */
export function optionCode(option: string): number | undefined {
  if (/^\d+$/.test(option)) return Number(option);
  return optionNames[option.replace(/^option:/, "")];
}

/** A value of dhcp-match as dnsmasq takes it (option.c, parse_dhcp_opt). */
type Value =
  | { readonly kind: "none" }
  | { readonly kind: "number"; readonly number: number }
  /** From the beginning of the option; undefined is a star. */
  | { readonly kind: "bytes"; readonly bytes: readonly (number | undefined)[] }
  | { readonly kind: "text"; readonly text: string };

function readValue(parts: readonly string[]): Value {
  const text = parts.join(",");
  if (text === "") return { kind: "none" };
  if (/^\d+[bsi]?$/.test(text)) return { kind: "number", number: Number.parseInt(text, 10) };
  if (/^[0-9a-f*]{1,2}(?::[0-9a-f*]{1,2})+$/i.test(text)) {
    const bytes = text.split(":").map((byte) => (byte === "*" ? undefined : Number.parseInt(byte, 16)));
    return { kind: "bytes", bytes };
  }
  return { kind: "text", text };
}

const known = "rules match options 60, 77, 93 and 97, and iPXE by its option 175";

/** Every client that dnsmasq answers with a boot file sends these. */
const alwaysSent: ReadonlySet<number> = new Set([53, 60, 93]);

/** What dhcp-match asks for. */
export function matchCondition(code: number | undefined, parts: readonly string[]): Made {
  const value = readValue(parts);
  if (code === undefined) return no(known);
  if (value.kind === "none" && alwaysSent.has(code)) return { ok: true, when: "always" };
  if (code === 175) return ipxe(value);
  if (code === 93) return architecture(value, parts);
  if (code === 97) return machineId(value);
  if (code === 60 || code === 77) {
    const text = textOf(value);
    if (text === undefined) return no(code === 60 ? "rules compare text with the vendor class" : known);
    return code === 60 ? vendorClass([text]) : userClass([text]);
  }
  return no(known);
}

function textOf(value: Value): string | undefined {
  if (value.kind === "text") return value.text;
  if (value.kind !== "bytes" || value.bytes.includes(undefined)) return undefined;
  return String.fromCharCode(...value.bytes.map((byte) => byte ?? 0));
}

/** Features of iPXE by their number in option 175 (iPXE, src/include/ipxe/features.h). */
const features: Readonly<Record<number, string>> = {
  17: "iSCSI",
  18: "AoE",
  19: "HTTP",
  20: "HTTPS",
  21: "TFTP",
  22: "FTP",
  23: "DNS",
  24: "bzImage",
  25: "Multiboot",
  33: "PXE",
  34: "ELF",
  36: "EFI",
  37: "FCoE",
  38: "VLAN",
  39: "menus",
  41: "NFS",
};

/** iPXE sends option 175, and nothing else that boots does. */
function ipxe(value: Value): Made {
  if (value.kind === "none") return { ok: true, when: { firmware: ["ipxe"] } };
  if (value.kind !== "number") return { ok: false, why: "rules do not compare the bytes of option 175", ipxe: true };
  const name = features[value.number] ?? `feature ${value.number}`;
  const note = `rules cannot distinguish iPXE builds: every iPXE is treated as one with ${name}, including builds without it`;
  return { ok: true, when: { firmware: ["ipxe"] }, note };
}

function architecture(value: Value, parts: readonly string[]): Made {
  if (parts.length > 1 && parts.every((part) => /^\d+$/.test(part))) return archCondition(parts.map(Number));
  if (value.kind === "number") return archCondition([value.number]);
  if (value.kind === "bytes") {
    const [high, low, ...more] = value.bytes;
    const fits = (code: number) =>
      (high === undefined || high === code >>> 8) && (low === undefined || low === (code & 0xff));
    const codes = more.length > 0 ? [] : architectures.map(({ code }) => code).filter(fits);
    return codes.length === 0 ? no("no client sends these bytes in option 93") : archCondition(codes);
  }
  return no("an architecture must be a decimal number: dnsmasq takes anything else for text, which no client sends");
}

export function archCondition(codes: readonly number[]): Made {
  const names = codes.map((code) => architectureByCode(code)?.name);
  const unknown = codes.find((_, index) => names[index] === undefined);
  if (unknown !== undefined) return no(`unknown architecture number ${unknown}`);
  return { ok: true, when: { arch: names.filter((name) => name !== undefined) } };
}

/** Option 97 is a byte for the type, which is 0, and the sixteen bytes of the UUID (RFC 4578 §2.3). */
function machineId(value: Value): Made {
  if (value.kind === "none") return no("a rule compares the UUID; it cannot test whether there is one");
  if (value.kind !== "bytes")
    return no("dnsmasq takes this for text; option 97 is 17 bytes, 00 and the UUID, with colons");
  const [type, ...uuid] = value.bytes;
  if (value.bytes.includes(undefined)) return no("a rule compares the whole UUID: stars cannot be converted");
  if (type !== 0) return no("option 97 begins with the byte 00, and this value does not: no machine sends it");
  if (uuid.length < 16) return no(`a rule compares the whole UUID: ${uuid.length} of 16 bytes are given`);
  if (uuid.length > 16) return no("a UUID has 16 bytes: no machine sends more");
  const bytes = Uint8Array.from(uuid, (byte) => byte ?? 0);
  return { ok: true, when: { uuid: [formatUuid(bytes, "big-endian")] } };
}

/** dnsmasq looks for the text anywhere in option 60, Bootlace at its beginning. */
export function vendorClass(parts: readonly string[]): Made {
  const text = parts.join(",");
  if (text.startsWith("enterprise:")) return no("enterprise numbers are for DHCPv6");
  if (text === "") return no("it names no vendor class");
  if (/^(?:PXE|HTTP)Client/.test(text)) return { ok: true, when: { vendorClass: [text] } };
  const classes = ["PXEClient", "HTTPClient"].filter((name) => name.includes(text));
  if (classes.length > 0) return { ok: true, when: { vendorClass: classes } };
  const codes = architectures.map(({ code }) => code);
  const found = codes.filter((code) => `Client:Arch:${String(code).padStart(5, "0")}:UNDI:`.includes(text));
  if (found.length === codes.length) return { ok: true, when: "always" };
  if (found.length > 0) return archCondition(found);
  return no("Bootlace compares the start of the vendor class, and this text is not at its start");
}

const wellKnown = ["iPXE", "gPXE"] as const;

/** dnsmasq looks for the text anywhere in option 77; the classes in use are distinguished by the whole text too. */
export function userClass(parts: readonly string[]): Made {
  const text = parts.join(",");
  if (text === "") return no("it names no user class");
  if (wellKnown.some((name) => name === text)) return { ok: true, when: { userClass: [text] } };
  const note =
    "dnsmasq searches all of the user class for this text, a rule compares the whole: a longer user class no longer matches";
  return { ok: true, when: { userClass: [text, ...wellKnown.filter((name) => name.includes(text))] }, note };
}

export function macs(parts: readonly string[]): Made {
  const prefixes = parts.map(macPattern);
  const wrong = prefixes.indexOf(undefined);
  if (prefixes.length === 0 || wrong !== -1) return no("a rule matches whole MAC addresses or their first bytes");
  return { ok: true, when: { mac: prefixes.filter((prefix) => prefix !== undefined) } };
}

/** `52:54:00:*:*:*` is a beginning; a star in the middle is nothing a rule can say. `01-` in front is Ethernet. */
export function macPattern(text: string): string | undefined {
  const bytes = text
    .toLowerCase()
    .replace(/^0?1-(?=[0-9a-f]{1,2}:)/, "")
    .split(":");
  const fixed = bytes.indexOf("*");
  const named = fixed === -1 ? bytes : bytes.slice(0, fixed);
  const rest = fixed === -1 ? [] : bytes.slice(fixed);
  const wellFormed = bytes.length === 6 && named.length > 0 && rest.every((byte) => byte === "*");
  if (!wellFormed || !named.every((byte) => /^[0-9a-f]{1,2}$/.test(byte))) return undefined;
  return named.map((byte) => byte.padStart(2, "0")).join(":");
}
