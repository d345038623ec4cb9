import {
  type DecodedPacket,
  type DhcpPacket,
  decodePacket,
  decodePxeOptions,
  fieldText,
  type Ipv4Address,
  type PxeOptions,
} from "@bootlace/dhcp-core";
import type { Received } from "./message.ts";

export const UNSPECIFIED: Ipv4Address = "0.0.0.0";

/** A decoded packet; what a firmware's driver refuses outright is `undefined`. */
export function parsed({ bytes }: Pick<Received, "bytes">): DecodedPacket | undefined {
  const result = decodePacket(bytes);
  return result.ok ? result.packet : undefined;
}

/** The bytes of an option; none when it is absent. */
export function optionBytes(packet: Pick<DhcpPacket, "options">, code: number): Uint8Array {
  return packet.options.get(code) ?? new Uint8Array(0);
}

/** An option as text, up to its first NUL. */
export function optionText(packet: Pick<DhcpPacket, "options">, code: number): string {
  return fieldText(optionBytes(packet, code));
}

/** An option as one IPv4 address; `0.0.0.0` when it is not one. */
export function optionAddress(packet: Pick<DhcpPacket, "options">, code: number): Ipv4Address {
  const bytes = optionBytes(packet, code);
  return bytes.length === 4 ? (bytes.join(".") as Ipv4Address) : UNSPECIFIED;
}

/** Option 43 as PXE options (PXE 2.1 table 2-2); none when it is absent or malformed. */
export function pxeOptions(packet: Pick<DhcpPacket, "options">): PxeOptions {
  const bytes = packet.options.get(43);
  if (bytes === undefined) return {};
  const result = decodePxeOptions(bytes);
  return result.ok ? result.value : {};
}
