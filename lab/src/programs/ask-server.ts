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

/** Milliseconds without any answer, after the last request, that count as the end. */
const patience = 1000;
/** Milliseconds between two requests: 78 of them at once could overrun a socket. */
const pace = 3;
/** Bytes 4 to 7 of a message: the transaction id, which an answer repeats (RFC 2131 section 2). */
const xid = 4;

const [file = "", server = ""] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(file, "utf8")) as readonly Request[];
const socket = createSocket({ type: "udp4", reuseAddr: true });
socket.bind(68, "0.0.0.0");
await once(socket, "listening");
socket.setBroadcast(true);

/** Of the /24 network of both: the limited broadcast has no route on a host without a gateway. */
const broadcast = server.replace(/\d+$/, "255");
const replies: Record<string, string | null> = Object.fromEntries(requests.map(({ id }) => [id, null]));
let heard = performance.now();
// On a busy machine an answer may come after the next request was sent: each has an id of its own on the way.
socket.on("message", (bytes, { address }) => {
  const request = requests[bytes.readUInt32BE(xid) - 1];
  if (address !== server || request === undefined) return;
  heard = performance.now();
  Buffer.from(request.hex, "hex").copy(bytes, xid, xid, xid + 4);
  replies[request.id] ??= bytes.toString("hex");
});
for (const [index, { hex, port }] of requests.entries()) {
  const bytes = Buffer.from(hex, "hex");
  bytes.writeUInt32BE(index + 1, xid);
  socket.send(bytes, port, port === 67 ? broadcast : server);
  await delay(pace);
}
heard = performance.now();
while (performance.now() - heard < patience) await delay(patience / 4);
socket.close();
process.stdout.write(`${JSON.stringify(replies)}\n`);
