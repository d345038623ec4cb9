import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** Addresses are numeric: a lookup would only delay each datagram to a later turn of the event loop. */
function numeric(address: string, options: unknown, done: unknown): void {
  const finish = (typeof options === "function" ? options : done) as (e: null, address: string, family: number) => void;
  finish(null, address, 4);
}

/** A bound UDP socket. Rejects with the system's error when it cannot be bound. */
export function openUdp(
  address: string,
  port: number,
  onMessage: (bytes: Buffer, from: RemoteInfo) => void,
): Promise<Socket> {
  // The declared lookup is that of node:dns, with overloads; a socket of type udp4 calls it with these two forms only.
  const socket = createSocket({ type: "udp4", reuseAddr: port !== 0, lookup: numeric as never });
  socket.on("message", onMessage);
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, address, () => {
      socket.removeAllListeners("error");
      // A datagram that the system does not send is a lost one: the timers repeat it.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
