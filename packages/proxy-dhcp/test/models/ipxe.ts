import { type DecodedPacket, DISCOVERY, type PxeOptions } from "@bootlace/dhcp-core";
import { address, asText, nothing, octets, parsed, pxe, type Received, type Step, startsWith } from "./message.ts";

/** How iPXE picks a proxy offer and what it accepts on the PXE port. A model for tests. */
export function ipxe(discover: DecodedPacket, received: readonly Received[]): Step {
  const packets = received.flatMap((one) => {
    const packet = one.source.port === 67 || one.source.port === 4011 ? parsed(one) : undefined;
    return packet !== undefined && isMine(discover, packet) ? [{ packet, source: one.source.address }] : [];
  });
  const lease = packets.find(({ packet }) => packet.yiaddr !== "0.0.0.0");
  if (lease === undefined) return nothing("no DHCP offer");
  if (!startsWith(lease.packet, 60, "PXEClient") && fileName(lease.packet) !== "") return boot(lease.packet);
  const proxy = packets.filter(({ packet }) => startsWith(packet, 60, "PXEClient")).at(-1);
  if (proxy === undefined) return nothing("no proxy offer");
  const { packet, source } = proxy;
  if (hasPxeOptions(packet)) return bootOrMenu(packet);
  return { step: "ask", server: pseudoId(packet, source), port: 4011 };
}

/** A reply from the PXE port to its request there. */
export function ipxeReply(offerId: string, reply: Received, to: { port: number }): Step {
  const packet = parsed(reply);
  if (packet === undefined || to.port !== 68) return nothing("it listens on 68");
  if (reply.source.port !== 4011) return nothing("the source port must be 4011");
  const type = octets(packet, 53)[0];
  if (type !== 2 && type !== 5) return nothing("neither OFFER nor ACK");
  if (pseudoId(packet, reply.source.address) !== offerId) return nothing("another server than the offer's");
  return hasPxeOptions(packet) ? bootOrMenu(packet) : nothing("no PXE options");
}

/** A reply to boot server discovery; `menu` is option 43 of the offer. */
export function ipxeItemReply(request: DecodedPacket, menu: PxeOptions, reply: Received): Step {
  const packet = parsed(reply);
  if (packet === undefined || octets(packet, 53)[0] !== 5) return nothing("no ACK");
  if (reply.source.port !== 67 && reply.source.port !== 4011) return nothing("neither 67 nor 4011");
  const asked = pxe(request).bootItem?.type;
  if (pxe(packet).bootItem?.type !== asked) return nothing("another type of boot server");
  const listed = menu.bootServers?.find(({ type }) => type === asked)?.addresses ?? [];
  const only = ((menu.discoveryControl ?? 0) & DISCOVERY.onlyListedServers) !== 0;
  if (only && !listed.includes(reply.source.address)) return nothing("an unlisted boot server");
  return fileName(packet) === "" || packet.siaddr === "0.0.0.0" ? nothing("no boot file") : boot(packet);
}

function isMine(discover: DecodedPacket, packet: DecodedPacket): boolean {
  return packet.op === 2 && packet.xid === discover.xid && packet.chaddr.every((o, at) => o === discover.chaddr[at]);
}

/** iPXE reads `file` before option 67. */
function fileName(packet: DecodedPacket): string {
  return asText(packet.file) || asText(octets(packet, 67));
}

function pseudoId(packet: DecodedPacket, source: string): string {
  const server = address(octets(packet, 54));
  if (server !== "0.0.0.0") return server;
  return packet.siaddr !== "0.0.0.0" ? packet.siaddr : source;
}

function hasPxeOptions(packet: DecodedPacket): boolean {
  return (packet.siaddr !== "0.0.0.0" && fileName(packet) !== "") || pxe(packet).bootMenu !== undefined;
}

function bootOrMenu(packet: DecodedPacket): Step {
  const options = pxe(packet);
  const now = ((options.discoveryControl ?? 0) & DISCOVERY.bootFileNow) !== 0 && fileName(packet) !== "";
  if (options.bootMenu !== undefined && !now) {
    return { step: "menu", options, self: address(octets(packet, 54)) };
  }
  return boot(packet);
}

function boot(packet: DecodedPacket): Step {
  const file = fileName(packet);
  const host = /^[a-z]+:\/\/([^/:]+)/i.exec(file)?.[1];
  return { step: "boot", file, server: host ?? packet.siaddr };
}
