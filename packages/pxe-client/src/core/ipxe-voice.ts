import { parseMac } from "@bootlace/dhcp-core";
import { addressBytes, ascii, bootItem, machineIdentifier, messageType, uint16, vendorClass } from "./identity.ts";
import type { Identity, MessageParts, Voice } from "./model.ts";

const PARAMETERS = Uint8Array.of(
  ...[1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203],
);

/** Option 175 of QEMU's ROM for an Intel e1000: its bus identifier, version 1.0.0 and what it was built with. */
const ROM_FEATURES = Uint8Array.of(
  ...[0xb1, 5, 1, 0x80, 0x86, 0x10, 0x0e, 0xeb, 3, 1, 0, 0, 0x17, 1, 1, 0x22, 1, 1, 0x13, 1, 1, 0x11, 1, 1],
  ...[0x27, 1, 1, 0x19, 1, 1, 0x29, 1, 1, 0x10, 1, 2, 0x21, 1, 1, 0x15, 1, 1, 0x18, 1, 1, 0x12, 1, 1],
);
/** Option 175 of snponly.efi on a virtio card. */
const EFI_FEATURES = Uint8Array.of(
  ...[0xb1, 5, 1, 0x1a, 0xf4, 0x10, 0, 0xeb, 3, 1, 0, 0, 0x17, 1, 1, 0x24, 1, 1],
  ...[0x13, 1, 1, 0x11, 1, 1, 0x27, 1, 1, 0x29, 1, 1, 0x15, 1, 1, 0x12, 1, 1],
);

/** `secs` is what this version counts, whatever the clock says. */
const SECS = { discover: 4, request: 11, pxe: 15, item: 4 } as const;

function options(parts: MessageParts, who: Identity): Map<number, Uint8Array> {
  const { purpose } = parts;
  const architecture = who.architecture ?? 0;
  const bios = architecture === 0;
  const named = vendorClass("PXEClient", architecture, bios ? "002001" : "003010");
  const made = new Map<number, Uint8Array>([
    [53, messageType(purpose)],
    [57, uint16(1472)],
    [93, uint16(architecture)],
    [94, bios ? Uint8Array.of(1, 2, 1) : Uint8Array.of(1, 3, 10)],
    [60, purpose === "item" ? ascii("PXEClient") : named],
    [77, ascii("iPXE")],
    [55, PARAMETERS],
    [175, bios ? ROM_FEATURES : EFI_FEATURES],
    [61, Uint8Array.of(1, ...(parseMac(who.mac) ?? []))],
    [97, machineIdentifier(who)],
  ]);
  if (purpose === "request" || purpose === "pxe") made.set(54, addressBytes(parts.server));
  if (purpose === "request") made.set(50, addressBytes(parts.address));
  if (purpose === "item") made.set(43, bootItem(parts));
  return made;
}

/** How iPXE speaks. */
export const ipxeVoice: Voice = {
  architecture: 0,
  options,
  fields: ({ purpose }) => ({
    secs: SECS[purpose],
    flags: purpose === "pxe" || purpose === "item" ? 0x8000 : 0,
  }),
  xid: ({ purpose }) => (purpose === "item" ? 0 : "same"),
  // config/dhcp.h: from 1 s, doubling, up to 10 s.
  patience: [1000, 2000, 4000, 8000, 10_000],
  collects: 0,
  pxePort: 68,
  tftp: { blockSize: 1432, windowSize: 1 },
};
