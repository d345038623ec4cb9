import type { Ipv4Address } from "./address.ts";
import { type OptionFault, optionFault } from "./faults.ts";
import { FILE_OCTETS, SNAME_OCTETS } from "./header.ts";
import { addressesOf } from "./mac.ts";
import { messageTypes } from "./message-types.ts";
import { encodeOptions, type OptionValues, optionValue } from "./option-values.ts";
import { BOOTREPLY, BROADCAST_FLAG, createPacket, type DhcpPacket } from "./packet.ts";
import { encodeText } from "./text.ts";

/** A packet, or what of it cannot be written. */
export type CreatedPacket =
  | { readonly ok: true; readonly packet: DhcpPacket }
  | {
      readonly ok: false;
      /** The field or the option that is wrong: `"mac"`, `"file"`, `"router"`. */
      readonly field: string;
      readonly fault: OptionFault;
    };

type HeaderFields = Omit<DhcpPacket, "op" | "chaddr" | "options" | "file" | "sname">;

export interface DiscoverFields extends Partial<Omit<HeaderFields, "xid" | "yiaddr" | "siaddr">> {
  /** In any spelling that `addressesOf` knows. */
  readonly mac: string;
  /** The client's own number for this exchange, 0 to 2³²-1; it picks one at random (RFC 2131 §4.4.1). */
  readonly xid: number;
  /** In the order in which they leave, behind the message type. A `messageType` replaces DISCOVER. */
  readonly options?: OptionValues;
}

/**
 * A DHCPDISCOVER as a client sends it (RFC 2131 §4.4.1, table 5): option 53 first, hardware type and length of Ethernet,
 * zeros in the address fields, and the broadcast flag, since a client without an address may not take unicast
 * (RFC 2131 §4.1). Any header field and `messageType` may be given, for the client's other messages.
 *
 * @returns a fault for a MAC address or an option value that cannot be written; numbers and addresses of the header are
 * checked by `encodePacket`
 */
export function createDiscover({ mac, options = {}, ...fields }: DiscoverFields): CreatedPacket {
  const addresses = addressesOf(mac);
  if (addresses === undefined) return failed("mac", "a MAC address");
  const encoded = encodeOptions({ messageType: messageTypes.DISCOVER, ...options });
  if (!encoded.ok) return { ok: false, field: encoded.option, fault: encoded.fault };
  const { chaddr } = addresses;
  return {
    ok: true,
    packet: createPacket({ flags: BROADCAST_FLAG, ...fields, chaddr, options: encoded.options }),
  };
}

export interface ReplyFields extends Partial<Omit<HeaderFields, "htype" | "hlen" | "xid" | "giaddr">> {
  /** Address of the server of the next step: for PXE the TFTP server (RFC 2131 §2). */
  readonly siaddr?: Ipv4Address;
  /** Server host name, at most 63 octets of UTF-8. */
  readonly sname?: string;
  /** Boot file name, at most 127 octets of UTF-8. */
  readonly file?: string;
  /** In the order in which they leave. A `messageType` replaces the one that answers the request. */
  readonly options?: OptionValues;
}

/**
 * A server's reply to a request (RFC 2131 §4.3.1, table 3): OFFER to a DISCOVER, ACK to a REQUEST or an INFORM, a reply
 * without option 53 to BOOTP (RFC 1534 §2). `xid`, `flags`, `giaddr`, hardware type and address come from the request,
 * `ciaddr` in an ACK too; options 61 and 82 go back as they came (RFC 6842 §3, RFC 3046 §2.2), 61 unless `options` has its
 * own. `secs` and `hops` are 0. A server identifier is the caller's to give: table 3 demands it.
 *
 * @returns a fault for a request that has no reply (RELEASE, DECLINE), a name too long for its field, or an option value
 * that cannot be written
 */
export function createReply(request: DhcpPacket, reply: ReplyFields = {}): CreatedPacket {
  const { sname = "", file = "", options = {}, ...fields } = reply;
  const asked = request.options.has(MESSAGE_TYPE) ? (optionValue(request, "messageType") ?? 0) : undefined;
  const messageType = options.messageType ?? (asked === undefined ? undefined : ANSWERS.get(asked));
  if (asked !== undefined && messageType === undefined) return failed("messageType", "a request that has a reply");
  const encoded = encodeOptions({ messageType, ...options });
  if (!encoded.ok) return { ok: false, field: encoded.option, fault: encoded.fault };
  const names = { sname: fieldOf(sname, SNAME_OCTETS), file: fieldOf(file, FILE_OCTETS) };
  if (names.sname === undefined) return failed("sname", "at most 63 octets of text without NUL");
  if (names.file === undefined) return failed("file", "at most 127 octets of text without NUL");

  for (const code of ECHOED) {
    const bytes = request.options.get(code);
    if (bytes !== undefined && !encoded.options.has(code)) encoded.options.set(code, bytes);
  }
  const { htype, hlen, xid, flags, giaddr, chaddr } = request;
  const ciaddr = messageType === messageTypes.ACK ? request.ciaddr : "0.0.0.0";
  return {
    ok: true,
    packet: createPacket({
      htype,
      hlen,
      xid,
      flags,
      ciaddr,
      giaddr,
      ...fields,
      op: BOOTREPLY,
      chaddr,
      sname: names.sname,
      file: names.file,
      options: encoded.options,
    }),
  };
}

const MESSAGE_TYPE = 53;
/** Client identifier, relay agent information. */
const ECHOED = [61, 82] as const;

const ANSWERS: ReadonlyMap<number, number> = new Map([
  [messageTypes.DISCOVER, messageTypes.OFFER],
  [messageTypes.REQUEST, messageTypes.ACK],
  [messageTypes.INFORM, messageTypes.ACK],
]);

/** A name with zeros behind it, at least one (RFC 2131 §2). */
function fieldOf(name: string, octets: number): Uint8Array | undefined {
  const text = encodeText(name);
  if (text === undefined || text.includes(0) || text.length >= octets) return undefined;
  const field = new Uint8Array(octets);
  field.set(text);
  return field;
}

function failed(field: string, expected: string): CreatedPacket {
  return { ok: false, field, fault: optionFault("bad-value", 0, expected).fault };
}
