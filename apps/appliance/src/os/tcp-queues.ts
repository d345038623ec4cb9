import { closeSync, openSync, readSync } from "node:fs";

/** Both ends of a TCP connection. */
export interface TcpConnection {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Byte order of the host, in which the kernel prints addresses as words of four bytes. */
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** An address and port as /proc/net/tcp prints them; undefined when it is no IPv4 address. */
function printedPlace(address: string, port: number): string | undefined {
  const parts = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1);
  if (parts === undefined) return undefined;
  const bytes = littleEndian ? parts.reverse() : parts;
  const hex = bytes.map((byte) => Number(byte).toString(16).padStart(2, "0")).join("");
  return `${hex}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}

/** The key under which a connection stands in /proc/net/tcp; undefined when it is none of IPv4. */
function keyOf({ address, port, localAddress, localPort }: TcpConnection): string | undefined {
  const [local, remote] = [printedPlace(localAddress, localPort), printedPlace(address, port)];
  return local === undefined || remote === undefined ? undefined : `${local} ${remote}`;
}

/**
 * Bytes in the send queue of each connection, from the text of /proc/net/tcp (proc(5)): what the other side has not
 * acknowledged.
 * @returns in the order of `connections`; undefined for one that does not stand there
 */
export function sendQueues(text: string, connections: readonly TcpConnection[]): (number | undefined)[] {
  const wanted = new Map(connections.map((connection, index) => [keyOf(connection), index]));
  const found: (number | undefined)[] = connections.map(() => undefined);
  for (let from = text.indexOf("\n") + 1; from < text.length; ) {
    const end = text.indexOf("\n", from);
    // "   0: 0100007F:1F85 0100007F:D2C8 01 0002A300:00000000 …"
    const colon = text.indexOf(": ", from);
    const index = wanted.get(text.slice(colon + 2, colon + 29));
    if (index !== undefined) found[index] = Number.parseInt(text.slice(colon + 33, colon + 41), 16);
    from = end === -1 ? text.length : end + 1;
  }
  return found;
}

type LookAtQueues = (connections: readonly TcpConnection[]) => readonly (number | undefined)[] | undefined;

/**
 * Looks at the send queues of IPv4 connections of this machine.
 * @param path of the table
 * @returns as `sendQueues` does; undefined for all where there is no such table, as elsewhere than on Linux, or where one of
 *   them is no connection of IPv4
 */
export function tcpQueues(path = "/proc/self/net/tcp"): LookAtQueues {
  let memory = Buffer.allocUnsafe(64 * 1024);

  function read(): string {
    const descriptor = openSync(path, "r");
    try {
      let length = 0;
      for (;;) {
        if (length === memory.length) memory = Buffer.concat([memory], memory.length * 2);
        const count = readSync(descriptor, memory, length, memory.length - length, null);
        if (count === 0) return memory.toString("latin1", 0, length);
        length += count;
      }
    } finally {
      closeSync(descriptor);
    }
  }

  return (connections) => {
    if (connections.some((connection) => keyOf(connection) === undefined)) return undefined;
    try {
      return sendQueues(read(), connections);
    } catch {
      return undefined;
    }
  };
}
