import type { DhcpPacket } from "@bootlace/dhcp-core";
import { type BootClient, machineId } from "./client.ts";
import type { Context, Datagram } from "./context.ts";
import type { ProxyDhcpEvent } from "./events.ts";
import { handle, type OutgoingReply } from "./handle.ts";
import { UNSPECIFIED } from "./interfaces.ts";
import type { Limiter, Taken } from "./limits.ts";
import type { Tally } from "./tally.ts";

/** The result for one datagram: replies to send, and at most one event to report. */
export interface Response {
  readonly replies: readonly OutgoingReply[];
  readonly event?: ProxyDhcpEvent;
  /** Takes how long the whole of it took, in milliseconds. */
  readonly spent?: (milliseconds: number) => void;
}

/**
 * {@link handle} with rate limits, totals and events. The limits are asked before the chooser is, whose rules may be many.
 * `now` is in milliseconds.
 */
export function respond(datagram: Datagram, context: Context, limiter: Limiter, tally: Tally, now: number): Response {
  tally.received();
  const { port, source, arrival } = datagram;
  let taken: Taken | undefined;
  let asked = 0;
  const outcome = handle(datagram, context, (request, client, interfaces) => {
    // All clients without an address share 0.0.0.0, and all behind a relay share its address.
    const relayed = port === "dhcp" && request.giaddr !== UNSPECIFIED;
    const shared = source.address === UNSPECIFIED || relayed;
    asked = interfaces.length;
    taken = limiter.take(
      {
        mac: machineKey(request, client),
        transaction: transactionOf(datagram),
        xid: request.xid,
        ...(shared ? {} : { source: source.address }),
        isKnown: () => context.isKnown?.(client) === true,
        replies: asked,
      },
      now,
    );
    return taken.ok;
  });
  const seen = { time: now, port, source, octets: datagram.bytes.length };
  if (outcome.kind === "undecodable") {
    tally.ignored("malformed");
    return { replies: [], event: { type: "undecodable", ...seen, fault: outcome.fault } };
  }

  const { request, client, decision, replies } = outcome;
  if (taken?.ok === false) {
    tally.ignored("rate-limited");
    return taken.report === undefined
      ? { replies: [] }
      : { replies: [], event: { type: "limited", time: now, ...taken.report } };
  }
  taken?.giveBack(asked - replies.length);
  if (decision.kind === "ignore") tally.ignored(decision.reason);
  for (const { decision: answer } of replies) tally.sent(answer.kind);
  const interfaceName = port === "pxe" ? arrival?.name : undefined;
  return {
    replies,
    ...(taken === undefined ? {} : { spent: taken.spent }),
    event: {
      type: "packet",
      ...seen,
      ...(interfaceName === undefined ? {} : { interfaceName }),
      request,
      ...(client === undefined ? {} : { client }),
      decision,
      replies: replies.map(({ bytes: _bytes, via: _via, ...sent }) => sent),
    },
  };
}

/**
 * What is asked, and from where: whoever forges all of it has the reply sent to the machine that he forged. Relays count
 * in `hops`, and clients in `secs` (RFC 2131 §2).
 */
function transactionOf({ port, bytes, source }: Datagram): string {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  const from = `${port} ${source.address}:${source.port} ${bytes.length}`;
  return `${from} ${text(0, HOPS)}${text(HOPS + 1, SECS)}${text(SECS + 2, COMPARED)}`;
}

const HOPS = 3;
const SECS = 8;
/** Bytes: no client sends more. What is remembered of a datagram of 64 KiB is no more than of any other. */
const COMPARED = 1024;

/** One machine: by its hardware address; InfiniBand sends none, but options 61 or 97 (RFC 4390 §2.1). */
function machineKey(request: DhcpPacket, client: BootClient | undefined): string {
  return machineId(request) || (client?.uuid ?? "");
}
