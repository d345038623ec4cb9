import { type DecodedPacket, DISCOVERY } from "@bootlace/dhcp-core";
import { asText, nothing, octets, parsed, pxe, type Received, type Step, startsWith } from "./message.ts";

/** An old BIOS boot ROM: boots at once from an offer that says so, and reads `file` and siaddr only. */
export function biosRom(discover: DecodedPacket, offer: Received): Step {
  const packet = offerFor(discover, offer);
  if (packet === undefined || !startsWith(packet, 60, "PXEClient")) return nothing("no PXE offer");
  if (offer.bytes.length < 300) return nothing("too short");
  const now = ((pxe(packet).discoveryControl ?? 0) & DISCOVERY.bootFileNow) !== 0;
  const file = asText(packet.file);
  if (!now || file === "") return nothing("PXE-E53 or a request on 4011");
  return packet.siaddr === "0.0.0.0" ? nothing("no server") : { step: "boot", file, server: packet.siaddr };
}

/** The Raspberry Pi's ROM: wants its words in option 43 and takes the server from option 66, as text. */
export function raspberryPi(discover: DecodedPacket, offer: Received): Step {
  const packet = offerFor(discover, offer);
  if (packet === undefined || packet.hops !== 0) return nothing("no offer");
  const words = Buffer.from(octets(packet, 43)).includes("Raspberry Pi Boot");
  if (!words || !startsWith(packet, 60, "PXEClient")) return nothing("not meant for a Raspberry Pi");
  const server = asText(octets(packet, 66));
  return server === "" ? nothing("no option 66") : { step: "boot", file: "bootcode.bin", server };
}

/** U-Boot with CONFIG_SERVERIP_FROM_PROXYDHCP: siaddr and `file` of any offer without an address. */
export function uBoot(discover: DecodedPacket, offer: Received): Step {
  const packet = offerFor(discover, offer);
  if (packet === undefined || packet.htype !== 1 || packet.hlen !== 6) return nothing("no offer");
  const file = asText(packet.file) || asText(octets(packet, 67));
  return packet.siaddr === "0.0.0.0" || file === ""
    ? nothing("no server or file")
    : { step: "boot", file, server: packet.siaddr };
}

function offerFor(discover: DecodedPacket, offer: Received): DecodedPacket | undefined {
  const packet = offer.source.port === 67 ? parsed(offer) : undefined;
  if (packet === undefined || packet.op !== 2 || packet.xid !== discover.xid || packet.yiaddr !== "0.0.0.0") {
    return undefined;
  }
  return packet.chaddr.every((octet, at) => octet === discover.chaddr[at]) ? packet : undefined;
}
