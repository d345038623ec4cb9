import { createSocket, type Socket } from "node:dgram";
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
  /** Single-port mode: something was acknowledged that was not sent yet, so whoever does it guesses. */
  guessed?(): void;
  /** There is no socket: EMFILE, EADDRNOTAVAIL. */
  failed(code: string): void;
}

type LookupDone = (error: null, address: string, family: number) => void;

/** All addresses here are numeric: `dns.lookup` would only put every bind and send off to a later turn. */
export function numericLookup(address: string, options: unknown, done: LookupDone): void {
  const finish = typeof options === "function" ? (options as LookupDone) : done;
  finish(null, address, address.includes(":") ? 6 : 4);
}

/** @param reuseAddr others may have the same port */
export function udpSocket(address: string, reuseAddr = false): Socket {
  return createSocket({ type: address.includes(":") ? "udp6" : "udp4", reuseAddr, lookup: numericLookup });
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
