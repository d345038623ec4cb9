import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Source } from "@bootlace/boot-source";
import type { HttpBootEvent } from "../src/core/events.ts";
import { createHttpBootServer, directory } from "../src/index.ts";
import type { HttpBootServerOptions } from "../src/server-options.ts";

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A boot file listener on loopback, on a port the system chooses, with the events it reported. */
export async function httpServer(source: Source | string, more: Partial<HttpBootServerOptions> = {}) {
  const events: HttpBootEvent[] = [];
  let wake = () => {};
  const server = createHttpBootServer({
    source: typeof source === "string" ? directory(source, { ignoreCase: true }) : source,
    addresses: ["127.0.0.1"],
    port: 0,
    onEvent(event) {
      events.push(event);
      wake();
    },
    ...more,
  });
  await server.start();
  return {
    server,
    events,
    port: () => server.addresses()[0]?.port ?? 0,
    /** The first event of a type for which `matches` holds, now or later. */
    async reported<T extends HttpBootEvent["type"]>(
      type: T,
      matches: (event: Extract<HttpBootEvent, { type: T }>) => boolean = () => true,
    ): Promise<Extract<HttpBootEvent, { type: T }>> {
      for (;;) {
        for (const event of events) {
          const found = event as Extract<HttpBootEvent, { type: T }>;
          if (event.type === type && matches(found)) return found;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** A TCP connection that writes bytes as they are and reads answers one after the other. */
export async function rawClient(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let parts: Buffer[] = [];
  let bytes = 0;
  let ended = false;
  let wake = () => {};
  socket.on("data", (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    ended = true;
    wake();
  });

  function received(): Buffer {
    parts = [Buffer.concat(parts)];
    return parts[0] ?? Buffer.alloc(0);
  }

  async function more(): Promise<void> {
    if (ended) throw new Error(`the connection ended after ${bytes} bytes`);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }

  return {
    socket,
    send: (text: string) => void socket.write(text, "latin1"),
    /** A request line and headers as a client would send them. */
    request(target: string, headers: readonly string[] = [], method = "GET") {
      this.send(`${method} ${target} HTTP/1.1\r\n${["Host: 127.0.0.1", ...headers].join("\r\n")}\r\n\r\n`);
    },
    async answer(method = "GET"): Promise<RawAnswer> {
      let end = received().indexOf("\r\n\r\n");
      while (end === -1) {
        await more();
        end = received().indexOf("\r\n\r\n");
      }
      const [line = "", ...lines] = received().toString("latin1", 0, end).split("\r\n");
      const pairs = lines.map((text) => [
        text.slice(0, text.indexOf(":")).toLowerCase(),
        text.replace(/^[^:]*: */, ""),
      ]);
      const headers = Object.fromEntries(pairs) as Record<string, string>;
      const bodiless = method === "HEAD" || line.includes(" 304 ");
      const size = bodiless ? 0 : Number(headers["content-length"] ?? 0);
      const from = end + 4;
      while (bytes < from + size) await more();
      const body = Buffer.from(received().subarray(from, from + size));
      parts = [received().subarray(from + size)];
      bytes -= from + size;
      return { status: Number(line.split(" ")[1]), headers, body };
    },
    async get(target: string, headers: readonly string[] = []): Promise<RawAnswer> {
      this.request(target, headers);
      return this.answer();
    },
    /** Resolves when the server has closed the connection. */
    async closed(): Promise<void> {
      socket.resume();
      if (!ended) await once(socket, "close");
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}
