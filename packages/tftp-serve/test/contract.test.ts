import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { content, type Source } from "@bootlace/boot-source";
import { describe, expect, onTestFinished, test } from "vitest";
import type { TftpEvent } from "../src/core/events.ts";
import { createTftpServer, OptionError, ServerStartError } from "../src/index.ts";
import { tftpServer } from "../src/serve.ts";
import type { TftpChanges, TftpServer, TftpServerOptions } from "../src/server-options.ts";
import { uploads } from "../src/uploads.ts";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, udpClient } from "./fixture.ts";
import { rrq, toHex } from "./hex.ts";

const files = { big: pattern(5000), hello: Buffer.from("hello") };
const source = memory(files);

/** A UDP port that somebody else has, at this address alone. */
async function taken(address: string, port = 0): Promise<{ port: number; free(): Promise<void> }> {
  const socket: Socket = createSocket("udp4");
  let open = true;
  const free = async () => {
    if (!open) return;
    open = false;
    socket.close();
    await once(socket, "close");
  };
  onTestFinished(free);
  socket.bind(port, address);
  await once(socket, "listening");
  return { port: socket.address().port, free };
}

/** A server that was not started, and what it reports. */
function server(options: Partial<TftpServerOptions> = {}): { server: TftpServer; events: TftpEvent[] } {
  const events: TftpEvent[] = [];
  const onEvent = (event: TftpEvent) => void events.push(event);
  return {
    server: tftpServer({ source, addresses: ["127.0.0.1"], port: 0, onEvent, ...options }, fakeClock()),
    events,
  };
}

async function failureOf(started: Promise<void>): Promise<ServerStartError> {
  const error = await started.catch((reason: unknown) => reason);
  return error instanceof ServerStartError ? error : expect.fail(`not refused: ${String(error)}`);
}

describe("an option", () => {
  test.each<[string, object]>([
    ["source", {}],
    ["source", { source: {} }],
    ["port", { source, port: 70_000 }],
    ["port", { source, port: -1 }],
    ["port", { source, port: 69.5 }],
    ["port", { source, port: "69" }],
    ["addresses[1]", { source, addresses: ["127.0.0.1", "localhost"] }],
    ["clients[0]", { source, clients: ["192.168.11.0/33"] }],
    ["clients[1]", { source, clients: ["10.0.0.0/8", "somewhere"] }],
    ["singlePort", { source, singlePort: 1 }],
    ["segmentation", { source, segmentation: "yes" }],
    ["sink", { source, sink: {} }],
    ["mtuOf", { source, mtuOf: 1500 }],
    ["settingsFor", { source, settingsFor: {} }],
    ["progressInterval", { source, progressInterval: -1 }],
    ["holderOf", { source, holderOf: "lsof" }],
    ["onEvent", { source, onEvent: {} }],
    ["limits.maxBlockSize", { source, limits: { maxBlockSize: 65_465 } }],
    ["limits.maxBlockSize", { source, limits: { maxBlockSize: 511 } }],
    ["limits.maxWindowSize", { source, limits: { maxWindowSize: 0 } }],
    ["limits.maxTransfers", { source, limits: { maxTransfers: 0 } }],
    ["limits.maxTransfersPerClient", { source, limits: { maxTransfersPerClient: -1 } }],
    ["limits.unacknowledgedPerSecond", { source, limits: { unacknowledgedPerSecond: 0 } }],
    ["limits.unacknowledgedPerSecondPerClient", { source, limits: { unacknowledgedPerSecondPerClient: Number.NaN } }],
    ["limits.cacheSize", { source, limits: { cacheSize: -1 } }],
    ["limits.idleLimit", { source, limits: { idleLimit: -1 } }],
    ["limits.lifetime", { source, limits: { lifetime: "long" } }],
    ["limits.lifetimes", { source, limits: { lifetimes: 1 } }],
    ["adresses", { source, adresses: ["127.0.0.1"] }],
  ])("%s that is wrong is named when the server is created: %j", (option, options) => {
    const create = () => createTftpServer(options as TftpServerOptions);
    expect(create).toThrow(OptionError);
    expect(create).toThrow(`createTftpServer: option ${option} `);
  });

  test.each<[string, object]>([
    ["port", { port: 65_536 }],
    ["addresses[0]", { addresses: [""] }],
    ["clients", { clients: "192.168.11.0/24" }],
    ["limits.maxTransfers", { limits: { maxTransfers: 1.5 } }],
    ["settingsFor", { settingsFor: 1 }],
    ["source", { source }],
    ["singlePort", { singlePort: true }],
  ])("%s that is wrong, or fixed, is named by configure, and nothing changes: %j", async (option, changes) => {
    const { server } = await running({ source });
    const before = server.addresses();
    const wrong = server.configure({ addresses: [], ...changes } as TftpChanges);
    await expect(wrong).rejects.toMatchObject({ name: "OptionError", option });
    expect(server.addresses()).toEqual(before);
  });

  test.each<[string, object]>([
    ["maxFileSize", { maxFileSize: -1 }],
    ["quota", { quota: 1.5 }],
    ["qouta", { qouta: 1 }],
  ])("%s of uploads that is wrong is named: %j", (option, options) => {
    expect(() => uploads("/srv", options)).toThrow(`uploads: option ${option} `);
  });

  test("that is undefined counts as left out", async () => {
    const { port } = await running({ source, clients: undefined, limits: undefined, singlePort: undefined });
    expect(await fetchFile(await udpClient(), port, "hello")).toEqual(files.hello);
  });
});

describe("a start", () => {
  test("while the server runs does nothing", async () => {
    const { server, events } = await running({ source });
    const before = server.addresses();
    await Promise.all([server.start(), server.start()]);
    expect(server.addresses()).toEqual(before);
    expect(events.map(({ type }) => type)).toEqual(["listening"]);
  });

  test("after a stop serves again", async () => {
    const { server } = await running({ source });
    await server.stop();
    expect(server.addresses()).toEqual([]);
    await server.start();
    expect(await fetchFile(await udpClient(), server.addresses()[0]?.port ?? 0, "hello")).toEqual(files.hello);
  });

  test.each([[["127.0.0.2", "127.0.0.3", "127.0.0.1"]], [["127.0.0.1", "127.0.0.2", "127.0.0.3"]]])(
    "for which a port is taken leaves nothing bound, and a stop after it is safe: %j",
    async (addresses) => {
      const { port, free } = await taken("127.0.0.1");
      const holderOf = async ({ protocol }: { protocol: string }) => `${protocol} program (pid 7)`;
      const { server: tftp, events } = server({ addresses, port, holderOf });
      expect(await failureOf(tftp.start())).toMatchObject({
        code: "EADDRINUSE",
        address: "127.0.0.1",
        port,
        failures: [{ protocol: "udp", address: "127.0.0.1", port, code: "EADDRINUSE", holder: "udp program (pid 7)" }],
        message: `cannot bind UDP 127.0.0.1 port ${port}: EADDRINUSE, held by udp program (pid 7)`,
      });
      expect([tftp.addresses(), events]).toEqual([[], []]);
      for (const address of ["127.0.0.2", "127.0.0.3"]) await (await taken(address, port)).free();
      await tftp.stop();
      await tftp.stop({ drain: true });
      expect(events).toEqual([]);
      await free();
      await tftp.start();
      expect(tftp.addresses().map(({ address }) => address)).toEqual(addresses);
      await tftp.stop();
    },
  );

  test("reports every address that cannot be bound", async () => {
    const { port } = await taken("127.0.0.1");
    const { server: tftp } = server({ addresses: ["127.0.0.1", "127.0.0.3", "203.0.113.199"], port });
    expect((await failureOf(tftp.start())).failures).toEqual([
      { protocol: "udp", address: "127.0.0.1", port, code: "EADDRINUSE" },
      { protocol: "udp", address: "203.0.113.199", port, code: "EADDRNOTAVAIL" },
    ]);
  });

  test("that fails ends the transfers that it let in, and takes no more", async () => {
    const { port } = await taken("127.0.0.2");
    const client = await udpClient();
    let asked = () => {};
    let answer = () => {};
    const opened = new Promise<void>((resolve) => {
      asked = resolve;
    });
    // Names who holds the port while a request has come to the address that is bound already.
    const holderOf = async () => {
      client.send(rrq("big"), port);
      await opened;
      return undefined;
    };
    const slow: Source = {
      open: () =>
        new Promise((resolve) => {
          answer = () => resolve(content(files.big));
          asked();
        }),
    };
    const { server: tftp, events } = server({
      source: slow,
      addresses: ["127.0.0.1", "127.0.0.2"],
      port,
      holderOf,
    });
    await failureOf(tftp.start());
    answer();
    expect(tftp.statistics()).toMatchObject({ requests: 1, transfersActive: 0 });
    expect(events).toEqual([]);
    await (await taken("127.0.0.1", port)).free();
  });

  test("of an address that this machine does not have works when the address is changed", async () => {
    const { server: tftp } = server({ addresses: ["127.0.0.1", "192.0.2.1"] });
    expect(await failureOf(tftp.start())).toMatchObject({ code: "EADDRNOTAVAIL", address: "192.0.2.1" });
    expect(await tftp.configure({ addresses: ["127.0.0.1"] })).toEqual([]);
    expect(tftp.addresses()).toEqual([]);
    await tftp.start();
    expect(tftp.addresses()).toMatchObject([{ address: "127.0.0.1" }]);
    await tftp.stop();
  });
});

describe("an abort", () => {
  test.each<[string, (controller: AbortController) => void]>([
    ["before the start", (controller) => controller.abort(new Error("changed my mind"))],
    [
      "while it binds",
      (controller) => void Promise.resolve().then(() => controller.abort(new Error("changed my mind"))),
    ],
  ])("%s rejects with its reason and leaves nothing bound", async (_name, abort) => {
    const { port, free } = await taken("127.0.0.1");
    await free();
    const controller = new AbortController();
    const { server: tftp, events } = server({ port });
    abort(controller);
    await expect(tftp.start({ signal: controller.signal })).rejects.toThrow("changed my mind");
    expect([tftp.addresses(), events]).toEqual([[], []]);
    await (await taken("127.0.0.1", port)).free();
    await tftp.stop();
  });

  test("later stops the server", async () => {
    const controller = new AbortController();
    const { server: tftp, events } = server();
    await tftp.start({ signal: controller.signal });
    const port = tftp.addresses()[0]?.port ?? 0;
    controller.abort();
    await tftp.stop();
    expect(tftp.addresses()).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["listening", "unlistening", "stopped"]);
    await (await taken("127.0.0.1", port)).free();
  });
});

describe("a stop", () => {
  test("is safe before the start, and twice", async () => {
    const { server: tftp, events } = server();
    await tftp.stop();
    await tftp.start();
    await Promise.all([tftp.stop(), tftp.stop({ drain: true })]);
    await tftp.stop();
    expect(events.map(({ type }) => type)).toEqual(["listening", "unlistening", "stopped"]);
    expect(new Set(events.map(({ time }) => time))).toEqual(new Set([Date.UTC(2030, 0, 1)]));
  });

  test("ends the transfers that run, and says so to their clients", async () => {
    const { server: tftp, port, event } = await running({ source });
    const client = await udpClient();
    client.send(rrq("big"), port);
    await client.next();
    await Promise.all([tftp.stop(), tftp.stop()]);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 05 00 00");
    expect(await event("aborted")).toMatchObject({ reason: "stopped" });
    expect(tftp.statistics().transfersActive).toBe(0);
  });

  test("comes at the end of `await using`", async () => {
    const { server: tftp } = server();
    {
      await using scoped = tftp;
      await scoped.start();
      expect(scoped.addresses()).toHaveLength(1);
    }
    expect(tftp.addresses()).toEqual([]);
  });
});
