import { formatHex, parseMac } from "@bootlace/dhcp-core";
import { optionBytes, optionText } from "./fields.ts";
import { addressBytes, ascii, messageType, uint16, vendorClass } from "./identity.ts";
import { nothing } from "./message.ts";
import type { Identity, MessageParts, Model } from "./model.ts";
import { firstUsable, type UseProxyOffer } from "./small-offers.ts";

const WORDS = ascii("Raspberry Pi Boot");
const PARAMETERS = Uint8Array.of(43, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135, 66);

/** Wants its words in option 43, takes the server from option 66 as text, and knows its file names itself. */
function useWith(files: (machine: Uint8Array) => readonly [string, ...string[]]): UseProxyOffer {
  return (packet, _bytes, asked) => {
    if (packet.hops !== 0) return nothing("relayed");
    if (!holds(optionBytes(packet, 43), WORDS)) return nothing("no-raspberry-pi-words");
    if (!optionText(packet, 60).startsWith("PXEClient")) return nothing("not-pxeclient");
    const server = optionText(packet, 66);
    if (server === "") return nothing("no-server");
    const [file, ...otherwise] = files(optionBytes(asked, 97));
    return { kind: "boot", file, server, ...(otherwise.length === 0 ? {} : { otherwise }) };
  };
}

function holds(bytes: Uint8Array, words: Uint8Array): boolean {
  for (let at = 0; at + words.length <= bytes.length; at++) {
    if (words.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}

const PI3_NO_SERIAL = new Uint8Array(17).fill(0x44).fill(0, 0, 1);

/** "RPi4", a board revision, four bytes of the MAC address, and a serial number made from three of them. */
function pi4Machine(mac: string): Uint8Array {
  const own = parseMac(mac) ?? new Uint8Array(6);
  return Uint8Array.of(
    0,
    ...ascii("RPi4"),
    0x11,
    0x31,
    0xc0,
    0,
    ...own.subarray(2),
    ...own.subarray(3).toReversed(),
    0x10,
  );
}

/** The serial number as file names have it: the last four bytes of option 97, which are little-endian. */
function serialOf(machine: Uint8Array): string {
  return formatHex(machine.slice(-4).toReversed());
}

function model(
  name: "raspberry-pi-3" | "raspberry-pi-4",
  of: string,
  machine: (mac: string) => Uint8Array,
  files: (machine: Uint8Array) => readonly [string, ...string[]],
): Model {
  return {
    name,
    of,
    voice: {
      architecture: 0,
      options: (parts, who) => options(parts, who, who.machine ?? machine(who.mac)),
      fields: () => ({ flags: 0x8000 }),
      xid: () => "same",
      patience: [1000, 2000, 4000, 8000],
      collects: 0,
      pxePort: 68,
      tftp: { blockSize: 1024, windowSize: 1 },
    },
    ...firstUsable(useWith(files)),
    judgeReply: () => nothing("wrong-port"),
    judgeItem: () => nothing("wrong-port"),
  };
}

function options(parts: MessageParts, who: Identity, machine: Uint8Array): Map<number, Uint8Array> {
  const { purpose } = parts;
  const made = new Map<number, Uint8Array>([[53, messageType(purpose)]]);
  if (purpose === "request") made.set(50, addressBytes(parts.address)).set(54, addressBytes(parts.server));
  made
    .set(55, PARAMETERS)
    .set(57, uint16(1472))
    .set(93, uint16(who.architecture ?? 0))
    .set(94, Uint8Array.of(1, 2, 1));
  // Where a Pi sends a REQUEST at all, option 60 is missing in it.
  if (purpose === "discover") made.set(60, vendorClass("PXEClient", who.architecture ?? 0, "002001"));
  return made.set(97, machine);
}

/** The boot ROM of the Raspberry Pi 3. */
export const raspberryPi3 = model(
  "raspberry-pi-3",
  "the boot ROM of the Raspberry Pi 3 (from reports; none was observed)",
  () => PI3_NO_SERIAL,
  () => ["bootcode.bin"],
);

/** The boot EEPROM of the Raspberry Pi 4: it looks into a folder with its serial number first. */
export const raspberryPi4 = model(
  "raspberry-pi-4",
  "the boot EEPROM of the Raspberry Pi 4 (from reports; none was observed)",
  pi4Machine,
  (machine) => [`${serialOf(machine)}/start4.elf`, "start4.elf"],
);
