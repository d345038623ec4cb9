import {
  BROADCAST_FLAG,
  createPacket,
  type DhcpPacket,
  encodePacket,
  type Ipv4Address,
  parseMac,
} from "@bootlace/dhcp-core";
import { UNSPECIFIED } from "./fields.ts";
import { ascii } from "./identity.ts";
import type { Identity, MessageParts, Model } from "./model.ts";

/** A message as firmware sends it: the packet, for comparing replies with, and its bytes. */
export interface Composed {
  readonly packet: DhcpPacket;
  readonly bytes: Uint8Array;
}

export interface Composing extends MessageParts {
  readonly xid: number;
  /** Address the client has by now. */
  readonly ciaddr?: Ipv4Address;
  /** Ask for the reply by broadcast, also where the firmware would not (RFC 2131 §4.1). */
  readonly broadcast?: boolean;
}

/**
 * The message of a model, as bytes: the DISCOVER of PXE 2.1 table 2-1, the REQUEST to the DHCP server, the request to a
 * PXE port. Throws a RangeError for a MAC address that is none.
 */
export function compose(model: Model, who: Identity, parts: Composing): Composed {
  const mac = parseMac(who.mac);
  if (mac?.length !== 6) throw new RangeError(`mac: ${JSON.stringify(who.mac)} is not a MAC address`);
  const chaddr = new Uint8Array(16);
  chaddr.set(mac);
  const { voice } = model;
  const { xid, ciaddr = UNSPECIFIED } = parts;
  const fields = { ...voice.fields(parts), ...(parts.broadcast ? { flags: BROADCAST_FLAG } : {}) };
  const packet = createPacket({ xid, ciaddr, chaddr, ...fields, options: voice.options(parts, who) });
  return { packet, bytes: encoded(packet) };
}

function encoded(packet: DhcpPacket): Uint8Array {
  const made = encodePacket(packet);
  if (!made.ok) throw new RangeError(`the message cannot be encoded: ${made.fault.code}`);
  return made.bytes;
}

/** What a made-up PXE client says. */
export interface CustomDiscover {
  readonly mac: string;
  readonly xid: number;
  /** Option 60. */
  readonly vendorClass: string;
  /** Option 93. */
  readonly architecture: number;
  /** The 16 bytes of option 97 behind its type; made from the MAC address when absent. */
  readonly machine?: readonly number[];
  /** Option 94: type, major, minor; UNDI 3.0 when absent. */
  readonly networkInterface?: readonly [number, number, number];
  /** Option 55. */
  readonly parameters?: readonly number[];
}

/** A DISCOVER with what PXE 2.1 table 2-1 demands, the broadcast flag and values of your own: for firmware without a model. */
export function pxeDiscover(client: CustomDiscover): Uint8Array {
  const { mac, xid, vendorClass, architecture } = client;
  const hardware = parseMac(mac) ?? new Uint8Array(6);
  const options = new Map<number, Uint8Array>([
    [53, Uint8Array.of(1)],
    [55, Uint8Array.from(client.parameters ?? [1, 3, 43, 60, 66, 67])],
    [57, Uint8Array.of(0x05, 0xc0)],
    [60, ascii(vendorClass)],
    [93, Uint8Array.of(architecture >> 8, architecture & 255)],
    [94, Uint8Array.from(client.networkInterface ?? [1, 3, 0])],
    [97, Uint8Array.of(0, ...(client.machine ?? [...hardware, ...new Array<number>(10).fill(7)]))],
  ]);
  return discover(hardware, xid, options);
}

/** A DISCOVER of a machine that does not boot from the network (RFC 2131 §4.4.1). */
export function ordinaryDiscover(mac: string, xid: number, vendorClass?: string): Uint8Array {
  const options = new Map<number, Uint8Array>([[53, Uint8Array.of(1)]]);
  if (vendorClass !== undefined) options.set(60, ascii(vendorClass));
  options.set(55, Uint8Array.of(1, 3, 6, 15, 26, 28, 51, 58, 59));
  return discover(parseMac(mac) ?? new Uint8Array(6), xid, options);
}

function discover(hardware: Uint8Array, xid: number, options: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const chaddr = new Uint8Array(16);
  chaddr.set(hardware);
  return encoded(createPacket({ xid, flags: BROADCAST_FLAG, chaddr, options }));
}
