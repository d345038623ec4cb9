import type { RemoteInfo, Socket } from "node:dgram";
import { codeOf } from "@bootlace/boot-source";
import { type ChannelHandlers, type Sender, senderOf, udpSocket } from "./channel.ts";
import type { TftpClient } from "./core/events.ts";

/** A socket that serves one transfer after the other. */
export interface PooledSocket {
  readonly socket: Socket;
  sender: Sender | undefined;
  user: { readonly client: TftpClient; readonly handlers: ChannelHandlers } | undefined;
  /** Connected for the present user. */
  settled: boolean;
  open: boolean;
  idleSince: number;
  /** The system cuts longer datagrams into packets of so many bytes; 0: it does not. */
  readonly segment: number;
}

/**
 * A socket to be bound to an address of this machine. When it cannot be bound, an `error` follows, which closes it.
 * @param onStray it shares its port with others, and gives this what is not its client's
 */
export function pooledSocket(
  localAddress: string,
  segment = 0,
  onStray?: (packet: Buffer, from: RemoteInfo) => void,
): PooledSocket {
  const pooled: PooledSocket = {
    socket: udpSocket(localAddress, onStray !== undefined),
    sender: undefined,
    user: undefined,
    settled: false,
    open: true,
    idleSince: 0,
    segment,
  };
  const { socket } = pooled;
  socket.on("message", (packet, from) => {
    const { user } = pooled;
    // What came for the user before may still have been waiting.
    if (user && from.port === user.client.port && from.address === user.client.address) user.handlers.packet(packet);
    else onStray?.(packet, from);
  });
  socket.on("connect", () => {
    pooled.settled = true;
  });
  socket.on("error", (error) => onError(pooled, codeOf(error)));
  return pooled;
}

function onError(pooled: PooledSocket, code: string): void {
  const { user } = pooled;
  // The user before has closed its port.
  if (!user && code === "ECONNREFUSED" && pooled.segment > 0) return;
  if (!user) destroy(pooled);
  else if (code === "ECONNREFUSED") user.handlers.portClosed();
  // A neighbour that does not answer ARP for a while (Raspberry Pi 3 ROM) is not dead: leave it to the timers.
  else if (pooled.settled) user.handlers.sendFailed(code);
  else {
    destroy(pooled);
    user.handlers.failed(code);
  }
}

/** Connects it to a client, whose packets and troubles `handlers` get from now on. */
export function use(pooled: PooledSocket, client: TftpClient, handlers: ChannelHandlers): Sender {
  pooled.user = { client, handlers };
  if (pooled.open) pooled.socket.connect(client.port, client.address);
  pooled.sender ??= senderOf(pooled.socket);
  return pooled.sender;
}

/** A disconnected socket hears nothing and gives its port back; connected again it gets a new one. */
export function disconnect(pooled: PooledSocket): void {
  pooled.socket.disconnect();
  pooled.settled = false;
}

export function destroy(pooled: PooledSocket): void {
  if (!pooled.open) return;
  pooled.open = false;
  pooled.user = undefined;
  pooled.socket.close();
}
