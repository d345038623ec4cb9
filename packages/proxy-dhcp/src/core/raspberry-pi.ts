import { DISCOVERY, encodePxeOptions, formatHex } from "@bootlace/dhcp-core";

/** Hardware address prefixes of the Raspberry Pi makers' registrations. */
const OUIS: ReadonlySet<string> = new Set([
  "b8:27:eb",
  "dc:a6:32",
  "e4:5f:01",
  "d8:3a:dd",
  "28:cd:c1",
  "2c:cf:67",
  "88:a2:9e",
]);

const RPIBOOT = 41;

/** The input of the detection. `machineIdentifier` is option 97 as sent, its type byte included. */
export interface PiEvidence {
  readonly mac: string | undefined;
  readonly vendorClass: string;
  readonly archCodes: readonly number[];
  readonly machineIdentifier: Uint8Array | undefined;
}

/**
 * Whether a client is a Raspberry Pi's own boot ROM or EEPROM, which identifies itself as an x86 BIOS. UEFI and U-Boot on
 * the same board name their true architecture and are not meant.
 */
export function isRaspberryPi({ mac, vendorClass, archCodes, machineIdentifier }: PiEvidence): boolean {
  if (archCodes.includes(RPIBOOT)) return true;
  if (archCodes.some((code) => code !== 0)) return false;
  if (machineIdentifier !== undefined && (isFourcc(machineIdentifier) || isFilled(machineIdentifier, 0x44))) {
    return true;
  }
  return vendorClass.endsWith("UNDI:002001") && mac !== undefined && OUIS.has(mac.slice(0, 8));
}

/**
 * The serial number inside option 97, as the 8 digits that name a Pi's TFTP folder. Boards send it four times over,
 * or, with newer EEPROMs, after fourcc, board revision and MAC; little-endian in both forms. A Pi 3B's ROM sends 0x44
 * sixteen times, which is no serial.
 */
export function serialOf(machineIdentifier: Uint8Array | undefined): string | undefined {
  if (machineIdentifier?.length !== 17 || machineIdentifier[0] !== 0 || isFilled(machineIdentifier, 0x44)) {
    return undefined;
  }
  const last = machineIdentifier.subarray(13);
  const repeated = [1, 5, 9].every((at) => last.every((octet, i) => machineIdentifier[at + i] === octet));
  return isFourcc(machineIdentifier) || repeated ? formatHex(last.slice().reverse()) : undefined;
}

/** "RPi", of `RPi4` and its successors. */
function isFourcc(machineIdentifier: Uint8Array): boolean {
  return [0x00, 0x52, 0x50, 0x69].every((octet, at) => machineIdentifier[at] === octet);
}

function isFilled(machineIdentifier: Uint8Array, octet: number): boolean {
  return machineIdentifier.length === 17 && machineIdentifier.subarray(1).every((other) => other === octet);
}

/**
 * Option 43 as the ROM requires it: a menu whose only item is Raspberry Pi Boot. The Pi 3B counts the text wrong,
 * and three spaces behind it make up for that.
 */
export function raspberryPiOptions(): Uint8Array {
  const encoded = encodePxeOptions({
    discoveryControl: DISCOVERY.noBroadcast | DISCOVERY.noMulticast,
    menuPrompt: { timeout: 0, text: "PXE" },
    bootMenu: [{ type: 0, text: "Raspberry Pi Boot   " }],
  });
  if (!encoded.ok) throw new Error(`option 43 for Raspberry Pi: ${encoded.fault.expected}`);
  return encoded.bytes;
}
