import { constants } from "node:os";
import type { Channel, ChannelHandlers } from "./channel.ts";
import type { TftpClient } from "./core/events.ts";
import { destroy, disconnect, type PooledSocket, pooledSocket, use } from "./pooled-socket.ts";
import type { SegmentStock } from "./segment-stock.ts";

/** Sockets for transfers on one local address. */
export interface ChannelPool {
  /**
   * A socket of its own for one transfer, bound to the address the client asked and connected to the client: the system
   * picks a fresh port, keeps strangers out and reports when the client has closed its port. The handlers may be called
   * before this returns.
   * @param frame bytes of a full DATA packet, where windows of several are sent
   */
  open(client: TftpClient, handlers: ChannelHandlers, frame?: number): Channel;
  /** Closes sockets that have had no transfer for a second. @returns whether there are others */
  trim(): boolean;
  /** Closes those without a transfer, and from now on each one at the end of its transfer. */
  close(): void;
}

const maxIdle = 32;
const idleFor = 1000;

/** UDP_MAX_SEGMENTS of older kernels, and what an IPv4 datagram can hold. */
const maxSegments = 64;
const maxDatagram = 65_507;

const maxNarrow = 256;

/**
 * Boot loaders fetch hundreds of small files, and making a socket costs more than sending one of them.
 * @param stock sockets for those that send windows, where there are some
 */
export function channelPool(localAddress: string, now: () => number, stock?: SegmentStock): ChannelPool {
  let idle: PooledSocket[] = [];
  let keeping = true;
  /** Clients to which the path takes no packets of the size of the stock. */
  const narrow = new Set<string>();

  function fresh(client: TftpClient, handlers: ChannelHandlers, port = 0): PooledSocket {
    const pooled = pooledSocket(localAddress);
    // What cannot be bound is an error for this client alone.
    pooled.user = { client, handlers };
    pooled.socket.bind({ port, address: localAddress, exclusive: true });
    return pooled;
  }

  function fromStock(client: TftpClient, frame: number | undefined): PooledSocket | undefined {
    return stock && frame === stock.size && !narrow.has(client.address) ? stock.take() : undefined;
  }

  function release(pooled: PooledSocket, answered: boolean): void {
    pooled.user = undefined;
    if (!pooled.open) return;
    if (pooled.segment > 0 && stock) stock.give(pooled, answered);
    else if (!answered || !keeping || !pooled.settled || idle.length >= maxIdle) destroy(pooled);
    else {
      disconnect(pooled);
      pooled.idleSince = now();
      idle.push(pooled);
    }
  }

  return {
    open(client, handlers, frame) {
      let pooled = fromStock(client, frame) ?? idle.pop() ?? fresh(client, handlers);
      let sender = use(pooled, client, handlers);
      let mine = true;

      /** The client goes on with the port that it knows. */
      function leaveStock(): void {
        const { port } = pooled.socket.address();
        destroy(pooled);
        if (narrow.size < maxNarrow) narrow.add(client.address);
        pooled = fresh(client, handlers, port);
        sender = use(pooled, client, handlers);
      }

      function sendOne(packet: Uint8Array): void {
        if (!isRefusal(sender.toPeer(packet)) || pooled.segment === 0) return;
        leaveStock();
        sender.toPeer(packet);
      }

      /** @returns the first that was not sent */
      function sendWhole(packets: readonly Uint8Array[], from: number, last: number): number {
        const most = Math.min(maxSegments, Math.floor(maxDatagram / pooled.segment));
        for (let at = from; at <= last; at += most) {
          if (isRefusal(sender.toPeer(joined(packets, at, Math.min(last, at + most - 1))))) {
            leaveStock();
            return at;
          }
        }
        return last + 1;
      }

      return {
        send(packet) {
          if (mine && pooled.open) sendOne(packet);
        },
        sendWindow(packets, from, last) {
          if (!mine || !pooled.open) return;
          const next = pooled.segment > 0 && from < last ? sendWhole(packets, from, last) : from;
          for (let at = next; at <= last; at++) {
            const packet = packets[at];
            if (packet) sendOne(packet);
          }
        },
        close(answered) {
          if (!mine) return;
          mine = false;
          release(pooled, answered);
        },
      };
    },
    trim() {
      const isResting = stock?.trim() ?? false;
      if (idle.length === 0) return isResting;
      const since = now() - idleFor;
      const old = idle.filter(({ idleSince }) => idleSince <= since);
      if (old.length === 0) return true;
      idle = idle.filter(({ idleSince }) => idleSince > since);
      for (const pooled of old) destroy(pooled);
      return isResting || idle.length > 0;
    },
    close() {
      keeping = false;
      stock?.close();
      for (const pooled of idle) destroy(pooled);
      idle = [];
    },
  };
}

/** Packets that lie one behind the other in memory. */
function joined(packets: readonly Uint8Array[], from: number, last: number): Uint8Array {
  const [head, tail] = [packets[from], packets[last]];
  if (!head || !tail) throw new RangeError(`no packets ${from} to ${last}`);
  return new Uint8Array(head.buffer, head.byteOffset, tail.byteOffset + tail.length - head.byteOffset);
}

/**
 * The path or the device takes no packets of that size, or does not cut. Then a socket that cuts sends none of this size
 * at all, not even in fragments, and before Linux 6.14 no smaller one either.
 */
function isRefusal(said: number | undefined): boolean {
  const { EINVAL, EMSGSIZE, EIO } = constants.errno;
  return said === -EINVAL || said === -EMSGSIZE || said === -EIO;
}
