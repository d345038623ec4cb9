import { formatHex, formatMac } from "./address.ts";
import { faultText } from "./faults.ts";
import { type Format, printOctets } from "./formats.ts";
import { messageTypeName } from "./message-types.ts";
import { optionValue } from "./option-values.ts";
import { OPTIONS, optionByCode } from "./options.ts";
import { BOOTREPLY, BOOTREQUEST, BROADCAST_FLAG, type DhcpPacket, hardwareAddress, type PacketNote } from "./packet.ts";
import { pxeOptions } from "./pxe-options.ts";
import { fieldText, quote } from "./text.ts";

/**
 * A packet as lines for people: header, addresses, names when there are any, one line an option in the order of
 * the packet, one line a note. Characters of the network are escaped. The same packet gives the same lines.
 */
export function describe(packet: DhcpPacket & { readonly notes?: readonly PacketNote[] }): string[] {
  const type = optionValue(packet, "messageType");
  const op = packet.op === BOOTREQUEST ? "BOOTREQUEST" : packet.op === BOOTREPLY ? "BOOTREPLY" : `op ${packet.op}`;
  const kind = type === undefined ? "BOOTP" : (messageTypeName(type) ?? `type ${type}`);
  const xid = packet.xid.toString(16).padStart(8, "0");
  const broadcast = (packet.flags & BROADCAST_FLAG) !== 0 ? " (broadcast)" : "";
  const flags = `0x${packet.flags.toString(16).padStart(4, "0")}${broadcast}`;
  const lines = [
    `${op} ${kind} xid ${xid} secs ${packet.secs} hops ${packet.hops} flags ${flags}`,
    `client ${formatMac(hardwareAddress(packet)) || "without address"} htype ${packet.htype} hlen ${packet.hlen}`,
    `ciaddr ${packet.ciaddr} yiaddr ${packet.yiaddr} siaddr ${packet.siaddr} giaddr ${packet.giaddr}`,
  ];
  for (const field of ["sname", "file"] as const) {
    const text = fieldText(packet[field]);
    if (text !== "") lines.push(`${field} ${quote(text)}`);
  }
  for (const [code, bytes] of packet.options) lines.push(`option ${describeOption(code, bytes)}`);
  for (const note of packet.notes ?? []) lines.push(`note ${describeNote(note)}`);
  return lines;
}

/** One option on one line: code, name, size in octets, and its value as {@link printOption} has it. */
export function describeOption(code: number, bytes: Uint8Array): string {
  return `${code} ${optionByCode(code)?.name ?? "unknown"} (${bytes.length}): ${printOption(code, bytes)}`;
}

/**
 * The value of one option for people, on one line, in the notation of its row in {@link OPTIONS}: `"PXEClient"` for
 * option 60, `7 x64-uefi` for 93. An option 43 that is made of known PXE sub-options is printed as such, any other and
 * an option that is in no row in hexadecimal; what the row cannot read is `malformed`, with the fault and the octets.
 * Characters of the network are escaped.
 */
export function printOption(code: number, bytes: Uint8Array): string {
  const row = optionByCode(code);
  if (row === undefined) return printOctets(bytes);
  if (code === OPTIONS.vendorSpecificInformation.code) return pxeText(bytes) ?? printOctets(bytes);
  const format = row.format as Format<unknown>;
  const decoded = format.decode(bytes);
  return decoded.ok
    ? format.print(decoded.value)
    : `malformed, ${faultText(decoded.fault)}: ${formatHex(bytes) || "empty"}`;
}

/** One note of the decoder as a line. */
export function describeNote(note: PacketNote): string {
  switch (note.code) {
    case "no-end":
      return `${note.field} has no END`;
    case "trailing-data":
      return `${note.field} has data after END, from octet ${note.at}`;
    case "overload":
      return `option 52 (overload) is ${note.value}`;
    case "nested-overload":
      return `option 52 (overload) inside ${note.field} is ignored`;
    case "joined":
      return `option ${note.option} was joined from ${note.pieces} pieces`;
  }
}

function pxeText(bytes: Uint8Array): string | undefined {
  const decoded = pxeOptions.decode(bytes);
  if (!decoded.ok) return undefined;
  const { others, ...known } = decoded.value;
  return Object.keys(known).length === 0 ? undefined : pxeOptions.print(decoded.value);
}
