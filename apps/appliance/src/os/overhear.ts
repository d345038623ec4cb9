import { createSocket } from "node:dgram";
import { decodePacket } from "@bootlace/dhcp-core";
import type { OwnEvent } from "../events/event.ts";

/** Listens to what other DHCP servers broadcast to clients. Sends nothing, and takes packets from no other program. */
export interface Overhearing {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface OverhearOptions {
  /** The clients' port. */
  readonly port: number;
  /** Our own addresses: our replies are broadcast as well. */
  readonly own: () => readonly string[];
  readonly now: () => number;
  readonly onEvent: (event: OwnEvent) => void;
}

/**
 * Bound to 255.255.255.255: the kernel gives it a copy of each limited broadcast, and no datagram for a
 * DHCP client of this machine. When the port cannot be bound, it reports that and does nothing.
 */
export function createOverhearing({ port, own, now, onEvent }: OverhearOptions): Overhearing {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  let bound = false;

  socket.on("message", (bytes, { address, port: from }) => {
    if (own().includes(address)) return;
    const decoded = decodePacket(bytes);
    if (!decoded.ok || decoded.packet.op !== 2) return;
    onEvent({ type: "overheard", time: now(), source: { address, port: from }, reply: decoded.packet });
  });

  return {
    start: () =>
      new Promise((resolve) => {
        socket.on("error", (error: NodeJS.ErrnoException) => {
          onEvent({ type: "overhearing", time: now(), on: false, code: error.code ?? error.message });
          resolve();
        });
        socket.bind(port, "255.255.255.255", () => {
          bound = true;
          onEvent({ type: "overhearing", time: now(), on: true });
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        if (!bound) return resolve();
        bound = false;
        socket.close(() => resolve());
      }),
  };
}
