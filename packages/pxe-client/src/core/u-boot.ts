import { fieldText } from "@bootlace/dhcp-core";
import { optionText, UNSPECIFIED } from "./fields.ts";
import { addressBytes, ascii, messageType, uint16 } from "./identity.ts";
import { nothing } from "./message.ts";
import type { Identity, MessageParts, Model } from "./model.ts";
import { firstUsable } from "./small-offers.ts";

/** U-Boot with CONFIG_SERVERIP_FROM_PROXYDHCP: siaddr and `file` of any offer without an address. */
export const uBoot: Model = {
  name: "u-boot",
  of: "U-Boot 2023.01 for arm64 with CONFIG_SERVERIP_FROM_PROXYDHCP",
  voice: {
    architecture: 22,
    options,
    fields: () => ({}),
    xid: () => "same",
    patience: [250, 500, 1000, 2000, 2000],
    collects: 0,
    pxePort: 68,
    tftp: { blockSize: 1468, windowSize: 1 },
  },
  ...firstUsable((packet) => {
    if (packet.htype !== 1 || packet.hlen !== 6) return nothing("other-client");
    const file = fieldText(packet.file) || optionText(packet, 67);
    if (file === "") return nothing("no-boot-file");
    return packet.siaddr === UNSPECIFIED ? nothing("no-server") : { kind: "boot", file, server: packet.siaddr };
  }),
  judgeReply: () => nothing("wrong-port"),
  judgeItem: () => nothing("wrong-port"),
};

function options(parts: MessageParts, who: Identity): Map<number, Uint8Array> {
  const made = new Map<number, Uint8Array>([
    [53, messageType(parts.purpose)],
    [57, uint16(576)],
  ]);
  if (parts.purpose === "request") made.set(54, addressBytes(parts.server)).set(50, addressBytes(parts.address));
  made.set(93, uint16(who.architecture ?? 22)).set(94, Uint8Array.of(1, 0, 0));
  return made.set(60, ascii("U-Boot.armv8")).set(55, Uint8Array.of(1, 3, 6, 12, 17));
}
