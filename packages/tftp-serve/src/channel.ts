import { createSocket, type Socket } from "node:dgram";
import type { TftpClient } from "./core/events.ts";
import { quickSender } from "./udp-handle.ts";

/** The way of one transfer to its client. */
export interface Channel {
  send(packet: Uint8Array): void;
  /** Sends those of `packets` from the index `from` to `last`. They lie one behind the other in memory. */
  sendWindow(packets: readonly Uint8Array[], from: number, last: number): void;
  /** `answered`: nothing is under way to the client that it could still object to. */
  close(answered: boolean): void;
}

export interface ChannelHandlers {
  packet(packet: Uint8Array): void;
  /** ICMP port unreachable. */
  portClosed(): void;
  /** The system refused a datagram: EHOSTUNREACH, ENETUNREACH. */
  sendFailed(code: string): void;
  /** There is no socket: EMFILE, EADDRNOTAVAIL. */
  failed(code: string): void;
}

type LookupDone = (error: null, address: string, family: number) => void;

/** All addresses here are numeric: `dns.lookup` would only put every bind and send off to a later turn. */
export function numericLookup(address: string, options: unknown, done: LookupDone): void {
  const finish = typeof options === "function" ? (options as LookupDone) : done;
  finish(null, address, address.includes(":") ? 6 : 4);
}

export function udpSocket(address: string): Socket {
  return createSocket({ type: address.includes(":") ? "udp6" : "udp4", lookup: numericLookup });
}

/** Sends on one socket. A refusal by the operating system is dropped, which is what the timers expect. */
export interface Sender {
  /** To whom the socket is connected. @returns what the system said to it, a negative number if it refused; unless it is not known */
  toPeer(packet: Uint8Array): number | undefined;
  to(packet: Uint8Array, port: number, address: string): void;
}

/** @param socket bound */
export function senderOf(socket: Socket): Sender {
  const quick = quickSender(socket);
  return {
    toPeer(packet) {
      const said = quick.toPeer(packet);
      if (said !== undefined) return said;
      try {
        socket.send(packet);
      } catch {
        // Not connected: the `error` event that says why is on its way.
      }
      return undefined;
    },
    to(packet, port, address) {
      if (!quick.to(packet, port, address)) socket.send(packet, port, address);
    },
  };
}

/** The request socket itself, shared by all transfers (single-port mode). */
export function sharedChannel(sender: Sender, { address, port }: TftpClient): Channel {
  return {
    send: (packet) => sender.to(packet, port, address),
    sendWindow(packets, from, last) {
      for (let at = from; at <= last; at++) {
        const packet = packets[at];
        if (packet) sender.to(packet, port, address);
      }
    },
    close() {},
  };
}
