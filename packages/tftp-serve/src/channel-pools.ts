import type { RemoteInfo } from "node:dgram";
import { type ChannelPool, channelPool } from "./channel-pool.ts";
import { dataHeader } from "./core/packet.ts";
import type { Listener } from "./listener.ts";
import type { SetSegmentSize } from "./segment-size.ts";
import { segmentStock } from "./segment-stock.ts";
import type { TftpLimits } from "./server-options.ts";
import { singlePortPool } from "./single-port-pool.ts";

/** The sockets for transfers, by the address that was asked. */
export interface ChannelPools {
  of(listener: Listener): ChannelPool;
  forget(listener: Listener): void;
  /** @returns whether there are sockets that will have to be closed */
  trim(): boolean;
}

/** UEFI firmware asks for windows, with blocks that fill an Ethernet frame. */
const segmentBlockSize = 1468;

/** Sockets whose datagrams the system cuts: for each address, and for all of them. */
const stockPerAddress = 256;
const stockInAll = 1024;

/** @param setSize sets how the system is to cut; without it no socket is made ahead
 */
export function channelPools(
  singlePort: ((listener: Listener, packet: Buffer, from: RemoteInfo) => void) | undefined,
  limits: TftpLimits,
  now: () => number,
  setSize: SetSegmentSize | undefined,
): ChannelPools {
  const pools = new Map<Listener, ChannelPool>();

  function stockOf(address: string) {
    const count = Math.min(stockPerAddress, limits.maxTransfers, stockInAll - stockPerAddress * pools.size);
    if (setSize === undefined || count <= 0) return undefined;
    return segmentStock(address, Math.min(segmentBlockSize, limits.maxBlockSize) + dataHeader, count, setSize, now);
  }

  return {
    of(listener) {
      const known = pools.get(listener);
      if (known) return known;
      const { address } = listener.endpoint;
      const pool = singlePort
        ? singlePortPool(listener, (packet, from) => singlePort(listener, packet, from))
        : channelPool(address, now, stockOf(address));
      pools.set(listener, pool);
      return pool;
    },
    forget(listener) {
      pools.get(listener)?.close();
      pools.delete(listener);
    },
    trim() {
      let left = false;
      for (const pool of pools.values()) if (pool.trim()) left = true;
      return left;
    },
  };
}
