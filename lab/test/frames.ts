import type { Datagram } from "../src/pcap.ts";

/** A DHCP message with the given fields and options, as bytes. */
export function dhcpMessage(
  op: number,
  xid: number,
  options: Readonly<Record<number, readonly number[] | string>>,
  yiaddr: readonly number[] = [0, 0, 0, 0],
): Uint8Array {
  const area = Object.entries(options).flatMap(([code, value]) => {
    const bytes = typeof value === "string" ? [...new TextEncoder().encode(value)] : value;
    return [Number(code), bytes.length, ...bytes];
  });
  const packet = new Uint8Array(240 + area.length + 1);
  const view = new DataView(packet.buffer);
  packet.set([op, 1, 6, 0]);
  view.setUint32(4, xid);
  packet.set(yiaddr, 16);
  view.setUint32(236, 0x63825363);
  packet.set([...area, 255], 240);
  return packet;
}

/** A datagram as a capture would give it. */
export function datagram(from: string, to: string, payload: Uint8Array): Datagram {
  const [source = "", sourcePort] = from.split(":");
  const [destination = "", destinationPort] = to.split(":");
  return {
    time: 1,
    sourceMac: "52:54:00:00:00:01",
    source,
    sourcePort: Number(sourcePort),
    destination,
    destinationPort: Number(destinationPort),
    payload,
    fragmented: false,
    whole: true,
  };
}

/** A frame: Ethernet, IPv4 with `words` words of header, UDP. `fragment` is the IPv4 flags and offset field. */
export function udpFrame(payload: Uint8Array, { words = 5, fragment = 0, protocol = 17 } = {}): Uint8Array {
  const header = words * 4;
  const frame = new Uint8Array(14 + header + 8 + payload.length);
  const view = new DataView(frame.buffer);
  frame.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 0xae, 0, 1, 8, 0]);
  frame.set([0x40 | words, 0, 0, 0, 0, 0, fragment >> 8, fragment & 255, 64, protocol], 14);
  frame.set([192, 168, 11, 109, 255, 255, 255, 255], 14 + 12);
  view.setUint16(14 + header, 67);
  view.setUint16(14 + header + 2, 68);
  view.setUint16(14 + header + 4, 8 + payload.length);
  frame.set(payload, 14 + header + 8);
  return frame;
}

/** A pcap file with one frame a second from second 10 on. */
export function pcapFile(
  frames: readonly Uint8Array[],
  { little = true, magic = 0xa1b2c3d4, link = 1 } = {},
): Uint8Array {
  const file = new Uint8Array(24 + frames.reduce((sum, frame) => sum + 16 + frame.length, 0));
  const view = new DataView(file.buffer);
  view.setUint32(0, magic, little);
  view.setUint32(20, link, little);
  let at = 24;
  for (const [index, frame] of frames.entries()) {
    view.setUint32(at, 10 + index, little);
    view.setUint32(at + 4, 500_000, little);
    view.setUint32(at + 8, frame.length, little);
    view.setUint32(at + 12, frame.length, little);
    file.set(frame, at + 16);
    at += 16 + frame.length;
  }
  return file;
}
