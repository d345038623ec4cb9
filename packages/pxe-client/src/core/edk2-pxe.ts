import { type DecodedPacket, DISCOVERY, fieldText } from "@bootlace/dhcp-core";
import { classify, collect, type OfferClass } from "./edk2-offers.ts";
import { edk2Voice } from "./edk2-voice.ts";
import { optionAddress, optionBytes, optionText, parsed, pxeOptions, UNSPECIFIED } from "./fields.ts";
import { type Asked, type Move, nothing, type Received } from "./message.ts";
import type { Model, PxeQuestion } from "./model.ts";
import { rejected, type Verdict } from "./reasons.ts";

/** How edk2's PXE Base Code collects, sorts and chooses offers, as far as a boot server can tell. */
export const edk2Pxe: Model = {
  name: "edk2-pxe",
  of: "edk2 PXE Base Code (OVMF and AAVMF 2022.11)",
  voice: edk2Voice({ vendorClass: "PXEClient", architecture: 7 }),
  judge,
  choose,
  judgeReply,
  judgeItem,
};

interface Offer {
  readonly packet: DecodedPacket;
  readonly proxy: boolean;
  readonly kind: OfferClass;
}

function judge(asked: Asked, offer: Received): Verdict {
  const collected = collect(asked, offer);
  if (!collected.ok) return rejected(collected.code);
  const { packet } = collected;
  const kind = classify(packet);
  const proxy = packet.yiaddr === UNSPECIFIED;
  if (kind === undefined) return rejected("mtftp-only");
  if (proxy && kind === "only") return rejected("proxy-without-class");
  return { accepted: true, as: proxy ? "proxy" : "lease" };
}

function choose(asked: Asked, received: readonly Received[]): Move {
  const offers: Offer[] = [];
  for (const one of received) {
    const collected = collect(asked, one);
    if (!collected.ok) continue;
    const { packet } = collected;
    const kind = classify(packet);
    if (kind !== undefined) offers.push({ packet, proxy: packet.yiaddr === UNSPECIFIED, kind });
  }
  if (offers.some(({ proxy, kind }) => proxy && kind === "only")) return nothing("proxy-without-class");
  const find = (proxy: boolean, kind: OfferClass) =>
    offers.find((offer) => offer.proxy === proxy && offer.kind === kind);
  const plain = find(false, "only");
  const dhcp10 = find(false, "pxe10");
  if (dhcp10 !== undefined) return useOffer(dhcp10.packet);
  const proxy10 = find(true, "pxe10");
  if (plain !== undefined && proxy10 !== undefined) return useOffer(proxy10.packet);
  const dhcpBinl = find(false, "binl");
  if (dhcpBinl !== undefined) return askFrom(dhcpBinl.packet);
  const proxyBinl = find(true, "binl");
  if (plain !== undefined && proxyBinl !== undefined) return askFrom(proxyBinl.packet);
  if (plain !== undefined && bootFile(plain.packet) !== "") return boot(plain.packet);
  return nothing(offers.some(({ proxy }) => !proxy) ? "no-combination" : "no-dhcp-offer");
}

function judgeReply({ request }: PxeQuestion, reply: Received, port: number): Move {
  if (port !== 4011) return nothing("wrong-port");
  const packet = parsed(reply);
  if (packet === undefined) return nothing("not-dhcp");
  if (packet.xid !== request.xid) return nothing("other-transaction");
  if ((optionBytes(packet, 53)[0] ?? 0) === 0) return nothing("no-message-type");
  if (classify(packet) === "pxe10") return useOffer(packet);
  return bootFile(packet) === "" ? nothing("no-menu-or-file") : boot(packet);
}

function judgeItem({ request }: PxeQuestion, reply: Received, port: number): Move {
  const packet = parsed(reply);
  if (port !== 4011) return nothing("wrong-port");
  if (packet === undefined) return nothing("not-dhcp");
  if (packet.xid !== request.xid) return nothing("other-transaction");
  if (optionBytes(packet, 53)[0] !== 5) return nothing("not-an-ack");
  if (pxeOptions(packet).bootItem?.type !== pxeOptions(request).bootItem?.type) {
    return nothing("other-boot-server-type");
  }
  return bootFile(packet) === "" ? nothing("no-boot-file") : boot(packet);
}

/** edk2 reads option 67 before the field `file`. */
function bootFile(packet: DecodedPacket): string {
  return optionText(packet, 67) || fieldText(packet.file);
}

function serverOf(packet: DecodedPacket): string {
  return packet.siaddr !== UNSPECIFIED ? packet.siaddr : optionAddress(packet, 54);
}

function askFrom(packet: DecodedPacket): Move {
  return { kind: "ask", server: serverOf(packet), port: 4011 };
}

function boot(packet: DecodedPacket): Move {
  const options = pxeOptions(packet);
  const listed = (options.discoveryControl ?? 0) & DISCOVERY.bootFileNow ? options.bootServers : undefined;
  return { kind: "boot", file: bootFile(packet), server: listed?.[0]?.addresses[0] ?? serverOf(packet) };
}

function useOffer(packet: DecodedPacket): Move {
  const options = pxeOptions(packet);
  const control = options.discoveryControl ?? 0;
  if (control & DISCOVERY.bootFileNow && bootFile(packet) !== "") return boot(packet);
  if (options.bootMenu === undefined) return nothing("remote-boot-cancelled");
  if ((control & DISCOVERY.noMulticast) === 0 && options.discoveryMulticastAddress === undefined) {
    return nothing("multicast-without-address");
  }
  const unlisted = options.bootMenu.some(
    ({ type }) => type !== 0 && options.bootServers?.every((server) => server.type !== type) === true,
  );
  if (unlisted) return nothing("type-not-in-server-list");
  const unicastOnly = (control & DISCOVERY.noBroadcast) !== 0 && (control & DISCOVERY.noMulticast) !== 0;
  const needed = options.bootMenu.some(({ type }) => type !== 0);
  if (unicastOnly && needed && options.bootServers === undefined) return nothing("no-way-to-a-server");
  return { kind: "menu", options, self: optionAddress(packet, 54) };
}
