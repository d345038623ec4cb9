import { type DecodedPacket, DISCOVERY } from "@bootlace/dhcp-core";
import { address, asText, nothing, octets, parsed, pxe, type Received, type Step, startsWith } from "./message.ts";

/**
 * How edk2's PXE and HTTP Boot drivers collect, classify and choose offers, as far as a proxyDHCP server can tell.
 * A model for tests: it accepts what the firmware accepts.
 */
type Class = "pxe10" | "binl" | "only";

interface Offer {
  readonly packet: DecodedPacket;
  readonly proxy: boolean;
  readonly kind: Class;
}

const LARGEST = 1472;

export function edk2Pxe(discover: DecodedPacket, received: readonly Received[]): Step {
  const offers: Offer[] = [];
  for (const one of received) {
    const packet = collected(discover, one);
    if (packet === undefined) continue;
    const kind = classify(packet);
    if (kind !== undefined) offers.push({ packet, proxy: packet.yiaddr === "0.0.0.0", kind });
  }
  if (offers.some(({ proxy, kind }) => proxy && kind === "only")) {
    return nothing("a proxy offer without option 60 leaves the firmware with an index into an empty list");
  }
  const find = (proxy: boolean, kind: Class) => offers.find((offer) => offer.proxy === proxy && offer.kind === kind);
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
  return nothing("no acceptable combination of offers");
}

/** The reply to its request on the PXE port; the step is what it does with it. */
export function edk2PxeReply(request: DecodedPacket, reply: Received, to: { port: number }): Step {
  if (to.port !== 4011) return nothing("it listens on 4011");
  const packet = parsed(reply);
  if (packet === undefined || packet.xid !== request.xid) return nothing("not its transaction");
  if ((octets(packet, 53)[0] ?? 0) === 0) return nothing("option 53 is missing");
  const kind = classify(packet);
  if (kind === "pxe10") return useOffer(packet);
  return bootFile(packet) === "" ? nothing("neither menu nor boot file in the reply") : boot(packet);
}

/** The reply to a boot server request for a menu item. */
export function edk2ItemReply(request: DecodedPacket, reply: Received, to: { port: number }): Step {
  const asked = pxe(request).bootItem;
  const packet = parsed(reply);
  if (to.port !== 4011 || packet === undefined) return nothing("not to its port");
  if (packet.xid !== request.xid || octets(packet, 53)[0] !== 5) return nothing("not an ACK of its transaction");
  if (pxe(packet).bootItem?.type !== asked?.type) return nothing("another type of boot server");
  return bootFile(packet) === "" ? nothing("no boot file") : boot(packet);
}

/** What the DHCP driver keeps of all datagrams that arrive. */
function collected(discover: DecodedPacket, received: Received): DecodedPacket | undefined {
  if (received.source.port !== 67 || received.bytes.length > LARGEST) return undefined;
  const packet = parsed(received);
  if (packet === undefined || packet.op !== 2 || packet.xid !== discover.xid) return undefined;
  if (packet.notes.some(({ code }) => code === "no-end")) return undefined;
  const mine = discover.chaddr.subarray(0, packet.hlen);
  if (packet.hlen !== discover.hlen || !mine.every((octet, at) => packet.chaddr[at] === octet)) return undefined;
  if (octets(packet, 53)[0] !== 2 || octets(packet, 53).length !== 1) return undefined;
  const server = octets(packet, 54);
  if (server.length !== 4 || server.every((octet) => octet === 0)) return undefined;
  const identifier = packet.options.get(61);
  return identifier !== undefined && identifier.length < 2 ? undefined : withNulWritten(packet);
}

/** A boot file name without NUL gets one written behind it: over the code of the next option, which is lost. */
function withNulWritten(packet: DecodedPacket): DecodedPacket {
  const codes = [...packet.options.keys()];
  const next = codes[codes.indexOf(67) + 1];
  if (!packet.options.has(67) || next === undefined || octets(packet, 67).at(-1) === 0) return packet;
  const options = new Map(packet.options);
  options.delete(next);
  return { ...packet, options };
}

function classify(packet: DecodedPacket): Class | undefined {
  if (!startsWith(packet, 60, "PXEClient")) return "only";
  const options = pxe(packet);
  const pxe10 = [
    options.discoveryControl,
    options.discoveryMulticastAddress,
    options.bootServers,
    options.bootMenu,
    options.menuPrompt,
  ].some((one) => one !== undefined);
  if (pxe10) return "pxe10";
  const mtftp = [options.mtftpAddress, options.mtftpClientPort, options.mtftpServerPort, options.mtftpTimeout];
  return [...mtftp, options.mtftpDelay].every((one) => one !== undefined) ? undefined : "binl";
}

function bootFile(packet: DecodedPacket): string {
  return asText(octets(packet, 67)) || asText(packet.file);
}

function serverOf(packet: DecodedPacket): string {
  return packet.siaddr !== "0.0.0.0" ? packet.siaddr : address(octets(packet, 54));
}

function askFrom(packet: DecodedPacket): Step {
  return { step: "ask", server: serverOf(packet), port: 4011 };
}

function boot(packet: DecodedPacket): Step {
  const listed = (pxe(packet).discoveryControl ?? 0) & DISCOVERY.bootFileNow ? pxe(packet).bootServers : undefined;
  return { step: "boot", file: bootFile(packet), server: listed?.[0]?.addresses[0] ?? serverOf(packet) };
}

function useOffer(packet: DecodedPacket): Step {
  const options = pxe(packet);
  const control = options.discoveryControl ?? 0;
  if (control & DISCOVERY.bootFileNow && bootFile(packet) !== "") return boot(packet);
  if (options.bootMenu === undefined) return nothing("PXE-E21: remote boot cancelled");
  if ((control & DISCOVERY.noMulticast) === 0 && options.discoveryMulticastAddress === undefined) {
    return nothing("discovery by multicast to 0.0.0.0");
  }
  const unlisted = options.bootMenu.filter(
    ({ type }) => type !== 0 && options.bootServers?.every((server) => server.type !== type) === true,
  );
  if (unlisted.length > 0) return nothing("a type of the menu is not in the boot server list");
  const unicastOnly = (control & DISCOVERY.noBroadcast) !== 0 && (control & DISCOVERY.noMulticast) !== 0;
  const needed = options.bootMenu.some(({ type }) => type !== 0);
  if (unicastOnly && needed && options.bootServers === undefined) return nothing("no way to find a boot server");
  return { step: "menu", options, self: address(octets(packet, 54)) };
}

/** HTTP Boot: one complete offer, chosen beside a DHCP server that names no DNS server unless it does. */
export function edk2Http(discover: DecodedPacket, received: readonly Received[]): Step {
  const packets = received.flatMap((one) => collected(discover, one) ?? []);
  const lease = packets.find(({ yiaddr, options }) => yiaddr !== "0.0.0.0" && !options.has(60));
  if (lease === undefined) return nothing("no DHCP offer");
  for (const packet of packets) {
    if (packet.yiaddr !== "0.0.0.0" || !startsWith(packet, 60, "HTTPClient")) continue;
    const uri = asText(octets(packet, 67)) || asText(packet.file);
    const host = /^https?:\/\/([^/:]+)(?::[0-9]+)?\/\S*$/.exec(uri)?.[1];
    if (host === undefined) continue;
    const literal = /^[0-9]+(?:\.[0-9]+){3}$/.test(host);
    if (literal || lease.options.has(6)) return { step: "boot", file: uri, server: host };
  }
  return nothing("no HTTPClient offer with a URI it can use");
}
