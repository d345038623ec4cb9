import type { RemoteInfo, Socket } from "node:dgram";
import { type BindFailure, type BindResult, type BoundAddress, codeOf } from "@bootlace/boot-source";
import { type Sender, senderOf, udpSocket } from "./channel.ts";
import type { TftpClient } from "./core/events.ts";

/** One address on which requests are heard. */
export interface Listener {
  readonly endpoint: BoundAddress;
  readonly sender: Sender;
  /** Answers where there is no transfer, from a port that is not the request port (RFC 1350 §4). */
  reject(client: TftpClient, packet: Uint8Array): void;
  close(): Promise<void>;
}

/** Bytes of requests that may wait: hundreds of machines ask within the moment in which we are busy with the first. */
const waitingRoom = 1024 * 1024;

/** The system gives less where its own limit is lower (socket(7): rmem_max). */
function makeRoom(socket: Socket): void {
  try {
    socket.setRecvBufferSize(waitingRoom);
  } catch {
    // Its default then.
  }
}

/**
 * Binds `address` and `port`.
 * @param singlePort rejections come from the request port too, which the transfers share
 */
export function listen(
  address: string,
  port: number,
  singlePort: boolean,
  onPacket: (listener: Listener, packet: Buffer, from: RemoteInfo) => void,
): Promise<BindResult<Listener>> {
  return new Promise((resolve) => {
    const socket = udpSocket(address, singlePort);
    let rejections: { readonly socket: Socket; readonly sender: Sender } | undefined;
    let open = true;
    const bindFailed = (error: Error) => {
      socket.close();
      const failure: BindFailure = { protocol: "udp", address, port, code: codeOf(error) };
      resolve({ ok: false, failures: [failure] });
    };
    socket.once("error", bindFailed);
    socket.once("listening", () => {
      socket.off("error", bindFailed);
      makeRoom(socket);
      // Later errors of an unconnected socket are those of single datagrams.
      socket.on("error", () => {});
      const own = senderOf(socket);
      const listener: Listener = {
        endpoint: { address, port: socket.address().port },
        sender: own,
        reject(client, packet) {
          // A request may still be looked up when its listener closes.
          if (!open) return;
          if (!singlePort) rejections ??= rejectionSocket(address);
          (rejections?.sender ?? own).to(packet, client.port, client.address);
        },
        close: () =>
          new Promise((closed) => {
            open = false;
            rejections?.socket.close();
            socket.close(() => closed());
          }),
      };
      socket.on("message", (packet, from) => onPacket(listener, packet, from));
      resolve({ ok: true, bound: listener });
    });
    socket.bind({ address, port, exclusive: true });
  });
}

/** Clients that acknowledge an ERROR are heard by nobody. */
function rejectionSocket(address: string) {
  const socket = udpSocket(address);
  socket.on("error", () => {});
  socket.bind({ address, port: 0, exclusive: true });
  return { socket, sender: senderOf(socket) };
}
