import { field, latin1, startsWith, u16le, u32le, utf16 } from "./bytes.ts";
import { type ImageFault, ImageFaultError } from "./fault.ts";
import type { Reader } from "./reader.ts";

/** One volume descriptor that describes a tree of folders (ECMA-119, 8.4 and 8.5). */
export interface IsoVolume {
  readonly joliet: boolean;
  readonly label: string;
  readonly systemId: string;
  readonly publisher: string;
  readonly application: string;
  /** Bytes of the volume as it says. */
  readonly size: number;
  /** Bytes of a logical block: 2048, and in theory 512 or 1024. */
  readonly blockSize: number;
  /** The record of the root folder, 34 bytes. */
  readonly root: Uint8Array;
  /** Byte in the image where that record is. */
  readonly rootOffset: number;
  /** When it was made, as `YYYY-MM-DD-hh-mm-ss-cc`: what GRUB and Linux call its UUID. */
  readonly uuid: string;
}

/** What the descriptors of an image say, from sector 16 on. */
export interface Descriptors {
  readonly volumes: readonly IsoVolume[];
  /** Sector of the El Torito boot catalog. */
  readonly bootCatalog?: number;
  /** The sequence of UDF is there: NSR02 or NSR03 (ECMA-167, 2/9.1). */
  readonly nsr: boolean;
  readonly faults: readonly ImageFault[];
}

const sector = 2048;
const firstSector = 16;
const mostDescriptors = 64;
const mostEmpty = 8;

/**
 * Reads the volume descriptors (ECMA-119, 8; ECMA-167, 2/8).
 */
export async function readDescriptors(reader: Reader): Promise<Descriptors> {
  const volumes: IsoVolume[] = [];
  const faults: ImageFault[] = [];
  let bootCatalog: number | undefined;
  let nsr = false;
  let empty = 0;
  for (let index = 0; index < mostDescriptors; index++) {
    const offset = (firstSector + index) * sector;
    if (offset + sector > reader.size) break;
    const bytes = await reader.bytes(offset, sector);
    const id = latin1(bytes.subarray(1, 6));
    if (id === "NSR02" || id === "NSR03") nsr = true;
    else if (id === "CD001") {
      const type = bytes[0];
      try {
        if (type === 0 && startsWith(bytes, 7, "EL TORITO SPECIFICATION")) bootCatalog ??= u32le(bytes, 71);
        else if (type === 1 || (type === 2 && isJoliet(bytes))) volumes.push(readVolume(bytes, offset));
      } catch (error) {
        if (!(error instanceof ImageFaultError)) throw error;
        faults.push(error.fault);
      }
    } else if (!/^(BEA01|TEA01|BOOT2|CDW02)$/.test(id)) {
      // With blocks of 4096 bytes there is nothing in every other sector (ECMA-167, 2/8.2).
      if (id !== "\0\0\0\0\0" || ++empty > mostEmpty) break;
    }
  }
  return { volumes, nsr, faults, ...(bootCatalog === undefined ? {} : { bootCatalog }) };
}

/** UCS-2 levels 1 to 3 (Joliet specification, "SVD Escape Sequences Field"). */
function isJoliet(bytes: Uint8Array): boolean {
  return bytes[88] === 0x25 && bytes[89] === 0x2f && [0x40, 0x43, 0x45].includes(bytes[90] ?? 0);
}

function readVolume(bytes: Uint8Array, offset: number): IsoVolume {
  const joliet = bytes[0] === 2;
  const text = (from: number, to: number) => {
    const part = bytes.subarray(from, to);
    return joliet ? utf16(part, "big").replace(/[\0 ]+$/, "") : field(part);
  };
  const blockSize = u16le(bytes, 128);
  if (![512, 1024, 2048].includes(blockSize)) {
    throw new ImageFaultError({ code: "bad-record", offset: offset + 128, detail: `blocks of ${blockSize} bytes` });
  }
  const digits = latin1(bytes.subarray(830, 846));
  const made = /^\d{16}$/.test(digits) && !/^0+$/.test(digits) ? digits : latin1(bytes.subarray(813, 829));
  return {
    joliet,
    label: text(40, 72),
    systemId: text(8, 40),
    publisher: text(318, 446),
    application: text(574, 702),
    size: u32le(bytes, 80) * blockSize,
    blockSize,
    root: bytes.slice(156, 190),
    rootOffset: offset + 156,
    uuid: made.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3-$4-$5-$6-$7"),
  };
}
