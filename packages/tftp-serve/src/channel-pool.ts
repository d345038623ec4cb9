import type { Socket } from "node:dgram";
import { type Channel, type ChannelHandlers, codeOf, type Sender, senderOf, udpSocket } from "./channel.ts";
import type { TftpClient } from "./core/events.ts";

/** Sockets for transfers on one local address. */
export interface ChannelPool {
  /**
   * A socket of its own for one transfer, bound to the address the client asked and connected to the client: the system
   * picks a fresh port, keeps strangers out and tells when the client has closed its port. The handlers may be called
   * before this returns.
   */
  open(client: TftpClient, handlers: ChannelHandlers): Channel;
  /** Closes sockets that have had no transfer for a second. @returns whether there are others */
  trim(): boolean;
  /** Closes those without a transfer, and from now on each one at the end of its transfer. */
  close(): void;
}

const maxIdle = 32;
const idleFor = 1000;

interface PooledSocket {
  readonly socket: Socket;
  sender: Sender | undefined;
  user: { readonly client: TftpClient; readonly handlers: ChannelHandlers } | undefined;
  /** Connected for the present user. */
  settled: boolean;
  open: boolean;
  idleSince: number;
}

/**
 * Boot loaders fetch hundreds of small files, and making a socket costs more than sending one of them. A disconnected
 * socket hears nothing and gives its port back; connected again it gets a new one.
 */
export function channelPool(localAddress: string, now: () => number): ChannelPool {
  let idle: PooledSocket[] = [];
  let keeping = true;

  function make(): PooledSocket {
    const pooled: PooledSocket = {
      socket: udpSocket(localAddress),
      sender: undefined,
      user: undefined,
      settled: false,
      open: true,
      idleSince: 0,
    };
    const { socket } = pooled;
    socket.on("message", (packet, from) => {
      const { user } = pooled;
      // What came for the user before may still have been waiting.
      if (user && from.port === user.client.port && from.address === user.client.address) user.handlers.packet(packet);
    });
    socket.on("connect", () => {
      pooled.settled = true;
    });
    socket.on("error", (error) => onError(pooled, codeOf(error)));
    return pooled;
  }

  function onError(pooled: PooledSocket, code: string): void {
    const { user } = pooled;
    if (!user) destroy(pooled);
    else if (code === "ECONNREFUSED") user.handlers.portClosed();
    // A neighbour that does not answer ARP for a while (Raspberry Pi 3 ROM) is not dead: leave it to the timers.
    else if (pooled.settled) user.handlers.sendFailed(code);
    else {
      destroy(pooled);
      user.handlers.failed(code);
    }
  }

  function destroy(pooled: PooledSocket): void {
    if (!pooled.open) return;
    pooled.open = false;
    pooled.user = undefined;
    pooled.socket.close();
  }

  function release(pooled: PooledSocket, answered: boolean): void {
    pooled.user = undefined;
    if (!answered || !keeping || !pooled.settled || idle.length >= maxIdle) {
      destroy(pooled);
      return;
    }
    pooled.socket.disconnect();
    pooled.settled = false;
    pooled.idleSince = now();
    idle.push(pooled);
  }

  return {
    open(client, handlers) {
      const known = idle.pop();
      const pooled = known ?? make();
      const { socket } = pooled;
      pooled.user = { client, handlers };
      if (!known) socket.bind({ port: 0, address: localAddress, exclusive: true });
      if (pooled.open) socket.connect(client.port, client.address);
      pooled.sender ??= senderOf(socket);
      const { sender } = pooled;
      let mine = true;
      return {
        send(packet) {
          if (mine && pooled.open) sender.toPeer(packet);
        },
        sendWindow(packets, from, last) {
          if (!mine || !pooled.open) return;
          for (let at = from; at <= last; at++) {
            const packet = packets[at];
            if (packet) sender.toPeer(packet);
          }
        },
        close(answered) {
          if (!mine) return;
          mine = false;
          if (pooled.open) release(pooled, answered);
        },
      };
    },
    trim() {
      if (idle.length === 0) return false;
      const since = now() - idleFor;
      const old = idle.filter(({ idleSince }) => idleSince <= since);
      if (old.length === 0) return true;
      idle = idle.filter(({ idleSince }) => idleSince > since);
      for (const pooled of old) destroy(pooled);
      return idle.length > 0;
    },
    close() {
      keeping = false;
      for (const pooled of idle) destroy(pooled);
      idle = [];
    },
  };
}
