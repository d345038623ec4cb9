import { type DecodedPacket, DISCOVERY, fieldText, type Ipv4Address } from "@bootlace/dhcp-core";
import { optionAddress, optionBytes, optionText, parsed, pxeOptions, UNSPECIFIED } from "./fields.ts";
import { ipxeVoice } from "./ipxe-voice.ts";
import { type Asked, type Move, nothing, type Received } from "./message.ts";
import type { Model, PxeQuestion } from "./model.ts";
import { type ReasonCode, rejected, type Verdict } from "./reasons.ts";

/** How iPXE picks a proxy offer and what it accepts on the PXE port. SeaBIOS machines under QEMU have it as their boot ROM. */
export const ipxe: Model = {
  name: "ipxe",
  of: "iPXE 1.0.0 of 2019, as QEMU's boot ROM (SeaBIOS) and as snponly.efi",
  voice: ipxeVoice,
  judge,
  choose,
  judgeReply,
  judgeItem,
};

type Mine = { readonly ok: true; readonly packet: DecodedPacket } | { readonly ok: false; readonly code: ReasonCode };

function mine(asked: Asked, received: Received): Mine {
  const { port } = received.source;
  if (port !== 67 && port !== 4011) return { ok: false, code: "wrong-source-port" };
  const packet = parsed(received);
  if (packet === undefined) return { ok: false, code: "not-dhcp" };
  if (packet.op !== 2) return { ok: false, code: "not-a-reply" };
  if (packet.xid !== asked.xid) return { ok: false, code: "other-transaction" };
  const same = packet.chaddr.every((byte, at) => byte === asked.chaddr[at]);
  return same ? { ok: true, packet } : { ok: false, code: "other-client" };
}

function judge(asked: Asked, offer: Received): Verdict {
  const one = mine(asked, offer);
  if (!one.ok) return rejected(one.code);
  if (one.packet.yiaddr !== UNSPECIFIED) return { accepted: true, as: "lease" };
  return isPxe(one.packet) ? { accepted: true, as: "proxy" } : rejected("not-pxeclient");
}

function choose(asked: Asked, received: readonly Received[]): Move {
  const packets = received.flatMap((one) => {
    const own = mine(asked, one);
    return own.ok ? [{ packet: own.packet, source: one.source.address }] : [];
  });
  const lease = packets.find(({ packet }) => packet.yiaddr !== UNSPECIFIED);
  if (lease === undefined) return nothing("no-dhcp-offer");
  if (!isPxe(lease.packet) && fileName(lease.packet) !== "") return boot(lease.packet);
  const proxy = packets.filter(({ packet }) => isPxe(packet)).at(-1);
  if (proxy === undefined) return nothing("no-proxy-offer");
  const { packet, source } = proxy;
  if (hasPxeOptions(packet)) return bootOrMenu(packet);
  return { kind: "ask", server: pseudoId(packet, source), port: 4011 };
}

function judgeReply({ server }: PxeQuestion, reply: Received, port: number): Move {
  const packet = parsed(reply);
  if (packet === undefined) return nothing("not-dhcp");
  if (port !== 68) return nothing("wrong-port");
  if (reply.source.port !== 4011) return nothing("wrong-source-port");
  const type = optionBytes(packet, 53)[0];
  if (type !== 2 && type !== 5) return nothing("not-an-ack");
  if (pseudoId(packet, reply.source.address) !== server) return nothing("other-server");
  return hasPxeOptions(packet) ? bootOrMenu(packet) : nothing("no-pxe-options");
}

function judgeItem({ request, menu = {} }: PxeQuestion, reply: Received): Move {
  const packet = parsed(reply);
  if (packet === undefined || optionBytes(packet, 53)[0] !== 5) return nothing("not-an-ack");
  if (reply.source.port !== 67 && reply.source.port !== 4011) return nothing("wrong-source-port");
  const asked = pxeOptions(request).bootItem?.type;
  if (pxeOptions(packet).bootItem?.type !== asked) return nothing("other-boot-server-type");
  const listed: readonly string[] = menu.bootServers?.find(({ type }) => type === asked)?.addresses ?? [];
  const only = ((menu.discoveryControl ?? 0) & DISCOVERY.onlyListedServers) !== 0;
  if (only && !listed.includes(reply.source.address)) return nothing("unlisted-server");
  return fileName(packet) === "" || packet.siaddr === UNSPECIFIED ? nothing("no-boot-file") : boot(packet);
}

function isPxe(packet: DecodedPacket): boolean {
  return optionText(packet, 60).startsWith("PXEClient");
}

/** iPXE reads the field `file` before option 67. */
function fileName(packet: DecodedPacket): string {
  return fieldText(packet.file) || optionText(packet, 67);
}

function pseudoId(packet: DecodedPacket, source: Ipv4Address): Ipv4Address {
  const server = optionAddress(packet, 54);
  if (server !== UNSPECIFIED) return server;
  return packet.siaddr !== UNSPECIFIED ? packet.siaddr : source;
}

function hasPxeOptions(packet: DecodedPacket): boolean {
  return (packet.siaddr !== UNSPECIFIED && fileName(packet) !== "") || pxeOptions(packet).bootMenu !== undefined;
}

function bootOrMenu(packet: DecodedPacket): Move {
  const options = pxeOptions(packet);
  const now = ((options.discoveryControl ?? 0) & DISCOVERY.bootFileNow) !== 0 && fileName(packet) !== "";
  if (options.bootMenu !== undefined && !now) return { kind: "menu", options, self: optionAddress(packet, 54) };
  return boot(packet);
}

function boot(packet: DecodedPacket): Move {
  const file = fileName(packet);
  const host = /^[a-z]+:\/\/([^/:]+)/i.exec(file)?.[1];
  return { kind: "boot", file, server: host ?? packet.siaddr };
}
