import type { DecodedPacket } from "@bootlace/dhcp-core";
import { parsed, UNSPECIFIED } from "./fields.ts";
import { type Asked, type Move, nothing, type Received } from "./message.ts";
import { type ReasonCode, rejected, type Verdict } from "./reasons.ts";

type Addressed =
  | { readonly ok: true; readonly packet: DecodedPacket }
  | { readonly ok: false; readonly code: ReasonCode };

/** A reply to this client from port 67: all that small firmware looks at before it reads options. */
function addressed(asked: Asked, offer: Received): Addressed {
  if (offer.source.port !== 67) return { ok: false, code: "wrong-source-port" };
  const packet = parsed(offer);
  if (packet === undefined) return { ok: false, code: "not-dhcp" };
  if (packet.op !== 2) return { ok: false, code: "not-a-reply" };
  if (packet.xid !== asked.xid) return { ok: false, code: "other-transaction" };
  const same = packet.chaddr.every((byte, at) => byte === asked.chaddr[at]);
  return same ? { ok: true, packet } : { ok: false, code: "other-client" };
}

/** What a proxy offer leads to; `bytes` are those of the whole datagram. */
export type UseProxyOffer = (packet: DecodedPacket, bytes: Uint8Array, asked: Asked) => Move;

/**
 * `judge` and `choose` of firmware that takes the first proxy offer it can use. `choose` looks at proxy offers only: it
 * may be asked about one alone.
 */
export function firstUsable(use: UseProxyOffer) {
  return {
    judge(asked: Asked, offer: Received): Verdict {
      const one = addressed(asked, offer);
      if (!one.ok) return rejected(one.code);
      if (one.packet.yiaddr !== UNSPECIFIED) return { accepted: true, as: "lease" };
      const move = use(one.packet, offer.bytes, asked);
      return move.kind === "nothing" ? rejected(move.code) : { accepted: true, as: "proxy" };
    },
    choose(asked: Asked, offers: readonly Received[]): Move {
      let code: ReasonCode = "no-proxy-offer";
      for (const offer of offers) {
        const one = addressed(asked, offer);
        if (!one.ok) {
          code = one.code;
          continue;
        }
        if (one.packet.yiaddr !== UNSPECIFIED) continue;
        const move = use(one.packet, offer.bytes, asked);
        if (move.kind !== "nothing") return move;
        code = move.code;
      }
      return nothing(code);
    },
  };
}
