import { createSocket } from "node:dgram";
import { once } from "node:events";

/** Reads a file by TFTP one block at a time, when the test says so (RFC 1350, RFC 2348). */
export async function tftpReader(port: number, file: string, blockSize = 1024) {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let tid = 0;
  let last = false;
  const parts: Buffer[] = [];

  async function receive(): Promise<Buffer> {
    const [packet, from] = (await once(socket, "message")) as [Buffer, { port: number }];
    tid = from.port;
    return packet;
  }

  function ack(block: number): void {
    socket.send(Uint8Array.of(0, 4, block >> 8, block & 0xff), tid, "127.0.0.1");
  }

  return {
    /** The OACK as text, or the text of an ERROR. */
    async open(options: readonly string[] = ["blksize", String(blockSize)]): Promise<string> {
      const words = [file, "octet", ...options].map((word) => `${word}\0`).join("");
      socket.send(Buffer.concat([Uint8Array.of(0, 1), Buffer.from(words)]), port, "127.0.0.1");
      return (await receive()).subarray(2).toString("latin1");
    },
    /** Takes the next blocks, or all that are left. */
    async read(blocks = Number.POSITIVE_INFINITY): Promise<void> {
      const goal = parts.length + blocks;
      let answered = -1;
      while (parts.length < goal && !last) {
        if (answered < parts.length) ack(parts.length);
        answered = parts.length;
        const packet = await receive();
        if (packet[1] !== 3) throw new Error(`no DATA: ${packet.toString("latin1")}`);
        // A reader that took its time gets a copy of what it has.
        if (packet.readUInt16BE(2) !== (parts.length + 1) % 65536) continue;
        parts.push(Buffer.from(packet.subarray(4)));
        last = packet.length < 4 + blockSize;
        if (last) ack(parts.length);
      }
    },
    /** Gives up, as edk2 does after it has seen the size. */
    abort(): void {
      socket.send(
        Buffer.concat([Uint8Array.of(0, 5, 0, 8), Buffer.from("User aborted the transfer\0")]),
        tid,
        "127.0.0.1",
      );
    },
    content: () => Buffer.concat(parts),
    [Symbol.dispose]() {
      socket.close();
    },
  };
}
