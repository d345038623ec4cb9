import { readFileSync } from "node:fs";
import { must } from "./failure.ts";
import { locate } from "./packages.ts";

const RISCV64 = 0x5064;
const SECTION = 40;

/**
 * The UEFI program that U-Boot for RISC-V carries in itself for its `bootefi hello`: there is no other for this
 * processor in this Debian.
 */
export function ubootHello(): Uint8Array {
  const firmware = readFileSync(locate("ubootRiscv64"));
  for (let at = firmware.indexOf("MZ"); at !== -1; at = firmware.indexOf("MZ", at + 1)) {
    const size = programSize(firmware.subarray(at));
    if (size !== undefined) return firmware.subarray(at, at + size);
  }
  must(false, "U-Boot for RISC-V carries no UEFI program");
}

/** How long a PE image for 64-bit RISC-V is: to the end of its last section (PE format, "Section Table"). */
function programSize(image: Buffer): number | undefined {
  if (image.length < 0x40) return undefined;
  const header = image.readUInt32LE(0x3c);
  if (header > 0x400 || image.toString("latin1", header, header + 4) !== "PE\0\0") return undefined;
  if (image.readUInt16LE(header + 4) !== RISCV64) return undefined;
  const table = header + 24 + image.readUInt16LE(header + 20);
  const ends = Array.from({ length: image.readUInt16LE(header + 6) }, (_, index) => {
    const section = table + index * SECTION;
    return image.readUInt32LE(section + 16) + image.readUInt32LE(section + 20);
  });
  return Math.max(...ends);
}
