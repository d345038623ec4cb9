import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** Addresses are numeric: a look-up would only put each datagram off to a later turn. */
function numeric(address: string, options: unknown, done: unknown): void {
  const finish = (typeof options === "function" ? options : done) as (e: null, address: string, family: number) => void;
  finish(null, address, 4);
}

/** A UDP socket, bound. */
export function openUdp(
  address: string,
  port: number,
  onMessage: (bytes: Buffer, from: RemoteInfo) => void,
): Promise<Socket> {
  const socket = createSocket({ type: "udp4", reuseAddr: port !== 0, lookup: numeric as never });
  socket.on("message", onMessage);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => {
      socket.off("error", reject);
      // A datagram that the system does not send is a lost one: the timers see to it.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}
