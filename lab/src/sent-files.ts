import type { Datagram } from "./pcap.ts";

const DATA = 3;
const OACK = 6;
const REQUESTS = 69;

/** What a TFTP server sent of its files to one machine. */
export interface SentFiles {
  readonly packets: number;
  /** What a wire that loses nothing would have needed. */
  readonly ideal: number;
  /** Blocks, in bytes, that were agreed upon. */
  readonly blockSizes: readonly number[];
  /** The largest packet, with its IPv4 header. */
  readonly largest: number;
  readonly fragmented: number;
  /** Packets that may be made fragments of on the way. */
  readonly breakable: number;
}

/** Counts what the server sent to `to`, in a capture at its own end of the cable. */
export function sentFiles(datagrams: readonly Datagram[], from: string, to: string): SentFiles {
  const own = datagrams.filter(({ source, destination, sourcePort, payload }) => {
    const opcode = payload[1];
    return source === from && destination === to && sourcePort > REQUESTS && (opcode === DATA || opcode === OACK);
  });
  const different = new Set(
    own.map(({ sourcePort, destinationPort, payload }) => {
      const [, opcode, high, low] = payload;
      return [sourcePort, destinationPort, opcode, ...(opcode === DATA ? [high, low] : [])].join();
    }),
  );
  const granted = own.flatMap(({ payload }) => {
    const [, size] = /blksize\0(\d+)\0/i.exec(Buffer.from(payload).toString("latin1", 2)) ?? [];
    return payload[1] === OACK && size !== undefined ? [Number(size)] : [];
  });
  return {
    packets: own.length,
    ideal: different.size,
    blockSizes: [...new Set(granted)].sort((one, other) => one - other),
    largest: Math.max(0, ...own.map(({ payload }) => payload.length + 28)),
    fragmented: own.filter(({ fragmented }) => fragmented).length,
    breakable: own.filter(({ whole }) => !whole).length,
  };
}
