import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createPacket, encodeOptions, encodePacket } from "@bootlace/dhcp-core";
import { onTestFinished } from "vitest";

/** A socket of a machine that boots, on a port that the system chose. */
export async function machine() {
  const socket = createSocket("udp4");
  socket.bind(0, "0.0.0.0");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return {
    port: socket.address().port,
    /** Sends a datagram to a port of 127.0.0.1 and gives what comes next, and from where. */
    async ask(bytes: Uint8Array, port: number): Promise<{ bytes: Buffer; port: number }> {
      const answered = once(socket, "message");
      socket.send(bytes, port, "127.0.0.1");
      const [answer, from] = await answered;
      return { bytes: answer, port: from.port };
    },
    send: (bytes: Uint8Array, port: number) => socket.send(bytes, port, "127.0.0.1"),
  };
}

/** The DISCOVER of an x64 UEFI machine. */
export function discover(): Uint8Array {
  const options = encodeOptions({
    messageType: 1,
    clientArch: [7],
    vendorClassIdentifier: "PXEClient:Arch:00007:UNDI:003016",
  });
  if (!options.ok) throw new Error(options.fault.expected);
  const chaddr = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
  const written = encodePacket(createPacket({ xid: 1, flags: 0x8000, chaddr, options: options.options }));
  if (!written.ok) throw new Error(written.fault.code);
  return written.bytes;
}

/** A file of one block by TFTP (RFC 1350), or the text of the ERROR. */
export async function fetchByTftp(port: number, name: string): Promise<string> {
  const client = await machine();
  const asked = await client.ask(Buffer.from(`\0\u0001${name}\0octet\0`, "latin1"), port);
  if (asked.bytes.readUInt16BE(0) === 3) client.send(Buffer.from([0, 4, 0, 1]), asked.port);
  return asked.bytes.subarray(4).toString().replace(/\0$/, "");
}
