import { networkOf, type Subnet } from "@bootlace/boot-source";
import {
  createPacket,
  type DecodedPacket,
  type DhcpPacket,
  decodePacket,
  encodePacket,
  messageTypes,
} from "@bootlace/dhcp-core";
import { type BootClient, identify } from "../src/core/client.ts";
import { type Context, type Datagram, defaultPorts } from "../src/core/context.ts";
import type { Answer, Ignored } from "../src/core/decision.ts";
import type { ServicePort } from "../src/core/events.ts";
import { handle, type Outcome, type OutgoingReply } from "../src/core/handle.ts";
import type { Endpoint, ServedInterface } from "../src/core/interfaces.ts";
import type { BootPlan, Choose, Ignore } from "../src/core/plan.ts";

/** Bytes from hexadecimal; blanks are for the eye. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replace(/\s/g, ""), "hex"));
}

export function toHex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : Buffer.from(bytes).toString("hex");
}

/** The server of the vectors. */
export const lan: ServedInterface = { name: "eth0", address: "192.168.1.10", netmask: "255.255.255.0" };
/** The boot server of the captures. */
export const captureLan: ServedInterface = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };

const HEADER = "01010600 39a0f3d1 00008000";
const V24 =
  "35 01 01 39 02 05 c0 37 0e 01 03 2b 3c 42 43 80 81 82 83 84 85 86 87" +
  "61 11 00 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff 5e 03 01 03 10 5d 02 00 07" +
  "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 37 3a 55 4e 44 49 3a 30 30 33 30 31 36 ff";

/** A DISCOVER as an edk2 x64 machine sends it. */
export const discoverOctets = datagramOf(V24);

/** A datagram with these bytes behind the cookie. */
export function datagramOf(options: string, header = HEADER): Uint8Array {
  const area = hex(options);
  const bytes = new Uint8Array(240 + area.length);
  bytes.set(hex(header));
  bytes.set(hex("525400123456"), 28);
  bytes.set(hex("63825363"), 236);
  bytes.set(area, 240);
  return bytes;
}

export function decoded(bytes: Uint8Array): DecodedPacket {
  const result = decodePacket(bytes);
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.packet;
}

/** Changes to make on the DISCOVER of the vectors; an option given as `undefined` is taken away. */
export interface Changes extends Partial<Omit<DhcpPacket, "options">> {
  readonly options?: Readonly<Record<number, string | Uint8Array | undefined>>;
}

export function requestWith({ options = {}, ...fields }: Changes = {}): DhcpPacket {
  const packet = decoded(discoverOctets);
  const changed = new Map(packet.options);
  for (const [code, value] of Object.entries(options)) {
    if (value === undefined) changed.delete(Number(code));
    else changed.set(Number(code), typeof value === "string" ? hex(value) : value);
  }
  return createPacket({ ...packet, ...fields, options: changed });
}

export function octetsOf(packet: DhcpPacket): Uint8Array {
  const result = encodePacket(packet, { longOptions: "split" });
  if (!result.ok) throw new Error(JSON.stringify(result.fault));
  return result.bytes;
}

export function subnet(range: string): Subnet {
  const read = networkOf(range);
  if (read === undefined) throw new Error(range);
  return read;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function clientOf(packet: DhcpPacket, vendorClasses?: readonly string[]): BootClient {
  const result = identify(packet, vendorClasses);
  if (!result.ok) throw new Error(result.reason);
  return result.client;
}

export const type = {
  discover: toHex(Uint8Array.of(messageTypes.DISCOVER)),
  request: toHex(Uint8Array.of(messageTypes.REQUEST)),
  inform: toHex(Uint8Array.of(messageTypes.INFORM)),
} as const;

export interface Scene extends Partial<Omit<Context, "choose">> {
  readonly plan?: BootPlan | Ignore | Omit<BootPlan, "kind">;
  readonly choose?: Choose;
  readonly port?: ServicePort;
  readonly source?: Endpoint;
  readonly arrival?: ServedInterface;
  readonly device?: string;
}

/** Everything a decision depends on, with the vectors' server and one boot file unless the scene says otherwise. */
export function contextOf(scene: Scene = {}): Context {
  const plan = scene.plan ?? { file: "ipxe.efi" };
  return {
    choose: scene.choose ?? (() => ("kind" in plan ? plan : { kind: "boot", ...plan })),
    interfaces: scene.interfaces ?? [lan],
    ports: scene.ports ?? defaultPorts,
    relays: scene.relays ?? new Set(),
    clientSubnets: scene.clientSubnets ?? [],
    vendorClasses: scene.vendorClasses ?? [],
    serveUnknownArchitectures: scene.serveUnknownArchitectures ?? false,
  };
}

export function datagramIn(request: DhcpPacket | Uint8Array, scene: Scene = {}): Datagram {
  const port = scene.port ?? "dhcp";
  const { interfaces = [lan] } = scene;
  const arrival = scene.arrival ?? (port === "pxe" ? interfaces[0] : undefined);
  return {
    bytes: request instanceof Uint8Array ? request : octetsOf(request),
    port,
    localPort: port === "pxe" ? 4011 : 67,
    source:
      scene.source ?? (port === "pxe" ? { address: "192.168.1.57", port: 4011 } : { address: "0.0.0.0", port: 68 }),
    ...(arrival === undefined ? {} : { arrival }),
    ...(scene.device === undefined ? {} : { device: scene.device }),
  };
}

export function outcomeOf(request: DhcpPacket | Uint8Array, scene: Scene = {}): Outcome {
  return handle(datagramIn(request, scene), contextOf(scene));
}

/** The one reply to a request; silence fails the test. */
export function replyTo(request: DhcpPacket | Uint8Array, scene: Scene = {}): OutgoingReply & { decision: Answer } {
  const outcome = outcomeOf(request, scene);
  if (outcome.kind !== "packet" || outcome.replies[0] === undefined) throw new Error(JSON.stringify(outcome));
  return outcome.replies[0];
}

/** Why a request got no reply; a reply fails the test. */
export function silenceOf(request: DhcpPacket | Uint8Array, scene: Scene = {}): Ignored["reason"] {
  const outcome = outcomeOf(request, scene);
  if (outcome.kind === "undecodable") return "malformed";
  if (outcome.decision.kind !== "ignore" || outcome.replies.length > 0) throw new Error("there was a reply");
  return outcome.decision.reason;
}

/** The options of a reply as it is on the wire, in order, as [code, bytes in hexadecimal]. */
export function wireOptions(reply: OutgoingReply): [number, string][] {
  return Array.from(decoded(reply.bytes).options, ([code, bytes]) => [code, toHex(bytes)]);
}
