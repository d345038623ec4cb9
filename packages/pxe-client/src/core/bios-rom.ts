import { DISCOVERY, fieldText } from "@bootlace/dhcp-core";
import { optionAddress, optionBytes, optionText, parsed, pxeOptions, UNSPECIFIED } from "./fields.ts";
import { addressBytes, bootItem, machineIdentifier, messageType, uint16, vendorClass } from "./identity.ts";
import { type Move, nothing, type Received } from "./message.ts";
import type { Identity, MessageParts, Model, PxeQuestion } from "./model.ts";
import { firstUsable } from "./small-offers.ts";

/** PXE 2.1 table 2-1 demands at least this much of a client; an Intel ROM asks for little more. */
const PARAMETERS = Uint8Array.of(
  1,
  2,
  3,
  5,
  6,
  11,
  12,
  13,
  16,
  17,
  18,
  43,
  54,
  60,
  66,
  67,
  128,
  129,
  130,
  131,
  132,
  133,
  134,
  135,
);

/**
 * An old BIOS boot ROM by PXE 2.1, of which none was at hand: it boots at once from an offer that says so, else it asks at
 * 4011. It reads the field `file` and siaddr only, and nothing shorter than 300 bytes.
 */
export const biosRom: Model = {
  name: "bios-rom",
  of: "a BIOS boot ROM by PXE 2.1 (from the specification and reports; none was observed)",
  voice: {
    architecture: 0,
    options,
    fields: () => ({ flags: 0x8000 }),
    xid: () => "same",
    // PXE 2.1 §2.2.2.
    patience: [4000, 8000, 16_000, 32_000],
    collects: 0,
    pxePort: 68,
    tftp: { blockSize: 1456, windowSize: 1 },
  },
  ...firstUsable((packet, bytes) => {
    if (!optionText(packet, 60).startsWith("PXEClient")) return nothing("not-pxeclient");
    if (bytes.length < 300) return nothing("too-short");
    const now = ((pxeOptions(packet).discoveryControl ?? 0) & DISCOVERY.bootFileNow) !== 0;
    if (now) return bootFrom(packet);
    const server = packet.siaddr === UNSPECIFIED ? optionAddress(packet, 54) : packet.siaddr;
    return server === UNSPECIFIED ? nothing("no-server") : { kind: "ask", server, port: 4011 };
  }),
  judgeReply,
  judgeItem: judgeReply,
};

function judgeReply({ request }: PxeQuestion, reply: Received, port: number): Move {
  const packet = parsed(reply);
  if (packet === undefined) return nothing("not-dhcp");
  if (port !== 68) return nothing("wrong-port");
  if (packet.xid !== request.xid) return nothing("other-transaction");
  return optionBytes(packet, 53)[0] === 5 ? bootFrom(packet) : nothing("not-an-ack");
}

function bootFrom(packet: { readonly file: Uint8Array; readonly siaddr: string }): Move {
  const file = fieldText(packet.file);
  if (file === "") return nothing("no-boot-file");
  return packet.siaddr === UNSPECIFIED ? nothing("no-server") : { kind: "boot", file, server: packet.siaddr };
}

function options(parts: MessageParts, who: Identity): Map<number, Uint8Array> {
  const architecture = who.architecture ?? 0;
  const made = new Map<number, Uint8Array>([[53, messageType(parts.purpose)]]);
  if (parts.purpose === "request") made.set(50, addressBytes(parts.address)).set(54, addressBytes(parts.server));
  made.set(55, PARAMETERS).set(57, uint16(1472)).set(97, machineIdentifier(who)).set(93, uint16(architecture));
  made.set(94, Uint8Array.of(1, 2, 1)).set(60, vendorClass("PXEClient", architecture, "002001"));
  if (parts.purpose === "item") made.set(43, bootItem(parts));
  return made;
}
