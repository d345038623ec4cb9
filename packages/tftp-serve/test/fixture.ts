import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { content, notFound, type Source } from "@bootlace/boot-source";
import { onTestFinished } from "vitest";
import type { Clock } from "../src/clock.ts";
import type { TftpEvent } from "../src/core/events.ts";
import type { SetSegmentSize } from "../src/segment-size.ts";
import { tftpServer } from "../src/serve.ts";
import type { TftpServer, TftpServerOptions } from "../src/server-options.ts";
import { fakeClock } from "./fake-clock.ts";
import { ack, rrq } from "./hex.ts";

export interface Received {
  readonly packet: Buffer;
  readonly port: number;
  readonly address: string;
}

/** A client that sends what it is given, byte by byte, and keeps what comes. */
export interface UdpClient {
  readonly port: number;
  send(packet: Uint8Array, port: number): void;
  broadcast(packet: Uint8Array, port: number, address: string): void;
  /** The next packet, whenever it comes. */
  next(): Promise<Received>;
  /** Packets that have come and were not taken. */
  readonly waiting: number;
  close(): Promise<void>;
}

export async function udpClient(address = "127.0.0.1", port = 0): Promise<UdpClient> {
  const socket = createSocket("udp4");
  const arrived: Received[] = [];
  const awaited: ((received: Received) => void)[] = [];
  socket.on("message", (packet, from) => {
    const received = { packet, port: from.port, address: from.address };
    const waiting = awaited.shift();
    if (waiting) waiting(received);
    else arrived.push(received);
  });
  socket.bind(port, address);
  await once(socket, "listening");
  let open = true;
  const client: UdpClient = {
    port: socket.address().port,
    send: (packet, to) => socket.send(packet, to, "127.0.0.1"),
    broadcast(packet, to, where) {
      socket.setBroadcast(true);
      socket.send(packet, to, where);
    },
    next() {
      const first = arrived.shift();
      return first ? Promise.resolve(first) : new Promise((resolve) => awaited.push(resolve));
    },
    get waiting() {
      return arrived.length;
    },
    async close() {
      if (!open) return;
      open = false;
      socket.close();
      await once(socket, "close");
    },
  };
  onTestFinished(() => client.close());
  return client;
}

/** Files from memory, by name. */
export function memory(files: Readonly<Record<string, Uint8Array>>): Source {
  return {
    open(name) {
      const bytes = files[name];
      return bytes ? content(bytes, name) : notFound();
    },
  };
}

/** Bytes that differ from block to block. */
export function pattern(size: number): Uint8Array {
  return new Uint8Array(size).map((_, at) => (at * 31 + (at >> 9) * 7) & 0xff);
}

export interface Running {
  readonly server: TftpServer;
  readonly port: number;
  readonly events: TftpEvent[];
  /** The next event of this type that was not taken, whenever it comes. */
  event<T extends TftpEvent["type"]>(type: T): Promise<Extract<TftpEvent, { type: T }>>;
}

/** A server on 127.0.0.1, on a clock that stands still unless it is moved. */
export async function running(
  options: TftpServerOptions,
  clock: Clock = fakeClock(),
  setSegmentSize?: SetSegmentSize,
): Promise<Running> {
  const events: TftpEvent[] = [];
  const awaited: { readonly type: string; readonly take: (event: TftpEvent) => void }[] = [];
  let taken: readonly TftpEvent[] = [];
  const server = tftpServer(
    {
      addresses: ["127.0.0.1"],
      port: 0,
      ...options,
      onEvent(event) {
        events.push(event);
        options.onEvent?.(event);
        const at = awaited.findIndex(({ type }) => type === event.type);
        if (at < 0) return;
        taken = [...taken, event];
        awaited.splice(at, 1)[0]?.take(event);
      },
    },
    clock,
    setSegmentSize,
  );
  await server.start();
  onTestFinished(() => server.stop());
  return {
    server,
    port: server.addresses()[0]?.port ?? 0,
    events,
    event<T extends TftpEvent["type"]>(type: T) {
      type Wanted = Extract<TftpEvent, { type: T }>;
      const isWanted = (event: TftpEvent): event is Wanted => event.type === type && !taken.includes(event);
      const known = events.find(isWanted);
      if (known) {
        taken = [...taken, known];
        return Promise.resolve(known);
      }
      return new Promise<Wanted>((resolve) => {
        awaited.push({ type, take: (event) => resolve(event as Wanted) });
      });
    },
  };
}

/** Fetches a file in lockstep, and gives its bytes; an ERROR is thrown as its text. */
export async function fetchFile(client: UdpClient, port: number, file: string, ...options: string[]): Promise<Buffer> {
  client.send(rrq(file, ...options), port);
  const blocks: Buffer[] = [];
  let blockSize = 512;
  for (;;) {
    const { packet, port: tid } = await client.next();
    if (packet[1] === 5) throw new Error(`ERROR ${packet[3]} ${packet.toString("latin1", 4, packet.length - 1)}`);
    if (packet[1] === 6) {
      const words = packet.toString("latin1", 2).toLowerCase().split("\0");
      const at = words.indexOf("blksize");
      if (at >= 0) blockSize = Number(words[at + 1]);
      client.send(ack(0), tid);
    } else if (packet.readUInt16BE(2) === ((blocks.length + 1) & 0xffff)) {
      blocks.push(packet.subarray(4));
      client.send(ack(blocks.length), tid);
      if (packet.length - 4 < blockSize) return Buffer.concat(blocks);
    }
  }
}

/** A folder of its own for one test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "bootlace-tftp-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
