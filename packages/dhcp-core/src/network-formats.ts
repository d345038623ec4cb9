import { formatIpv4, type Ipv4Address, parseIpv4 } from "./address.ts";
import { optionFault } from "./faults.ts";
import type { Format } from "./formats.ts";
import { readUint32, writeUint32 } from "./header.ts";
import { isList, isRecord } from "./shapes.ts";
import { decodeText, encodeText, quote } from "./text.ts";

/** One route of option 121 (RFC 3442). */
export interface ClasslessRoute {
  /** `"10.0.0.0/8"`; bits beyond the prefix length are zero in every octet that is not sent. */
  readonly destination: string;
  readonly router: Ipv4Address;
}

const routes = "a prefix length of 0 to 32, its octets and a router, once or more";

export const classlessRoutes: Format<readonly ClasslessRoute[]> = {
  expected: routes,
  decode(bytes) {
    if (bytes.length === 0) return optionFault("bad-length", 0, routes);
    const value: ClasslessRoute[] = [];
    for (let at = 0; at < bytes.length; ) {
      const width = bytes[at] as number;
      if (width > 32) return optionFault("bad-value", at, routes);
      const significant = Math.ceil(width / 8);
      if (at + 1 + significant + 4 > bytes.length) return optionFault("truncated", at, routes);
      const destination = new Uint8Array(4);
      destination.set(bytes.subarray(at + 1, at + 1 + significant));
      value.push({
        destination: `${formatIpv4(readUint32(destination, 0))}/${width}`,
        router: formatIpv4(readUint32(bytes, at + 1 + significant)),
      });
      at += 1 + significant + 4;
    }
    return { ok: true, value };
  },
  encode(value) {
    if (!isList(value)) return optionFault("bad-value", 0, routes);
    if (value.length === 0) return optionFault("bad-length", 0, routes);
    const octets: number[] = [];
    for (const [index, route] of value.entries()) {
      if (!isRecord(route) || typeof route.destination !== "string") return optionFault("bad-value", index, routes);
      const { destination, router } = route;
      const parts = /^([0-9.]+)\/([0-9]|[12][0-9]|3[0-2])$/.exec(destination);
      const address = parseIpv4(parts?.[1] ?? "");
      const via = parseIpv4(router);
      if (address === undefined || via === undefined) return optionFault("bad-value", index, routes);
      const width = Number(parts?.[2]);
      const significant = Math.ceil(width / 8);
      const bytes = new Uint8Array(8);
      writeUint32(bytes, 0, address);
      writeUint32(bytes, 4, via);
      if (bytes.subarray(significant, 4).some((octet) => octet !== 0)) return optionFault("bad-value", index, routes);
      octets.push(width, ...bytes.subarray(0, significant), ...bytes.subarray(4));
    }
    return { ok: true, bytes: Uint8Array.from(octets) };
  },
  print: (value) => value.map(({ destination, router }) => `${destination} via ${router}`).join(", "),
};

const names = "domain names of labels of 1 to 63 octets, at most 255 in all";

/** DNS names, with compression when read (RFC 1035 §4.1.4, RFC 3397 §2), without it when written. */
export const domainNames: Format<readonly string[]> = {
  expected: names,
  decode(bytes) {
    if (bytes.length === 0) return optionFault("bad-length", 0, names);
    const value: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const name = readName(bytes, at);
      if (name === undefined) return optionFault("bad-value", at, names);
      value.push(name.text);
      at = name.next;
    }
    return { ok: true, value };
  },
  encode(value) {
    if (!isList(value)) return optionFault("bad-value", 0, names);
    if (value.length === 0) return optionFault("bad-length", 0, names);
    const octets: number[] = [];
    for (const [index, name] of value.entries()) {
      if (typeof name !== "string") return optionFault("bad-value", index, names);
      let size = 1;
      for (const label of name.split(".")) {
        const bytes = encodeText(label);
        size += 1 + (bytes?.length ?? 0);
        if (bytes === undefined || bytes.length === 0 || bytes.length > 63 || size > 255) {
          return optionFault("bad-value", index, names);
        }
        octets.push(bytes.length, ...bytes);
      }
      octets.push(0);
    }
    return { ok: true, bytes: Uint8Array.from(octets) };
  },
  print: (value) => value.map(quote).join(", "),
};

/** Pointers lead before the name (RFC 1035 §4.1.4) and are at most 127, so that each name costs a bounded walk. */
function readName(bytes: Uint8Array, start: number): { text: string; next: number } | undefined {
  const labels: string[] = [];
  let next = -1;
  let size = 1;
  let pointers = 0;
  for (let at = start; ; ) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length === 0) {
      return labels.length === 0 ? undefined : { text: labels.join("."), next: next < 0 ? at + 1 : next };
    }
    if (length >= 0xc0) {
      const low = bytes[at + 1];
      if (low === undefined || ++pointers > 127) return undefined;
      const target = ((length & 0x3f) << 8) | low;
      if (target >= start) return undefined;
      if (next < 0) next = at + 2;
      at = target;
      continue;
    }
    const label = bytes.subarray(at + 1, at + 1 + length);
    size += 1 + length;
    if (length > 63 || label.includes(0x2e) || size > 255) return undefined;
    labels.push(decodeText(label));
    at += 1 + length;
  }
}
