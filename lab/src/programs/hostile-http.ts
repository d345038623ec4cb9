// One machine that misbehaves by TCP: KIND SERVER PORT LOCAL-ADDRESS COUNT …. Says "begun", and goes on until it is ended.
import { connect, type Socket } from "node:net";

const [kind = "", server = "", port = "", local = "", count = "1", extra = ""] = process.argv.slice(2);

/** Milliseconds: a silent connection that is not closed lives for ten seconds, and twenty a second once kept all places. */
const pause = kind === "silent" ? 1000 : 200;

/** A connection that is opened again whenever it ends, and does `work` each time. */
function again(work: (socket: Socket) => void): void {
  const socket = connect({ host: server, port: Number(port), localAddress: local });
  socket.on("error", () => undefined);
  socket.on("connect", () => work(socket));
  socket.on("close", () => setTimeout(again, pause, work));
}

/** Asks the same over and over, with some requests ahead of their answers. */
function asking(ahead: number, requestOf: () => string) {
  return (socket: Socket) => {
    let heads = 0;
    let tail = "";
    socket.on("data", (bytes) => {
      const text = tail + bytes.toString("latin1");
      heads = text.split("HTTP/1.1 ").length - 1;
      tail = text.slice(-8).includes("HTTP/1.1 ") ? "" : text.slice(-8);
      for (; heads > 0; heads--) socket.write(requestOf(), "latin1");
    });
    for (let at = 0; at < ahead; at++) socket.write(requestOf(), "latin1");
  };
}

const get = (target: string, header = "") => `GET ${target} HTTP/1.1\r\nHost: ${server}\r\n${header}\r\n`;
const random = (below: number) => Math.floor(Math.random() * below);

const kinds: Readonly<Record<string, (socket: Socket) => void>> = {
  silent: (socket) => void socket.resume(),
  /** Asks for a large file, and takes nothing of it. */
  stuck(socket) {
    socket.pause();
    socket.write(get(`/${extra}`));
  },
  ranges: asking(1, () => get("/bootx64.efi", `Range:${"\xa0".repeat(7900)}x\r\n`)),
  missing: asking(16, () => get(`/pxelinux.cfg/x${random(1e9).toString(36)}`)),
  hanging: asking(1, () => get(`/nfs/a${random(10)}`)),
  "one-byte": asking(4, () => {
    const from = random(3000) * 1024 * 1024;
    return get(`/${extra}`, `Range: bytes=${from}-${from}\r\n`);
  }),
};

const work = kinds[kind];
if (work === undefined) throw new Error(`no such kind: ${kind}`);
for (let at = 0; at < Number(count); at++) again(work);
console.log("begun");
