import {
  BROADCAST_FLAG,
  createPacket,
  type DhcpPacket,
  decodePacket,
  encodeOptions,
  encodePacket,
  fieldText,
  messageTypes,
  type OptionValues,
  optionValue,
  parseMac,
} from "@bootlace/dhcp-core";
import type { Kind } from "./kinds.ts";
import { openUdp } from "./sockets.ts";

/** Seconds after which firmware repeats itself (PXE 2.1 section 2.2.2: 4, 8, 16 and 32). */
const PATIENCE = [4000, 8000, 16_000, 32_000] as const;

const MOST_NAKS = 8;

/** What a machine knows when it may fetch its files. */
export interface Lease {
  readonly address: string;
  /** Boot file of the offer or of the ACK; for HTTP a URL. */
  readonly file: string;
  /** Milliseconds until the OFFER came, and until the ACK of port 4011. */
  readonly offerAfter: number;
  readonly ackAfter?: number;
}

export interface Asker {
  readonly kind: Kind;
  readonly mac: string;
  readonly uuid: string;
  readonly signal: AbortSignal;
  /** Something was asked again. */
  readonly repeated: (what: "discover" | "request" | "pxe") => void;
  /** The router gave the address to another machine. */
  readonly refused: () => void;
}

type Listener = (packet: DhcpPacket, from: string) => void;

/** The clients' port 68, which all machines share: each tells its answers by their transaction id. */
export interface DhcpClients {
  lease(asker: Asker): Promise<Lease>;
  close(): void;
}

/** @param first tells the transaction ids of one crowd from those of another, which hears them too */
export async function openDhcpClients(server: string, first: number): Promise<DhcpClients> {
  const waiting = new Map<number, Listener>();
  let ids = 0x2000_0000 + (first << 16);
  const hear = (bytes: Uint8Array, { address }: { readonly address: string }) => {
    const decoded = decodePacket(bytes);
    if (decoded.ok) waiting.get(decoded.packet.xid)?.(decoded.packet, address);
  };
  const shared = await openUdp("0.0.0.0", 68, hear);
  shared.setBroadcast(true);
  // The largest that the system allows without further rights: a crowd hears everybody's broadcasts.
  shared.setRecvBufferSize(212_992);

  /** Says something until `take` makes something of the answers. Throws when nobody answered. */
  async function converse<T>(
    asker: Asker,
    what: "discover" | "request" | "pxe",
    say: (xid: number, bytes: Uint8Array) => void,
    message: (xid: number) => Uint8Array,
    take: (packet: DhcpPacket, from: string) => T | undefined,
  ): Promise<T> {
    const xid = ids++;
    const bytes = message(xid);
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        let round = 0;
        const again = () => {
          const patience = PATIENCE[round++];
          if (patience === undefined) return reject(new Error(`no answer to ${what}`));
          if (round > 1) asker.repeated(what);
          say(xid, bytes);
          timer = setTimeout(again, patience);
        };
        waiting.set(xid, (packet, from) => {
          const taken = take(packet, from);
          if (taken !== undefined) resolve(taken);
        });
        stop = () => reject(asker.signal.reason);
        asker.signal.addEventListener("abort", stop);
        again();
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(xid);
      if (stop !== undefined) asker.signal.removeEventListener("abort", stop);
    }
  }

  const broadcast = (_xid: number, bytes: Uint8Array) => void shared.send(bytes, 67, "255.255.255.255");

  async function discover(asker: Asker) {
    const began = performance.now();
    let router: DhcpPacket | undefined;
    let proxy: DhcpPacket | undefined;
    let offerAfter = Number.NaN;
    return converse(
      asker,
      "discover",
      broadcast,
      (xid) => compose(asker, xid, messageTypes.DISCOVER),
      (packet, from) => {
        if (optionValue(packet, "messageType") !== messageTypes.OFFER) return undefined;
        if (from === server) {
          if (proxy === undefined) offerAfter = performance.now() - began;
          proxy = packet;
        } else router = packet;
        return router && proxy && { router, proxy, offerAfter };
      },
    );
  }

  /** Undefined: the router had offered the address to somebody else as well, who was sooner. */
  async function request(asker: Asker, offer: DhcpPacket): Promise<string | undefined> {
    const { yiaddr } = offer;
    const asked = { requestedAddress: yiaddr, serverIdentifier: optionValue(offer, "serverIdentifier") };
    const message = (xid: number) => compose(asker, xid, messageTypes.REQUEST, asked);
    const ack = await converse(asker, "request", broadcast, message, (packet, from) => {
      const type = optionValue(packet, "messageType");
      if (from === server) throw new Error("the boot server answered a REQUEST to the router");
      return type === messageTypes.ACK || type === messageTypes.NAK ? packet : undefined;
    });
    return ack.yiaddr === yiaddr ? yiaddr : undefined;
  }

  async function askAt4011(asker: Asker, address: string): Promise<{ file: string; ackAfter: number }> {
    const began = performance.now();
    const own = await openUdp(address, asker.kind.pxePort, hear);
    try {
      const say = (_xid: number, bytes: Uint8Array) => void own.send(bytes, 4011, server);
      const message = (xid: number) => compose(asker, xid, messageTypes.REQUEST, {}, address);
      return await converse(asker, "pxe", say, message, (packet, from) => {
        if (from !== server || optionValue(packet, "messageType") !== messageTypes.ACK) return undefined;
        return { file: fileOf(packet), ackAfter: performance.now() - began };
      });
    } finally {
      own.close();
    }
  }

  return {
    async lease(asker) {
      let found = await discover(asker);
      let address = await request(asker, found.router);
      // RFC 2131 section 3.1.5: a client that gets a NAK begins anew.
      for (let round = 1; address === undefined; round++) {
        if (round > MOST_NAKS) throw new Error("the router gives no address");
        asker.refused();
        found = await discover(asker);
        address = await request(asker, found.router);
      }
      const { proxy, offerAfter } = found;
      const { form } = asker.kind;
      if (form !== "server") return { address, file: fileOf(proxy), offerAfter };
      return { address, offerAfter, ...(await askAt4011(asker, address)) };
    },
    close: () => shared.close(),
  };
}

/** The field `file`, else option 67, as firmware reads them. */
function fileOf(packet: DhcpPacket): string {
  return fieldText(packet.file) || (optionValue(packet, "bootFileName") ?? "");
}

function compose(asker: Asker, xid: number, messageType: number, more: OptionValues = {}, ciaddr = "0.0.0.0") {
  const { kind, mac, uuid } = asker;
  const options = encodeOptions({
    messageType,
    ...more,
    parameterRequestList: [
      1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
    ],
    maximumMessageSize: 1472,
    clientMachineIdentifier: uuid,
    clientArch: [kind.architecture],
    clientNetworkInterface: { type: 1, major: 3, minor: 16 },
    vendorClassIdentifier: kind.vendorClass,
  });
  if (!options.ok) throw new Error(`${options.option}: ${options.fault.expected}`);
  const chaddr = new Uint8Array(16);
  chaddr.set(parseMac(mac) ?? []);
  const flags = ciaddr === "0.0.0.0" ? BROADCAST_FLAG : 0;
  const encoded = encodePacket(createPacket({ xid, flags, ciaddr, chaddr, options: options.options }));
  if (!encoded.ok) throw new Error(`a packet of our own cannot be written: ${encoded.fault.code}`);
  return encoded.bytes;
}
