// Asks a boot server as firmware does and prints what it answered. The argument is a JSON file: a list of
// { id, hex, port }, requests in hexadecimal for port 67 (by broadcast) or 4011 (to the server); the second argument is
// the server's address. Prints one JSON object of replies by id; null is silence.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

interface Request {
  readonly id: string;
  readonly hex: string;
  readonly port: number;
}

/** Milliseconds of silence that count as no answer. The LAN is a pair of virtual cables. */
const patience = 50;

const [file = "", server = ""] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(file, "utf8")) as readonly Request[];
const socket = createSocket({ type: "udp4", reuseAddr: true });
socket.bind(68, "0.0.0.0");
await once(socket, "listening");
socket.setBroadcast(true);

let answer: (hex: string) => void = () => {};
socket.on("message", (bytes, { address }) => {
  if (address === server) answer(bytes.toString("hex"));
});

/** Of the /24 network of both: the limited broadcast has no route on a host without a gateway. */
const broadcast = server.replace(/\d+$/, "255");
const replies: Record<string, string | null> = {};
for (const { id, hex, port } of requests) {
  const reply = new Promise<string>((resolve) => {
    answer = resolve;
  });
  socket.send(Buffer.from(hex, "hex"), port, port === 67 ? broadcast : server);
  replies[id] = await Promise.race([reply, delay(patience, null)]);
}
socket.close();
process.stdout.write(`${JSON.stringify(replies)}\n`);
