import type { RemoteInfo } from "node:dgram";
import type { ChannelHandlers } from "./channel.ts";
import type { ChannelPool } from "./channel-pool.ts";
import type { TftpClient } from "./core/events.ts";
import { numberOf, opcodeOf, opcodes } from "./core/packet.ts";
import type { Listener } from "./listener.ts";
import { destroy, type PooledSocket, pooledSocket, use } from "./pooled-socket.ts";

/**
 * The first blocks, and one of so many after them, are held for some milliseconds: who has not seen them cannot wait for them,
 * so an ACK that comes earlier is a guess, and its sender is made up.
 */
const alwaysHeld = 2;
const heldOneOf = 64;
const shortestHold = 2;
const longestHold = 10;

/** Milliseconds for which a socket stays after its transfer: the client's next request may be on its way to it. */
const lingerFor = 250;

/**
 * Single-port mode: a socket for each transfer on the port of the requests, connected to its client, so that the system says
 * when the client has closed its port: whoever is sent a file in its name can end that.
 * @param onRequest gets requests of the same client, and what the system handed to the wrong socket
 */
export function singlePortPool(listener: Listener, onRequest: (packet: Buffer, from: RemoteInfo) => void): ChannelPool {
  const { address, port } = listener.endpoint;
  const open = new Set<PooledSocket>();

  function end(pooled: PooledSocket): void {
    open.delete(pooled);
    destroy(pooled);
  }

  /** Whatever comes now is for the listener. */
  function retire(pooled: PooledSocket): void {
    pooled.user = undefined;
    if (!pooled.open) open.delete(pooled);
    else setTimeout(() => end(pooled), lingerFor).unref();
  }

  return {
    open(client: TftpClient, handlers: ChannelHandlers) {
      let held: { readonly packet: Uint8Array; readonly timer: NodeJS.Timeout } | undefined;
      let sent = 0;
      const own: ChannelHandlers = {
        ...handlers,
        packet(packet) {
          const opcode = opcodeOf(packet);
          if (opcode === opcodes.rrq || opcode === opcodes.wrq) onRequest(Buffer.from(packet), remoteOf(client));
          else if (held && opcode === opcodes.ack && numberOf(packet) === numberOf(held.packet)) handlers.guessed?.();
          else handlers.packet(packet);
        },
      };
      const pooled = pooledSocket(address, 0, onRequest);
      open.add(pooled);
      pooled.user = { client, handlers: own };
      pooled.socket.bind({ port, address, exclusive: true });
      const sender = use(pooled, client, own);
      const send = (packet: Uint8Array) => {
        if (pooled.open) sender.toPeer(packet);
      };
      const release = () => {
        clearTimeout(held?.timer);
        held = undefined;
      };
      const hold = (packet: Uint8Array) => {
        release();
        const wait = shortestHold + Math.random() * (longestHold - shortestHold);
        const timer = setTimeout(() => {
          release();
          send(packet);
        }, wait);
        held = { packet, timer };
      };
      return {
        send(packet) {
          release();
          send(packet);
        },
        sendWindow(packets, from, last) {
          for (const packet of packets.slice(from, last + 1)) {
            if (sent++ < alwaysHeld || Math.random() < 1 / heldOneOf) hold(packet);
            else send(packet);
          }
        },
        close() {
          release();
          retire(pooled);
        },
      };
    },
    trim: () => false,
    close() {
      for (const pooled of [...open]) end(pooled);
    },
  };
}

function remoteOf({ address, port }: TftpClient): RemoteInfo {
  return { address, port, family: address.includes(":") ? "IPv6" : "IPv4", size: 0 };
}
