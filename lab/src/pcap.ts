/** One UDP datagram over IPv4 as a capture shows it. Addresses are dotted decimal, the time is in seconds. */
export interface Datagram {
  readonly time: number;
  readonly sourceMac: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
  /** RFC 791 3.1: more fragments follow; this is the first. */
  readonly fragmented: boolean;
  /** RFC 791 3.1: nobody on the way may make fragments of it. */
  readonly whole: boolean;
}

export type ParsedCapture =
  | { readonly ok: true; readonly datagrams: readonly Datagram[]; readonly frames: number }
  | { readonly ok: false; readonly fault: { readonly code: string; readonly at: number } };

const ETHERNET = 1;
const FRAME_HEADER = 16;

/**
 * Reads a classic pcap file (microseconds or nanoseconds, either byte order, link type Ethernet) and gives its UDP
 * datagrams over IPv4. Other frames and later fragments are counted and left out. A frame cut short at the end of
 * the file, as a capture that was killed leaves it, ends the list without a fault.
 */
export function parsePcap(bytes: Uint8Array): ParsedCapture {
  if (bytes.length < 24) return { ok: false, fault: { code: "short-header", at: bytes.length } };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const named = little ? magic : view.getUint32(0, false);
  if (named !== 0xa1b2c3d4 && named !== 0xa1b23c4d) return { ok: false, fault: { code: "not-pcap", at: 0 } };
  if (view.getUint32(20, little) !== ETHERNET) return { ok: false, fault: { code: "not-ethernet", at: 20 } };
  const fraction = named === 0xa1b23c4d ? 1e9 : 1e6;
  const datagrams: Datagram[] = [];
  let frames = 0;
  for (let at = 24; at + FRAME_HEADER <= bytes.length; ) {
    const captured = view.getUint32(at + 8, little);
    const start = at + FRAME_HEADER;
    if (start + captured > bytes.length) break;
    frames++;
    const time = view.getUint32(at, little) + view.getUint32(at + 4, little) / fraction;
    const datagram = readFrame(bytes.subarray(start, start + captured), time);
    if (datagram) datagrams.push(datagram);
    at = start + captured;
  }
  return { ok: true, datagrams, frames };
}

function readFrame(frame: Uint8Array, time: number): Datagram | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 14 + 20 + 8 || view.getUint16(12) !== 0x0800 || view.getUint8(14) >> 4 !== 4) return undefined;
  const header = (view.getUint8(14) & 15) * 4;
  const udp = 14 + header;
  // RFC 791 3.1: protocol 17 is UDP; a fragment offset other than 0 has no UDP header.
  if (view.getUint8(14 + 9) !== 17 || (view.getUint16(14 + 6) & 0x1fff) !== 0 || frame.length < udp + 8)
    return undefined;
  const length = view.getUint16(udp + 4);
  return {
    time,
    sourceMac: [...frame.subarray(6, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join(":"),
    source: frame.subarray(14 + 12, 14 + 16).join("."),
    sourcePort: view.getUint16(udp),
    destination: frame.subarray(14 + 16, 14 + 20).join("."),
    destinationPort: view.getUint16(udp + 2),
    payload: frame.subarray(udp + 8, Math.min(frame.length, udp + length)),
    fragmented: (view.getUint8(14 + 6) & 0x20) !== 0,
    whole: (view.getUint8(14 + 6) & 0x40) !== 0,
  };
}
