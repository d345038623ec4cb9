// A boot ROM that fetches a file slowly, as a strict client: SERVER ADDRESS PORT FILE PAUSE. It asks from this port, takes blocks from
// the port that answered first only, tells others that they are unknown (RFC 1350 section 4), and acknowledges after so many milliseconds.
// Says "begun" after ten blocks, and at the end how many bytes it got.

import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";

const [server = "", address = "", port = "2070", file = "", pause = "20"] = process.argv.slice(2);
const [DATA, ERROR] = [3, 5];
const BLOCK = 1468;
/** Milliseconds without a block until it gives up. */
const PATIENCE = 3000;

const socket = createSocket("udp4");
let peer = 0;
let block = 0;
let bytes = 0;
let heard = performance.now();

function over(words: string): never {
  console.log(`${words} ${bytes}`);
  process.exit(0);
}

function acknowledge(): void {
  socket.send(Buffer.from([0, 4, block >> 8, block & 255]), peer, server);
}

socket.on("message", async (packet, from) => {
  if (peer === 0) peer = from.port;
  if (from.port !== peer) {
    socket.send(Buffer.from("\x00\x05\x00\x05\x00", "latin1"), from.port, server);
    return;
  }
  const [opcode, number] = [packet.readUInt16BE(0), packet.readUInt16BE(2)];
  if (opcode === ERROR) over("refused");
  if (opcode === DATA && number !== ((block + 1) & 0xffff)) return;
  heard = performance.now();
  await delay(Number(pause));
  if (opcode !== DATA) {
    acknowledge();
    return;
  }
  block = number;
  bytes += packet.length - 4;
  acknowledge();
  if (block === 10) console.log("begun");
  if (packet.length - 4 < BLOCK) over("whole");
});
socket.bind(Number(port), address, () => {
  socket.send(Buffer.from(`\x00\x01${file}\0octet\0blksize\0${BLOCK}\0`, "latin1"), 69, server);
});
setInterval(() => {
  if (performance.now() - heard > PATIENCE) over("broken off");
}, 100);
