import { formatIpv4 } from "./address.ts";
import type { DecodeFault } from "./faults.ts";
import { AT, CHADDR_OCTETS, FILE_OCTETS, MAGIC_COOKIE, readUint16, readUint32, SNAME_OCTETS, view } from "./header.ts";
import { joinPieces, note, type OptionArea, OVERLOAD, readRegion } from "./option-area.ts";
import type { DecodedPacket, PacketNote } from "./packet.ts";

export type DecodeResult =
  | { readonly ok: true; readonly packet: DecodedPacket }
  | { readonly ok: false; readonly fault: DecodeFault };

const NO_NOTES: readonly PacketNote[] = Object.freeze([]);

/**
 * Reads one UDP payload (RFC 2131 §2). Work is linear in its length and nothing throws.
 *
 * `chaddr`, `sname`, `file` and the options are views of `bytes`: whoever reuses the buffer copies first.
 * Options are joined in the order options, file, sname (RFC 3396 §5), of which the last two count only when
 * option 52 says so; option 52 itself becomes a note.
 */
export function decodePacket(bytes: Uint8Array): DecodeResult {
  if (bytes.length < AT.options) return failed({ code: "too-short", at: bytes.length, needed: AT.options });
  if (readUint32(bytes, AT.cookie) !== MAGIC_COOKIE) return failed({ code: "bad-cookie", at: AT.cookie });
  const hlen = bytes[AT.hlen] as number;
  if (hlen > CHADDR_OCTETS) return failed({ code: "bad-hlen", at: AT.hlen, hlen });

  const area: OptionArea = { options: new Map(), pieces: undefined, notes: undefined };
  const fault = readRegion(area, bytes, "options", AT.options, bytes.length);
  if (fault !== undefined) return failed(fault);

  let fileHeldOptions = false;
  let snameHeldOptions = false;
  const overload = area.options.get(OVERLOAD);
  if (overload !== undefined) {
    const value = overload[0] ?? 0;
    if (overload.length !== 1 || value < 1 || value > 3 || area.pieces?.has(OVERLOAD)) {
      return failed({ code: "bad-overload", at: overload.byteOffset - bytes.byteOffset - 2, bytes: overload });
    }
    area.options.delete(OVERLOAD);
    note(area, { code: "overload", value });
    fileHeldOptions = (value & 1) !== 0;
    snameHeldOptions = (value & 2) !== 0;
    const inFields =
      (fileHeldOptions ? readRegion(area, bytes, "file", AT.file, AT.file + FILE_OCTETS) : undefined) ??
      (snameHeldOptions ? readRegion(area, bytes, "sname", AT.sname, AT.sname + SNAME_OCTETS) : undefined);
    if (inFields !== undefined) return failed(inFields);
  }
  joinPieces(area);

  return {
    ok: true,
    packet: {
      op: bytes[AT.op] as number,
      htype: bytes[AT.htype] as number,
      hlen,
      hops: bytes[AT.hops] as number,
      xid: readUint32(bytes, AT.xid),
      secs: readUint16(bytes, AT.secs),
      flags: readUint16(bytes, AT.flags),
      ciaddr: formatIpv4(readUint32(bytes, AT.ciaddr)),
      yiaddr: formatIpv4(readUint32(bytes, AT.yiaddr)),
      siaddr: formatIpv4(readUint32(bytes, AT.siaddr)),
      giaddr: formatIpv4(readUint32(bytes, AT.giaddr)),
      chaddr: view(bytes, AT.chaddr, CHADDR_OCTETS),
      sname: snameHeldOptions ? new Uint8Array(SNAME_OCTETS) : view(bytes, AT.sname, SNAME_OCTETS),
      file: fileHeldOptions ? new Uint8Array(FILE_OCTETS) : view(bytes, AT.file, FILE_OCTETS),
      options: area.options,
      notes: area.notes ?? NO_NOTES,
    },
  };
}

function failed(fault: DecodeFault): DecodeResult {
  return { ok: false, fault };
}
