// Machines that ask for a file all at once and are then switched off: HOST PORT FILE COUNT. Says "asked", and keeps its
// ports, so that nobody learns that it is gone, until its input ends.
import { createSocket, type Socket } from "node:dgram";

const [host = "", port = "69", file = "", count = "256"] = process.argv.slice(2);
const request = Buffer.from(`\0\u0001${file}\0octet\0tsize\x000\0blksize\x001468\0`, "latin1");
const sockets: Socket[] = [];
for (let at = 0; at < Number(count); at++) {
  const socket = createSocket("udp4");
  sockets.push(socket);
  await new Promise<void>((resolve) => socket.bind(0, resolve));
}
await Promise.all(
  sockets.map(
    (socket) =>
      new Promise<void>((resolve, reject) => {
        socket.send(request, Number(port), host, (error) => (error ? reject(error) : resolve()));
      }),
  ),
);
console.log("asked");
process.stdin.resume().on("end", () => process.exit(0));
