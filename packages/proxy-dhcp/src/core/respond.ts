import type { DhcpPacket } from "@bootlace/dhcp-core";
import { type BootClient, machineId } from "./client.ts";
import type { Context, Datagram } from "./context.ts";
import type { ProxyDhcpEvent } from "./events.ts";
import { handle, type OutgoingReply } from "./handle.ts";
import { UNSPECIFIED } from "./interfaces.ts";
import type { Limiter } from "./limits.ts";
import type { Tally } from "./tally.ts";

/** The result for one datagram: replies to send, and at most one event to report. */
export interface Response {
  readonly replies: readonly OutgoingReply[];
  readonly event?: ProxyDhcpEvent;
}

/** {@link handle} with rate limits, totals and events. `now` is in milliseconds. */
export function respond(datagram: Datagram, context: Context, limiter: Limiter, tally: Tally, now: number): Response {
  tally.received();
  const { port, source, arrival } = datagram;
  const outcome = handle(datagram, context);
  const seen = { time: now, port, source, octets: datagram.bytes.length };
  if (outcome.kind === "undecodable") {
    tally.ignored("malformed");
    return { replies: [], event: { type: "undecodable", ...seen, fault: outcome.fault } };
  }

  const { request, client, decision, replies } = outcome;
  if (replies.length > 0) {
    // All clients without an address share 0.0.0.0, and all behind a relay share its address.
    const relayed = port === "dhcp" && request.giaddr !== UNSPECIFIED;
    const shared = source.address === UNSPECIFIED || relayed;
    const mac = machineKey(request, client);
    const taken = limiter.take({ mac, ...(shared ? {} : { source: source.address }) }, now);
    if (!taken.ok) {
      tally.ignored("rate-limited");
      return taken.report === undefined
        ? { replies: [] }
        : { replies: [], event: { type: "limited", time: now, ...taken.report } };
    }
  }
  if (decision.kind === "ignore") tally.ignored(decision.reason);
  for (const { decision: answer } of replies) tally.sent(answer.kind);
  const interfaceName = port === "pxe" ? arrival?.name : undefined;
  return {
    replies,
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

/** One machine: by its hardware address; InfiniBand sends none, but options 61 or 97 (RFC 4390 §2.1). */
function machineKey(request: DhcpPacket, client: BootClient | undefined): string {
  return machineId(request) || (client?.uuid ?? "");
}
