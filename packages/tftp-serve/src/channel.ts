import { createSocket, type Socket } from "node:dgram";
import type { TftpClient } from "./core/events.ts";

/** The way of one transfer to its client. */
export interface Channel {
  send(packet: Uint8Array): void;
  /** Sends `count` packets that lie one behind the other, each `frame` octets long, the last one `lastFrame`. */
  sendFrames(bytes: Uint8Array, from: number, count: number, frame: number, lastFrame: number): void;
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

/** Code of an error of the operating system: "EADDRINUSE". */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
}

/** Without a callback, a refusal by the operating system is dropped, which is what the timers expect. */
export function attempt(socket: Socket, bytes: Uint8Array, from: number, length: number): void {
  try {
    socket.send(bytes, from, length);
  } catch {
    // Not connected: the `error` event that says why is on its way.
  }
}

/** The request socket itself, shared by all transfers (single-port mode). */
export function sharedChannel(socket: Socket, client: TftpClient): Channel {
  const { address, port } = client;
  return {
    send(packet) {
      socket.send(packet, 0, packet.length, port, address);
    },
    sendFrames(bytes, from, count, frame, lastFrame) {
      for (let i = 0; i < count; i++) {
        socket.send(bytes, from + i * frame, i === count - 1 ? lastFrame : frame, port, address);
      }
    },
    close() {},
  };
}
