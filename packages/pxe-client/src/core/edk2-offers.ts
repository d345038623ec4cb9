import type { DecodedPacket } from "@bootlace/dhcp-core";
import { optionBytes, optionText, parsed, pxeOptions } from "./fields.ts";
import { type Asked, type Received, sameClient } from "./message.ts";
import type { ReasonCode } from "./reasons.ts";

/** The receive buffer of edk2's DHCP driver, in bytes of UDP payload. */
const LARGEST = 1472;

export type Collected =
  | { readonly ok: true; readonly packet: DecodedPacket }
  | { readonly ok: false; readonly code: ReasonCode };

/** What edk2's DHCP driver keeps of all datagrams that arrive: both PXE and HTTP Boot see only these. */
export function collect(asked: Asked, received: Received): Collected {
  if (received.source.port !== 67) return fault("wrong-source-port");
  if (received.bytes.length > LARGEST) return fault("too-long");
  const packet = parsed(received);
  if (packet === undefined) return fault("not-dhcp");
  if (packet.op !== 2) return fault("not-a-reply");
  if (packet.xid !== asked.xid) return fault("other-transaction");
  if (packet.notes.some(({ code }) => code === "no-end")) return fault("no-end");
  if (!sameClient(asked, packet)) return fault("other-client");
  const type = optionBytes(packet, 53);
  if (type.length !== 1 || type[0] !== 2) return fault("not-an-offer");
  const server = optionBytes(packet, 54);
  if (server.length !== 4 || server.every((byte) => byte === 0)) return fault("no-server-identifier");
  const identifier = packet.options.get(61);
  if (identifier !== undefined && identifier.length < 2) return fault("bad-client-identifier");
  return { ok: true, packet: withNulWritten(packet) };
}

function fault(code: ReasonCode): Collected {
  return { ok: false, code };
}

/** A boot file name without NUL gets one written behind it: over the code of the next option, which is lost. */
function withNulWritten(packet: DecodedPacket): DecodedPacket {
  const codes = [...packet.options.keys()];
  const next = codes[codes.indexOf(67) + 1];
  if (!packet.options.has(67) || next === undefined || optionBytes(packet, 67).at(-1) === 0) return packet;
  const options = new Map(packet.options);
  options.delete(next);
  return { ...packet, options };
}

/** How edk2's PXE driver sorts offers: `pxe10` has boot discovery options, `binl` asks for a request on 4011. */
export type OfferClass = "pxe10" | "binl" | "only";

export function classify(packet: DecodedPacket): OfferClass | undefined {
  if (!optionText(packet, 60).startsWith("PXEClient")) return "only";
  const options = pxeOptions(packet);
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
