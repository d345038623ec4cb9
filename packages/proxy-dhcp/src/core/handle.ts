import { type DecodeFault, type DhcpPacket, decodePacket, optionValue } from "@bootlace/dhcp-core";
import { admit } from "./admit.ts";
import { type BootClient, identify, isBootClass } from "./client.ts";
import type { Context, Datagram } from "./context.ts";
import { decide } from "./decide.ts";
import type { Answer, Decision, Ignored } from "./decision.ts";
import { type Destination, destinationOf } from "./destination.ts";
import type { SentReply } from "./events.ts";
import type { ServedInterface } from "./interfaces.ts";
import type { IgnoreReason } from "./reasons.ts";
import { buildReply } from "./reply.ts";
import { type BootRequest, readRequest } from "./request.ts";

/** A reply ready to be sent. */
export interface OutgoingReply extends SentReply {
  readonly bytes: Uint8Array;
  readonly via: Destination["via"];
}

export type Outcome =
  | { readonly kind: "undecodable"; readonly fault: DecodeFault }
  | {
      readonly kind: "packet";
      readonly request: DhcpPacket;
      readonly client?: BootClient;
      readonly decision: Decision;
      readonly replies: readonly OutgoingReply[];
    };

/** Boot clients send no more than an Ethernet frame holds. */
const LARGEST_REQUEST = 1500;
/** RFC 2131 §2: a reply no client refuses, and no amplification of a request. */
const SMALLEST_LIMIT = 548;

/** Whether a request that may be answered is answered now, before the chooser is asked. */
export type MayAnswer = (packet: DhcpPacket, client: BootClient, interfaces: readonly ServedInterface[]) => boolean;

/** One datagram, from its bytes to its replies: the whole responder except sockets and rate limits. */
export function handle(datagram: Datagram, context: Context, mayAnswer: MayAnswer = () => true): Outcome {
  const decoded = decodePacket(datagram.bytes);
  if (!decoded.ok) return { kind: "undecodable", fault: decoded.fault };
  const { packet } = decoded;
  const octets = datagram.bytes.length;
  if (octets > LARGEST_REQUEST) return silent(packet, undefined, "malformed", `${octets} bytes`);

  const identified = identify(packet, context.vendorClasses);
  if (!identified.ok) return silent(packet, undefined, identified.reason, identified.detail);
  const { client } = identified;
  const read = readRequest(packet, client, datagram.port, context.interfaces);
  if (!read.ok) return silent(packet, client, read.reason, read.detail);
  const messageType = optionValue(packet, "messageType") ?? 0;
  const admitted = admit(packet, messageType, datagram, context);
  if (!admitted.ok) return silent(packet, client, admitted.reason, admitted.detail);
  // Whoever is served by a vendor class of the user's own is no PXE client, and need not say what machine it is.
  const ownClass = client.archCodes.length === 0 && !isBootClass(client.matchedClass);
  if (client.arch === undefined && !ownClass && !context.serveUnknownArchitectures) {
    return client.archCodes.length === 0
      ? silent(packet, client, "architecture-missing")
      : silent(packet, client, "unknown-architecture", client.archCodes.join(", "));
  }

  if (!mayAnswer(packet, client, admitted.interfaces)) return silent(packet, client, "rate-limited");
  const replies: OutgoingReply[] = [];
  let ignored: Ignored | undefined;
  for (const iface of admitted.interfaces) {
    const result = answerOn(iface, packet, messageType, client, read.request, datagram, context);
    if (result.kind === "ignore") ignored ??= result;
    else replies.push(result.reply);
  }
  const decision = replies[0]?.decision ?? ignored ?? ({ kind: "ignore", reason: "no-interface" } as const);
  return { kind: "packet", request: packet, client, decision, replies };
}

function answerOn(
  iface: ServedInterface,
  packet: DhcpPacket,
  messageType: number,
  client: BootClient,
  request: BootRequest,
  datagram: Datagram,
  context: Context,
): Ignored | { kind: "reply"; reply: OutgoingReply } {
  const decision = decide(request, client, context.choose(client, iface), iface);
  if (decision.kind === "ignore") return decision;
  const largest =
    datagram.port === "pxe" ? Math.max(SMALLEST_LIMIT, 2 * datagram.bytes.length) : Number.POSITIVE_INFINITY;
  const built = buildReply(packet, client, decision, iface, largest);
  if (!built.ok) {
    const { reason, detail } = built;
    const { rule } = decision;
    return {
      kind: "ignore",
      reason,
      ...(rule === undefined ? {} : { rule }),
      ...(detail === undefined ? {} : { detail }),
    };
  }
  const answer: Answer = { ...decision, notes: built.notes };
  const { from, to, via } = destinationOf(packet, messageType, datagram, iface, context);
  return {
    kind: "reply",
    reply: {
      interfaceName: iface.name,
      from,
      to,
      via,
      reply: built.reply,
      octets: built.bytes.length,
      bytes: built.bytes,
      decision: answer,
    },
  };
}

function silent(request: DhcpPacket, client: BootClient | undefined, reason: IgnoreReason, detail?: string): Outcome {
  return {
    kind: "packet",
    request,
    ...(client === undefined ? {} : { client }),
    decision: { kind: "ignore", reason, ...(detail === undefined ? {} : { detail }) },
    replies: [],
  };
}
