import { createSocket, type Socket } from "node:dgram";
import { createPacket, encodeOptions, type OptionValues } from "@bootlace/dhcp-core";
import { bytesOf, decoded, text } from "./support.ts";

export type Answer = (
  bytes: Uint8Array,
  from: { readonly address: string; readonly port: number },
  socket: Socket,
) => void;

/** A UDP server on 127.0.0.1, at a port of the system's choice. */
export async function udpServer(answer: Answer) {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => answer(bytes, from, socket));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

/** A reply to a DHCP message. */
export function reply(
  request: Uint8Array,
  values: OptionValues,
  fields: { file?: string; siaddr?: string; yiaddr?: string } = {},
) {
  const { xid, chaddr } = decoded(request);
  const encoded = encodeOptions(values);
  if (!encoded.ok) throw new Error(encoded.option);
  const { file = "", ...others } = fields;
  return bytesOf(createPacket({ op: 2, xid, chaddr, ...others, file: text(file), options: encoded.options }));
}

/** A DHCP server and a proxy in one socket: both answer a DISCOVER, the first also a REQUEST; `pxe` is the proxy's offer. */
export function lan(pxe: OptionValues, fields: { file?: string; siaddr?: string }): Answer {
  return (bytes, from, socket) => {
    const request = decoded(bytes);
    const say = (out: Uint8Array) => socket.send(out, from.port, from.address);
    const type = request.options.get(53)?.[0];
    const lease = { yiaddr: "127.0.0.1" };
    if (type === 1) {
      say(reply(bytes, { messageType: 2, serverIdentifier: "127.0.0.2" }, lease));
      say(reply(bytes, { messageType: 2, serverIdentifier: "127.0.0.1", ...pxe }, fields));
    } else say(reply(bytes, { messageType: 5, serverIdentifier: "127.0.0.2" }, lease));
  };
}

/** A TFTP server in 20 lines, with tsize, blksize and windows of one block. */
export function tftpServer(files: ReadonlyMap<string, Buffer>): Answer {
  const running = new Map<number, { readonly file: Buffer; readonly blockSize: number }>();
  return (bytes, from, socket) => {
    const say = (...parts: readonly (Buffer | string)[]) =>
      socket.send(
        Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part))),
        from.port,
        from.address,
      );
    const [name = "", , ...options] = Buffer.from(bytes.subarray(2)).toString("latin1").split("\0");
    if (bytes[1] === 1) {
      const file = files.get(name);
      if (file === undefined) return say("\0\x05\0\x01no such file\0");
      const size = options[options.indexOf("blksize") + 1] ?? "512";
      running.set(from.port, { file, blockSize: Number(size) });
      return say(`\0\x06tsize\0${file.length}\0blksize\0${size}\0`);
    }
    const transfer = running.get(from.port);
    if (bytes[1] !== 4 || transfer === undefined) return;
    const { file, blockSize } = transfer;
    const block = Buffer.from(bytes).readUInt16BE(2);
    if (block * blockSize > file.length) return;
    const header = Buffer.from([0, 3, (block + 1) >> 8, (block + 1) & 255]);
    say(header, file.subarray(block * blockSize, (block + 1) * blockSize));
  };
}
