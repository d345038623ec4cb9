// Sends each argument, bytes in hexadecimal, from port 68 to 255.255.255.255:67, as a client without address does.
import { createSocket } from "node:dgram";

const socket = createSocket({ type: "udp4", reuseAddr: true });
await new Promise<void>((resolve, reject) => {
  socket.once("error", reject);
  socket.bind(68, "0.0.0.0", resolve);
});
socket.setBroadcast(true);
for (const hex of process.argv.slice(2)) {
  await new Promise<void>((resolve, reject) => {
    socket.send(Buffer.from(hex, "hex"), 67, "255.255.255.255", (error) => (error ? reject(error) : resolve()));
  });
}
socket.close();
