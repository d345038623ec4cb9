import { content, type Source } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { describeWrongChanges, describeWrongOptions } from "../../../tools/test-kit/option-contract.ts";
import { describeServerContract, taken } from "../../../tools/test-kit/server-contract.ts";
import type { TftpEvent } from "../src/core/events.ts";
import { createTftpServer, ServerStartError } from "../src/index.ts";
import { tftpServer } from "../src/serve.ts";
import type { TftpServer, TftpServerOptions } from "../src/server-options.ts";
import { uploads } from "../src/uploads.ts";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, udpClient } from "./fixture.ts";
import { rrq, toHex } from "./hex.ts";

const files = { big: pattern(5000), hello: Buffer.from("hello") };
const source = memory(files);

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

describeServerContract("udp", (options) => tftpServer({ source, ...options }, fakeClock()), {
  fixed: ["source", { source }],
});

describeWrongOptions("createTftpServer", (options) => createTftpServer({ source, ...options }), [
  ["source", { source: undefined }],
  ["source", { source: {} }],
  ["singlePort", { singlePort: 1 }],
  ["segmentation", { segmentation: "yes" }],
  ["sink", { sink: {} }],
  ["mtuOf", { mtuOf: 1500 }],
  ["settingsFor", { settingsFor: {} }],
  ["progressInterval", { progressInterval: -1 }],
  ["limits.maxBlockSize", { limits: { maxBlockSize: 65_465 } }],
  ["limits.maxBlockSize", { limits: { maxBlockSize: 511 } }],
  ["limits.maxWindowSize", { limits: { maxWindowSize: 0 } }],
  ["limits.maxTransfers", { limits: { maxTransfers: 0 } }],
  ["limits.maxTransfersPerClient", { limits: { maxTransfersPerClient: -1 } }],
  ["limits.unacknowledgedPerSecond", { limits: { unacknowledgedPerSecond: 0 } }],
  ["limits.unacknowledgedPerSecondPerClient", { limits: { unacknowledgedPerSecondPerClient: Number.NaN } }],
  ["limits.cacheSize", { limits: { cacheSize: -1 } }],
  ["limits.idleLimit", { limits: { idleLimit: -1 } }],
  ["limits.lifetime", { limits: { lifetime: "long" } }],
]);

describeWrongChanges(
  async () => (await running({ source })).server,
  [
    ["limits.maxTransfers", { limits: { maxTransfers: 1.5 } }],
    ["settingsFor", { settingsFor: 1 }],
    ["source", { source }],
    ["singlePort", { singlePort: true }],
  ],
);

describe("an option", () => {
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
  test("after a stop serves again", async () => {
    const { server } = await running({ source });
    await server.stop();
    expect(server.addresses()).toEqual([]);
    await server.start();
    expect(await fetchFile(await udpClient(), server.addresses()[0]?.port ?? 0, "hello")).toEqual(files.hello);
  });

  test("that fails ends the transfers that it let in, and takes no more", async () => {
    await using holder = await taken("udp", "127.0.0.2");
    const { port } = holder;
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
    await using _ = await taken("udp", "127.0.0.1", port);
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

describe("a stop", () => {
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
});
