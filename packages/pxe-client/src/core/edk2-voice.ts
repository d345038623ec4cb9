import { addressBytes, bootItem, machineIdentifier, messageType, uint16, vendorClass } from "./identity.ts";
import type { Identity, MessageParts, Voice } from "./model.ts";

const COMMON = [1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60];
const PXE_PARAMETERS = [...COMMON, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135];
/** 235 in place of 66, as captured from HTTP Boot 2022.11. */
const HTTP_PARAMETERS = [...COMMON, 235, 67, 97];

/** PXE 2.1 §2.2.2. */
const PATIENCE = [4000, 8000, 16_000, 32_000];

/** How edk2's DHCP, PXE and HTTP Boot drivers speak. */
export function edk2Voice(of: {
  readonly vendorClass: "PXEClient" | "HTTPClient";
  readonly architecture: number;
}): Voice {
  const http = of.vendorClass === "HTTPClient";
  const parameters = Uint8Array.from(http ? HTTP_PARAMETERS : PXE_PARAMETERS);
  const undi = Uint8Array.of(1, 3, 0);

  function options(parts: MessageParts, who: Identity): Map<number, Uint8Array> {
    const { purpose } = parts;
    const architecture = who.architecture ?? of.architecture;
    const arch: [number, Uint8Array] = [93, uint16(architecture)];
    const named: [number, Uint8Array] = [60, vendorClass(of.vendorClass, architecture, "003000")];
    const machine: [number, Uint8Array] = [97, machineIdentifier(who)];
    const type: [number, Uint8Array] = [53, messageType(purpose)];
    const size: [number, Uint8Array] = [57, uint16(1472)];
    if (purpose === "pxe" || purpose === "item") {
      const item: [number, Uint8Array][] = purpose === "item" ? [[43, bootItem(parts)]] : [];
      return new Map([...item, type, [55, parameters], size, named, arch, [94, undi], machine]);
    }
    const rest: [number, Uint8Array][] = [[55, parameters], machine, [94, undi], arch, named];
    if (purpose === "discover") return new Map([type, size, ...rest]);
    const asked: [number, Uint8Array][] = [
      [54, addressBytes(parts.server)],
      [50, addressBytes(parts.address)],
    ];
    // The size in the REQUEST of its PXE driver, as captured: 65280.
    const requestSize: [number, Uint8Array] = http ? size : [57, uint16(0xff00)];
    return new Map([type, ...asked, requestSize, ...rest]);
  }

  return {
    architecture: of.architecture,
    options,
    fields: ({ purpose }) => (purpose === "discover" || purpose === "request" ? { flags: 0x8000 } : {}),
    xid: ({ purpose }) => (purpose === "discover" || purpose === "request" ? "same" : "new"),
    patience: PATIENCE,
    // Its DHCP driver collects offers for the whole of the first wait.
    collects: 4000,
    pxePort: 4011,
    tftp: { blockSize: 1468, windowSize: 4 },
  };
}
