/**
 * Fetches one file over and over on some connections at once, and throws it away. Arguments: port, path, size in bytes,
 * connections, requests in all. Prints `{ "bytes", "seconds" }`. Every answer must be 200 and have exactly that size.
 */
import { connect } from "node:net";

const [port = 0, size = 0, connections = 0, requests = 0] = [2, 4, 5, 6].map((at) => Number(process.argv[at]));
const path = process.argv[3] ?? "/";
const asked = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
/** One for all: nobody looks at what is in it. */
const buffer = Buffer.allocUnsafeSlow(1024 * 1024);

let left = requests;
let bytes = 0;

function one(): Promise<void> {
  return new Promise((resolve, reject) => {
    let head: string | undefined = "";
    let got = 0;

    function next(): void {
      if (left-- > 0) socket.write(asked);
      else socket.end(resolve);
    }

    function take(count: number): boolean {
      if (head === undefined) got += count;
      else {
        head += buffer.toString("latin1", 0, count);
        const end = head.indexOf("\r\n\r\n");
        if (end === -1) return true;
        if (!head.startsWith("HTTP/1.1 200") || !head.toLowerCase().includes(`\r\ncontent-length: ${size}\r\n`)) {
          socket.destroy(new Error(`not what was asked for: ${head.slice(0, end)}`));
          return false;
        }
        got = head.length - end - 4;
        head = undefined;
      }
      if (got > size) socket.destroy(new Error(`${got} bytes of ${size}`));
      if (got === size) {
        bytes += got;
        head = "";
        got = 0;
        next();
      }
      return true;
    }

    const socket = connect({ host: "127.0.0.1", port, onread: { buffer, callback: take } }, next);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed")));
  });
}

const began = performance.now();
await Promise.all(Array.from({ length: connections }, one));
console.log(JSON.stringify({ bytes, seconds: (performance.now() - began) / 1000 }));
