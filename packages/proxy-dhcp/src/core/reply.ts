import {
  BOOTREPLY,
  BROADCAST_FLAG,
  type DhcpPacket,
  encodeOption,
  encodePacket,
  encodeText,
  faultText,
  maximumReplyOctets,
  messageTypes,
  OPTIONS,
  type OptionName,
  type OptionValue,
} from "@bootlace/dhcp-core";
import { type BootClient, hasAddress } from "./client.ts";
import type { Answer, ReplyNote } from "./decision.ts";
import { type ServedInterface, UNSPECIFIED } from "./interfaces.ts";
import type { BootPlan, OmittableOption } from "./plan.ts";
import type { IgnoreReason } from "./reasons.ts";

export type BuiltReply =
  | {
      readonly ok: true;
      readonly reply: DhcpPacket;
      readonly bytes: Uint8Array;
      readonly notes: readonly ReplyNote[];
    }
  | { readonly ok: false; readonly reason: IgnoreReason; readonly detail?: string };

/** RFC 2131 §2: 128 bytes, the last of which is NUL. */
const FILE_FIELD_LIMIT = 127;
/** 255 bytes of option 67, the last of which is NUL. */
const BOOT_FILE_NAME_LIMIT = 254;

/**
 * Codes not allowed in a plan's further options. Subnet mask, router, DNS, lease and renewal times belong to the DHCP server;
 * a size in 13 is believed by edk2; the rest is written from the plan's other fields, or left out by them.
 */
const REFUSED: ReadonlySet<number> = new Set([
  ...[1, 3, 6, 13, 50, 51, 52, 53, 54, 55, 57, 58, 59, 82],
  ...[43, 60, 61, 66, 67, 97],
]);

/**
 * Writes an answer as a packet. The boot file and its server are in every field a client may read: siaddr, sname,
 * file, 66 and 67. yiaddr stays 0: a proxy assigns nothing. Option 67 comes late and 82 last, and
 * if the reply is too large for the client, options repeated by other fields are omitted.
 *
 * @param largest maximum bytes of UDP payload, in addition to the limit of option 57
 */
export function buildReply(
  packet: DhcpPacket,
  client: BootClient,
  answer: Answer,
  iface: ServedInterface,
  largest = Number.POSITIVE_INFINITY,
): BuiltReply {
  const notes: ReplyNote[] = [...answer.notes];
  const name = encodeText(answer.bootFile ?? "");
  if (name === undefined || name.includes(0)) return { ok: false, reason: "plan-unusable", detail: "boot file name" };
  const nameInField = name.length <= FILE_FIELD_LIMIT;
  const limit = answer.plan.omit?.includes("bootFileName") ? FILE_FIELD_LIMIT : BOOT_FILE_NAME_LIMIT;
  if (name.length > limit) return { ok: false, reason: "boot-file-too-long", detail: `${name.length} bytes` };
  if (!nameInField) notes.push("file-only-in-option-67");

  const options = new Map<number, Uint8Array>();
  const fault = addOptions(options, packet, client, answer, iface);
  if (fault !== undefined) return { ok: false, reason: "plan-unusable", detail: fault };
  addFurtherOptions(options, answer.plan, notes);
  echoRelayInformation(options, packet, notes);

  const ciaddr = hasAddress(packet) ? packet.ciaddr : UNSPECIFIED;
  // With neither yiaddr nor ciaddr only a broadcast arrives, from us or from the relay (RFC 2131 §4.1).
  const broadcast = ciaddr === UNSPECIFIED || packet.giaddr !== UNSPECIFIED;
  const reply: DhcpPacket = {
    op: BOOTREPLY,
    htype: packet.htype,
    hlen: packet.hlen,
    hops: 0,
    xid: packet.xid,
    secs: 0,
    flags: broadcast ? BROADCAST_FLAG : packet.flags & BROADCAST_FLAG,
    ciaddr,
    yiaddr: UNSPECIFIED,
    siaddr: answer.server,
    giaddr: packet.giaddr,
    chaddr: packet.chaddr,
    sname: field(64, encodeText(answer.server)),
    file: field(128, nameInField ? name : undefined),
    options,
  };
  return fitted(reply, options, Math.min(maximumReplyOctets(packet), largest), nameInField, notes);
}

/** Adds the options in the order of the packet. Returns the fault of a value that cannot be written. */
function addOptions(
  options: Map<number, Uint8Array>,
  packet: DhcpPacket,
  client: BootClient,
  answer: Answer,
  iface: ServedInterface,
): string | undefined {
  const { plan } = answer;
  const faults: string[] = [];
  const left = (name: OptionName) => plan.omit?.includes(name as OmittableOption) === true;
  const put = <N extends OptionName>(name: N, value: OptionValue<N> | undefined) => {
    if (value === undefined || left(name)) return;
    const encoded = encodeOption(name, value);
    if (encoded.ok) options.set(OPTIONS[name].code, encoded.bytes);
    else faults.push(`${name}: ${encoded.fault.expected}`);
  };
  const echo = (name: "clientMachineIdentifier" | "clientIdentifier", fits: (bytes: Uint8Array) => boolean) => {
    const bytes = packet.options.get(OPTIONS[name].code);
    if (bytes !== undefined && fits(bytes) && !left(name)) options.set(OPTIONS[name].code, bytes);
  };

  put("messageType", answer.kind === "offer" ? messageTypes.OFFER : messageTypes.ACK);
  put("serverIdentifier", iface.address);
  put("vendorClassIdentifier", client.matchedClass);
  // Some boot ROMs want it back; any other shape than 0 and a UUID is not repeated (RFC 4578 §2.3).
  echo("clientMachineIdentifier", (bytes) => bytes.length === 17 && bytes[0] === 0);
  // RFC 6842 §3; edk2 drops a reply in which it is shorter than 2.
  echo("clientIdentifier", (bytes) => bytes.length >= 2 && bytes.length <= 255);
  put("vendorSpecificInformation", answer.vendorOptions);
  const named = answer.bootFile !== undefined && answer.form !== "http";
  put("tftpServerName", named || answer.form === "raspberry-pi" ? answer.server : undefined);
  // With a NUL inside: edk2 writes one over the next option otherwise, and old ROMs read on into END.
  put("bootFileName", answer.bootFile);
  put("etherboot", client.ipxe !== undefined && plan.priority !== undefined ? { priority: plan.priority } : undefined);
  return faults[0];
}

function addFurtherOptions(options: Map<number, Uint8Array>, plan: BootPlan, notes: ReplyNote[]): void {
  for (const [code, value] of plan.options ?? []) {
    if (REFUSED.has(code) || options.has(code)) notes.push("option-refused");
    else options.set(code, value);
  }
}

/** RFC 3046 §2.2: echoed unchanged, or omitted, but never in parts. */
function echoRelayInformation(options: Map<number, Uint8Array>, packet: DhcpPacket, notes: ReplyNote[]): void {
  const bytes = packet.options.get(OPTIONS.relayAgentInformation.code);
  if (bytes === undefined) return;
  if (packet.giaddr === UNSPECIFIED) notes.push("relay-information-without-relay");
  if (bytes.length > 255) notes.push("relay-information-dropped");
  else options.set(OPTIONS.relayAgentInformation.code, bytes);
}

/** Options to omit until a reply fits, the least needed first. Option 67 only when `file` has the same name. */
const DROPPABLE: readonly (readonly [keyof typeof OPTIONS, ReplyNote])[] = [
  ["clientIdentifier", "client-identifier-dropped"],
  ["tftpServerName", "tftp-server-name-dropped"],
  ["bootFileName", "boot-file-name-dropped"],
  ["relayAgentInformation", "relay-information-dropped"],
];

function fitted(
  reply: DhcpPacket,
  options: Map<number, Uint8Array>,
  maximumOctets: number,
  nameInField: boolean,
  notes: ReplyNote[],
): BuiltReply {
  const attempt = () => encodePacket(reply, { maximumOctets });
  let encoded = attempt();
  for (const [name, note] of DROPPABLE) {
    if (encoded.ok || encoded.fault.code !== "packet-too-long") break;
    if (name === "bootFileName" && !nameInField) continue;
    if (!options.delete(OPTIONS[name].code)) continue;
    notes.push(note);
    encoded = attempt();
  }
  if (encoded.ok) return { ok: true, reply, bytes: encoded.bytes, notes };
  const reason = encoded.fault.code === "packet-too-long" ? "reply-too-large" : "plan-unusable";
  return { ok: false, reason, detail: faultText(encoded.fault) };
}

function field(octets: number, text: Uint8Array | undefined): Uint8Array {
  const bytes = new Uint8Array(octets);
  if (text !== undefined) bytes.set(text);
  return bytes;
}
