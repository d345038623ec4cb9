import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { descriptorOf } from "@bootlace/boot-source";
import { destroy, disconnect, type PooledSocket, pooledSocket } from "./pooled-socket.ts";
import type { SetSegmentSize } from "./segment-size.ts";

/**
 * Sockets on which the system cuts a long datagram into packets of one size, so that a window of DATA is one call
 * (UDP_SEGMENT, udp(7)). Node cannot set that: a program does, and no request is to start one. So they are made ahead,
 * and none is closed before the stock is.
 */
export interface SegmentStock {
  /** Bytes of each packet. */
  readonly size: number;
  take(): PooledSocket | undefined;
  /** @param answered nothing is under way to the client that it could still object to */
  give(pooled: PooledSocket, answered: boolean): void;
  /** @returns whether some still wait until nobody can object any more */
  trim(): boolean;
  close(): void;
}

/** How many the program is handed at once: it is forked off, and inherits them, while no packet is read. */
const batch = 64;
const restFor = 1000;
/** Where a new socket is connected to for a moment, to lose the port it was bound to. */
const discard = 9;

/** @param count how many there are to be */
export function segmentStock(
  localAddress: string,
  size: number,
  count: number,
  setSize: SetSegmentSize,
  now: () => number,
): SegmentStock {
  const ready: PooledSocket[] = [];
  let resting: PooledSocket[] = [];
  let open = true;
  void fill();

  async function fill(): Promise<void> {
    // Nobody is to wait for this: the server says first that it listens.
    await setImmediate();
    for (let left = count; left > 0 && open; left -= batch) {
      const made = Array.from({ length: Math.min(batch, left) }, () => pooledSocket(localAddress, size));
      for (const { socket } of made) socket.bind({ port: 0, address: localAddress, exclusive: true });
      const descriptors = made
        .map(({ socket }) => descriptorOf(socket))
        .filter((descriptor) => descriptor !== undefined);
      const set = descriptors.length === made.length && (await setSize(descriptors, size));
      if (!set || !open) {
        for (const pooled of made) destroy(pooled);
        return;
      }
      await Promise.all(made.map(park));
    }
  }

  async function park(pooled: PooledSocket): Promise<void> {
    if (!pooled.open) return;
    pooled.socket.connect(discard, localAddress);
    await once(pooled.socket, "connect").catch(() => destroy(pooled));
    shelve(pooled);
  }

  function shelve(pooled: PooledSocket): void {
    if (!pooled.open) return;
    if (!open || !pooled.settled) {
      destroy(pooled);
      return;
    }
    disconnect(pooled);
    ready.push(pooled);
  }

  return {
    size,
    take: () => ready.pop(),
    give(pooled, answered) {
      if (!open || answered) {
        shelve(pooled);
        return;
      }
      pooled.idleSince = now();
      resting.push(pooled);
    },
    trim() {
      if (resting.length === 0) return false;
      const since = now() - restFor;
      const rested = resting.filter(({ idleSince }) => idleSince <= since);
      if (rested.length > 0) resting = resting.filter(({ idleSince }) => idleSince > since);
      for (const pooled of rested) shelve(pooled);
      return resting.length > 0;
    },
    close() {
      open = false;
      for (const pooled of [...ready.splice(0), ...resting]) destroy(pooled);
      resting = [];
    },
  };
}
