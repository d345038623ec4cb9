import { parseIpv4, parseMac } from "@bootlace/dhcp-core";
import type { Identity, MessageParts, Purpose } from "./model.ts";

/** Option 53 (RFC 2132 §9.6) of a message with this purpose: DISCOVER or REQUEST. */
export function messageType(purpose: Purpose): Uint8Array {
  return Uint8Array.of(purpose === "discover" ? 1 : 3);
}

/** Option 97: the machine's own, else a zero and 16 bytes made from its MAC address. */
export function machineIdentifier({ mac, machine }: Identity): Uint8Array {
  if (machine !== undefined) return machine;
  const bytes = new Uint8Array(17);
  bytes.set(parseMac(mac) ?? [], 11);
  return bytes;
}

/** 16 bits, high byte first. */
export function uint16(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 255, value & 255);
}

/** The four bytes of an IPv4 address; zeros for none. */
export function addressBytes(address: string | undefined): Uint8Array {
  const value = parseIpv4(address ?? "0.0.0.0") ?? 0;
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** A vendor class as PXE 2.1 §2.2.1 spells it, with the UNDI version in six digits. */
export function vendorClass(name: string, architecture: number, undi: string): Uint8Array {
  return ascii(`${name}:Arch:${String(architecture).padStart(5, "0")}:UNDI:${undi}`);
}

/** Option 43 that names an entry of a boot menu, layer 0 (PXE 2.1 table 2-2, tag 71). */
export function bootItem({ type = 0 }: MessageParts): Uint8Array {
  return Uint8Array.of(71, 4, type >> 8, type & 255, 0, 0, 255);
}

/** One byte for each character; those of this package are ASCII. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 255);
}
