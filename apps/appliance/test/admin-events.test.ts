import { once } from "node:events";
import { get, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { createEventReaders } from "../src/admin/events.ts";
import { createStream, type StreamEntry } from "../src/telemetry/stream.ts";
import { admin } from "./helpers/admin.ts";

const log = (message: string) =>
  ({ at: "2026-11-22T12:00:00.000Z", level: "info", scope: "boot", event: "x", message }) as const;

describe("the stream", () => {
  const heard = (stream: ReturnType<typeof createStream>, after?: string) => {
    const entries: StreamEntry[] = [];
    const end = stream.subscribe(after, (entry) => entries.push(entry));
    return { entries, end, names: () => entries.map(({ id, name }) => `${id} ${name}`) };
  };
  test("goes on after the id that was seen last", () => {
    const stream = createStream("e");
    for (const message of ["one", "two", "three"]) stream.publish("log", log(message));
    const reader = heard(stream, "e-1");
    stream.publish("log", log("four"));
    expect(reader.names()).toEqual(["e-2 log", "e-3 log", "e-4 log"]);
    reader.end();
    stream.publish("log", log("five"));
    expect(reader.entries).toHaveLength(3);
    expect(heard(stream).entries).toEqual([]);
    expect(heard(stream, "e-5").entries).toEqual([]);
  });
  test("says what is no longer there: by number, by size, from another process, nonsense", () => {
    const few = createStream("e", { events: 3, bytes: 1e6 });
    for (let number = 0; number < 10; number++) few.publish("log", log(String(number)));
    const reader = heard(few, "e-2");
    expect(reader.names()).toEqual(["e-7 gap", "e-8 log", "e-9 log", "e-10 log"]);
    expect(reader.entries[0]?.data).toBe('{"missed":5}');
    expect(heard(few, "e-7").names()).toEqual(["e-8 log", "e-9 log", "e-10 log"]);
    const small = createStream("e", { events: 100, bytes: 500 });
    for (let number = 0; number < 10; number++) small.publish("log", log("x".repeat(100)));
    expect(heard(small, "e-0").names()).toEqual(["e-8 gap", "e-9 log", "e-10 log"]);
    for (const after of ["f-2", "e-99", "e--1", "", "<script>"]) {
      expect(heard(few, after).entries[0]).toMatchObject({ name: "gap", data: '{"missed":null}' });
    }
  });
});

describe("server-sent events", () => {
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await server.stop();
  });

  async function started(options: Parameters<typeof admin>[0] = {}) {
    const made = admin(options);
    await made.server.start();
    open.push(made.server);
    const { port } = made.server.endpoint() ?? { port: 0 };
    return { ...made, port };
  }

  async function listen(port: number, headers: Record<string, string> = {}, path = "/api/v1/events") {
    const request = get({ host: "127.0.0.1", port, path, headers });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    for (const side of [request, response]) side.on("error", () => {});
    response.setEncoding("utf8");
    let text = "";
    let wake = () => {};
    response.on("data", (chunk: string) => {
      text += chunk;
      wake();
    });
    return {
      response,
      end: () => request.destroy(),
      async until(pattern: RegExp): Promise<string> {
        while (!pattern.test(text)) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return text;
      },
    };
  }

  test("one event a frame, with id; a reader that comes back misses nothing", async () => {
    const { port, observer } = await started();
    const first = await listen(port);
    await first.until(/retry/);
    expect(first.response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    observer.stream.publish("log", log("line\nbreak"));
    const text = await first.until(/break/);
    const [, id = ""] = /^id: (\S+)$/m.exec(text) ?? [];
    expect(text).toContain(`id: ${id}\nevent: log\ndata: {"at":`);
    expect(text.split("\n\n").filter((frame) => frame.startsWith("id:"))).toHaveLength(1);
    first.end();
    observer.stream.publish("log", log("meanwhile"));
    const second = await listen(port, { "last-event-id": id });
    expect(await second.until(/meanwhile/)).not.toContain("break");
    second.end();
  });
  test("only the names that were asked for", async () => {
    const { port, observer } = await started();
    const reader = await listen(port, {}, "/api/v1/events?names=verdict,boot");
    await reader.until(/retry/);
    observer.stream.publish("log", log("unwanted"));
    observer.stream.publish("boot", { id: "b", startedAt: "", lastAt: "", ended: false, outcome: "running", bytes: 0 });
    expect(await reader.until(/event: boot/)).not.toContain("unwanted");
    reader.end();
  });
  test("readers are bounded, and a stop sends them away at once", async () => {
    const { port, server } = await started();
    const readers = [];
    for (let number = 0; number < 32; number++) readers.push(await listen(port));
    const refused = await listen(port);
    expect(refused.response.statusCode).toBe(503);
    expect(refused.response.headers["content-type"]).toContain("application/problem+json");
    const closed = readers.map(({ response }) => new Promise((resolve) => response.on("close", resolve)));
    await server.stop();
    await Promise.all(closed);
  });
  test("the token is asked for here, too", async () => {
    const token = "0123456789abcdef";
    const { port } = await started({ token });
    expect((await listen(port)).response.statusCode).toBe(401);
    const reader = await listen(port, { authorization: `Bearer ${token}` });
    expect(reader.response.statusCode).toBe(200);
    reader.end();
  });
});

describe("readers that take nothing", () => {
  /** A response of which the reader takes all, or nothing. */
  function reader(takes: boolean) {
    const closes: (() => void)[] = [];
    return {
      takes,
      destroyed: false,
      writableLength: 0,
      writeHead() {},
      write(text: string) {
        if (!takes) this.writableLength += text.length;
      },
      on(_event: "close", work: () => void) {
        closes.push(work);
      },
      destroy() {
        this.destroyed = true;
        this.writableLength = 0;
        for (const close of closes) close();
      },
    };
  }

  test("have 16 MiB unsent together, the slowest go, and who takes stays", () => {
    const stream = createStream("e");
    const events = createEventReaders(stream);
    const readers = Array.from({ length: 32 }, (_, number) => reader(number % 8 === 0));
    for (const one of readers) expect(events.add(one as unknown as ServerResponse, undefined, undefined)).toBe(true);
    let most = 0;
    for (let number = 0; number < 512; number++) {
      stream.publish("log", log("x".repeat(64 * 1024)));
      most = Math.max(
        most,
        readers.reduce((sum, { writableLength }) => sum + writableLength, 0),
      );
    }
    expect(most).toBeGreaterThan(4 * 1024 * 1024);
    expect(most).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(readers.filter(({ takes, destroyed }) => takes && destroyed)).toEqual([]);
    expect(readers.filter(({ destroyed }) => destroyed).length).toBeGreaterThan(0);
    // What came before is not sent to a reader that has gone meanwhile.
    const late = reader(false);
    events.add(late as unknown as ServerResponse, "0-0", undefined);
    expect(readers.reduce((sum, { writableLength }) => sum + writableLength, late.writableLength)).toBeLessThanOrEqual(
      16 * 1024 * 1024,
    );
    events.close();
  });
});
