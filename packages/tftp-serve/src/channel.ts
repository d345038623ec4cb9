import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { TftpClient } from "./core/events.ts";

/** The way of one transfer to its client. */
export interface Channel {
  send(packet: Uint8Array): void;
  /** Sends `count` packets that lie one behind the other, each `frame` octets long, the last one `lastFrame`. */
  sendFrames(bytes: Uint8Array, from: number, count: number, frame: number, lastFrame: number): void;
  close(): void;
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
  finish(null, address, isIPv6(address) ? 6 : 4);
}

export function udpSocket(address: string): Socket {
  return createSocket({ type: isIPv6(address) ? "udp6" : "udp4", lookup: numericLookup });
}

/** Code of an error of the operating system: "EADDRINUSE". */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
}

/**
 * A socket of its own for one transfer, bound to the address the client asked and connected to the client: the system
 * picks the port, keeps strangers out and tells when the client has closed its port. The handlers may be called before
 * this returns.
 */
export function connectedChannel(client: TftpClient, handlers: ChannelHandlers): Channel {
  const socket = udpSocket(client.localAddress);
  let open = true;
  let settled = false;
  socket.on("message", handlers.packet);
  socket.on("connect", () => {
    settled = true;
  });
  socket.on("error", (error) => {
    if (!open) return;
    const code = codeOf(error);
    if (code === "ECONNREFUSED") handlers.portClosed();
    // A neighbour that does not answer ARP for a while (Raspberry Pi 3 ROM) is not dead: leave it to the timers.
    else if (settled) handlers.sendFailed(code);
    else fail(code);
  });
  function fail(code: string): void {
    close();
    handlers.failed(code);
  }
  function close(): void {
    if (!open) return;
    open = false;
    socket.close();
  }
  socket.bind({ port: 0, address: client.localAddress, exclusive: true });
  if (open) socket.connect(client.port, client.address);
  return {
    send(packet) {
      if (open) attempt(socket, packet, 0, packet.length);
    },
    sendFrames(bytes, from, count, frame, lastFrame) {
      if (!open) return;
      let at = from;
      for (let i = 1; i < count; i++) {
        attempt(socket, bytes, at, frame);
        at += frame;
      }
      attempt(socket, bytes, at, lastFrame);
    },
    close,
  };
}

/** Without a callback, a refusal by the operating system is dropped, which is what the timers expect. */
function attempt(socket: Socket, bytes: Uint8Array, from: number, length: number): void {
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
