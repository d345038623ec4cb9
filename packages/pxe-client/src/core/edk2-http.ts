import { fieldText } from "@bootlace/dhcp-core";
import { collect } from "./edk2-offers.ts";
import { edk2Voice } from "./edk2-voice.ts";
import { optionText, UNSPECIFIED } from "./fields.ts";
import { type Asked, type Move, nothing, type Received } from "./message.ts";
import type { Model } from "./model.ts";
import { type ReasonCode, rejected, type Verdict } from "./reasons.ts";

/** edk2's UEFI HTTP Boot: one complete offer; DNS counts only when the DHCP server names a DNS server. */
export const edk2Http: Model = {
  name: "edk2-http",
  of: "edk2 HTTP Boot (OVMF and AAVMF 2022.11)",
  voice: edk2Voice({ vendorClass: "HTTPClient", architecture: 16 }),
  judge,
  choose,
  judgeReply: () => nothing("wrong-port"),
  judgeItem: () => nothing("wrong-port"),
};

type Uri =
  | { readonly ok: true; readonly uri: string; readonly host: string }
  | { readonly ok: false; readonly code: ReasonCode };

/** The URI of a packet that its option 60 marks as meant for HTTP Boot. Option 67 comes before the field `file`. */
function uriOf(packet: Parameters<typeof optionText>[0] & { readonly file: Uint8Array }): Uri {
  if (!optionText(packet, 60).startsWith("HTTPClient")) return { ok: false, code: "not-httpclient" };
  const uri = optionText(packet, 67) || fieldText(packet.file);
  const host = /^https?:\/\/([^/:]+)(?::[0-9]+)?\/\S*$/.exec(uri)?.[1];
  return host === undefined ? { ok: false, code: "no-uri" } : { ok: true, uri, host };
}

function judge(asked: Asked, offer: Received): Verdict {
  const collected = collect(asked, offer);
  if (!collected.ok) return rejected(collected.code);
  if (collected.packet.yiaddr !== UNSPECIFIED) return { accepted: true, as: "lease" };
  const uri = uriOf(collected.packet);
  return uri.ok ? { accepted: true, as: "proxy" } : rejected(uri.code);
}

function choose(asked: Asked, received: readonly Received[]): Move {
  const packets = received.flatMap((one) => {
    const collected = collect(asked, one);
    return collected.ok ? [collected.packet] : [];
  });
  const lease = packets.find(({ yiaddr, options }) => yiaddr !== UNSPECIFIED && !options.has(60));
  if (lease === undefined) return nothing("no-dhcp-offer");
  let code: ReasonCode = "no-proxy-offer";
  for (const packet of packets) {
    if (packet.yiaddr !== UNSPECIFIED) continue;
    const uri = uriOf(packet);
    if (!uri.ok) {
      code = uri.code;
      continue;
    }
    const literal = /^[0-9]+(?:\.[0-9]+){3}$/.test(uri.host);
    if (literal || lease.options.has(6)) return { kind: "boot", file: uri.uri, server: uri.host };
    code = "name-without-dns";
  }
  return nothing(code);
}
