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
  const { mac, xid, vendorClass, architecture } = client;
  const hardware = octetsOf(mac);
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
  ];
  return discover(mac, xid, options);
}

/** A DHCPDISCOVER of a machine that does not boot from the network (RFC 2131 4.4.1). */
export function craftOrdinaryDiscover(mac: string, xid: number, vendorClass?: string): Uint8Array {
  const parameters = [1, 3, 6, 15, 26, 28, 51, 58, 59];
  const text = new TextEncoder().encode(vendorClass ?? "");
  const named = text.length === 0 ? [] : [60, text.length, ...text];
  return discover(mac, xid, [...[53, 1, 1], ...named, ...[55, parameters.length, ...parameters]]);
}

function octetsOf(mac: string): number[] {
  return mac.split(":").map((octet) => Number.parseInt(octet, 16));
}

function discover(mac: string, xid: number, options: readonly number[]): Uint8Array {
  const packet = new Uint8Array(240 + options.length + 1);
  const view = new DataView(packet.buffer);
  packet.set([1, 1, 6, 0]);
  view.setUint32(4, xid);
  view.setUint16(10, 0x8000);
  packet.set(octetsOf(mac), 28);
  view.setUint32(236, 0x63825363);
  packet.set([...options, 255], 240);
  return packet;
}
