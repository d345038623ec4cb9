/** What a crafted client says. */
export interface DiscoverOptions {
  readonly mac: string;
  readonly xid: number;
  /** Option 60. */
  readonly vendorClass: string;
  /** Option 93. */
  readonly architecture: number;
  /** The 16 octets of option 97 behind its type; by default made from the MAC. */
  readonly machine?: readonly number[];
  /** Option 94: type, major, minor. */
  readonly networkInterface?: readonly [number, number, number];
  /** Option 55. */
  readonly parameters?: readonly number[];
}

/** A DHCPDISCOVER of a PXE client (PXE 2.1 table 2-1) with the broadcast flag, as octets. */
export function craftDiscover(client: DiscoverOptions): Uint8Array {
  const { xid, vendorClass, architecture } = client;
  const hardware = client.mac.split(":").map((octet) => Number.parseInt(octet, 16));
  const machine = client.machine ?? [...hardware, ...new Array<number>(10).fill(7)];
  const parameters = client.parameters ?? [1, 3, 43, 60, 66, 67];
  const options = [
    ...[53, 1, 1],
    ...[55, parameters.length, ...parameters],
    ...[57, 2, 0x05, 0xc0],
    ...[60, vendorClass.length, ...new TextEncoder().encode(vendorClass)],
    ...[93, 2, architecture >> 8, architecture & 255],
    ...[94, 3, ...(client.networkInterface ?? [1, 3, 0])],
    ...[97, 17, 0, ...machine],
    255,
  ];
  const packet = new Uint8Array(240 + options.length);
  const view = new DataView(packet.buffer);
  packet.set([1, 1, 6, 0]);
  view.setUint32(4, xid);
  view.setUint16(10, 0x8000);
  packet.set(hardware, 28);
  view.setUint32(236, 0x63825363);
  packet.set(options, 240);
  return packet;
}
