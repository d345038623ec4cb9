import type { ByteRange, HttpBootRequest } from "@bootlace/http-boot";
import type { TransferRef } from "@bootlace/tftp-serve";
import { describe, expect, test } from "vitest";
import type { ApiBootSummary } from "../src/api-model/types.ts";
import { createReporting } from "../src/app/services/reporting.ts";
import { statusLines } from "../src/cli/status-lines.ts";
import type { LogRecord } from "../src/events/record.ts";
import { prettyLines } from "../src/log/pretty.ts";
import { loopbackConfig } from "./helpers/loopback.ts";
import { CLIENT, MAC, SERVER, story } from "./helpers/story.ts";

/** A machine that was sent an iPXE program and has an address, and all who watch it. */
async function watched() {
  const teller = story({ plan: { kind: "boot", file: "ipxe.efi" } })
    .discover()
    .lease();
  const records: LogRecord[] = [];
  const reporting = createReporting(loopbackConfig("/srv/boot", 68), {
    log: (record) => records.push(record),
    now: teller.now,
    every: () => () => undefined,
    machineOf: ({ ip }) => (ip === CLIENT ? { mac: MAC, host: "bench-3" } : {}),
  });
  await reporting.observing.start();
  const streamed: ApiBootSummary[] = [];
  const { stream, boots, boot } = reporting.observing.observer();
  stream.subscribe(undefined, ({ name, data }) => {
    if (name === "boot") streamed.push(JSON.parse(data));
  });
  let passedOn = 0;
  let ids = 0;

  function passOn(): void {
    for (const event of teller.events.slice(passedOn)) reporting.report(event);
    passedOn = teller.events.length;
  }

  const self = {
    records,
    streamed,
    now: teller.now,
    wait(seconds: number) {
      teller.wait(seconds);
      passOn();
    },
    http(file: string, size: number, range?: ByteRange) {
      const client = { address: CLIENT, port: 3000, localAddress: SERVER, localPort: 8069 };
      const said = { method: "GET", target: `/${file}`, file, userAgent: "iPXE/1.21.1", mac: undefined };
      const request: HttpBootRequest = { id: ++ids, time: teller.now(), client, ...said };
      const total = range === undefined ? size : range.last - range.first + 1;
      const began = teller.now();
      const tell = (event: object) => {
        teller.tell({ kind: "http", event: { time: teller.now(), request, ...event } as never });
        passOn();
      };
      tell({ type: "start", size, range });
      return {
        has: (bytes: number) => tell({ type: "progress", bytes, total, ms: teller.now() - began }),
        done: () => tell({ type: "done", status: 200, bytes: total, size, range, ms: teller.now() - began }),
      };
    },
    tftp(file: string, size: number) {
      const client = { address: CLIENT, port: 2000, localAddress: SERVER, localPort: 69 };
      const transfer: TransferRef = { id: ++ids, direction: "read", client, file, mode: "octet" };
      const tell = (event: object) => {
        teller.tell({ kind: "tftp", event: { time: teller.now(), transfer, ...event } as never });
        passOn();
      };
      const figures = (bytes: number) => ({ bytes, size, blocks: 1, retransmissions: 0, timeouts: 0, ms: 1 });
      tell({ type: "start", requested: [] });
      tell({ type: "negotiated", size, blockSize: 1468, windowSize: 1, timeout: undefined, acknowledged: [] });
      return {
        has: (bytes: number) => tell({ type: "progress", figures: figures(bytes) }),
        done: () => tell({ type: "done", figures: figures(size), blockSize: 1468, windowSize: 1, confirmed: true }),
      };
    },
    /** The transfer moves at so many bytes a second, with a report each second. */
    move(transfer: { has(bytes: number): void }, perSecond: number, seconds: number, from = 0) {
      for (let second = 1; second <= seconds; second++) {
        self.wait(1);
        transfer.has(from + second * perSecond);
      }
    },
    async summary(): Promise<ApiBootSummary> {
      const [first] = (await boots({ limit: 9 })).boots;
      if (first === undefined) throw new Error("no boot");
      return first;
    },
    boot,
    /** The line of the boot in the status, as wide as it may be. */
    async line(columns = 200): Promise<string> {
      const started = new Date(teller.now()).toISOString();
      const lines = statusLines(
        {
          schema: 1,
          version: "0.1.0",
          startedAt: started,
          uptimeSeconds: 0,
          ready: true,
          reasons: [],
          endpoints: [],
          interfaces: [],
          config: { loadedAt: started },
          bootCheck: [],
          transfers: { tftp: 0, http: 0 },
          history: { writable: true },
          boots: [await self.summary()],
        },
        { colour: false, columns: () => columns },
      );
      return lines.slice(3).join("\n").replace(/^\S+ /, "");
    },
    progress: () =>
      records
        .filter(({ event, level }) => event.endsWith(".progress") && level === "info")
        .map((record) => prettyLines(record, { time: "T", colour: false, level: "info" }).trimEnd()),
    [Symbol.asyncDispose]: () => reporting.observing.stop(),
  };
  return self;
}

describe("a file that takes long", () => {
  test("is in the boot, the status and the stream, with its bytes, size and rate", async () => {
    await using made = await watched();
    made.tftp("ipxe.efi", 200_000).done();
    made.wait(1);
    made.http("vmlinuz", 8_000_000).done();
    made.wait(2);
    const startedAt = made.now();
    made.move(made.http("initrd.img", 200_000_000), 4_000_000, 20);
    const expected = {
      bytes: 88_200_000,
      transfers: [
        {
          protocol: "http",
          file: "initrd.img",
          bytes: 80_000_000,
          size: 200_000_000,
          percent: 40,
          bytesPerSecond: 4_000_000,
          secondsLeft: 30,
          startedAt: new Date(startedAt).toISOString(),
          lastProgressAt: new Date(made.now()).toISOString(),
        },
      ],
    };
    const summary = await made.summary();
    expect(summary).toMatchObject({ outcome: "running", ...expected });
    expect(await made.boot(summary.id)).toMatchObject(expected);
    made.wait(1);
    expect(made.streamed.at(-1)).toMatchObject(expected);
    expect(await made.line()).toBe(`${MAC}  x64-uefi  initrd.img  running, 80 of 200 MB (40 %), 4.0 MB/s, 30 s left`);
    expect(await made.line(80)).toBe(`${MAC}  initrd.img  running, 40 %, 4.0 MB/s, 30 s left`);
    expect(await made.line(60)).toBe(`${MAC}  initrd.img  running, 40 %`);
  });

  test("is no longer there when it has come", async () => {
    await using made = await watched();
    const file = made.http("initrd.img", 20_000_000);
    made.move(file, 4_000_000, 4);
    file.done();
    made.wait(1);
    const summary = await made.summary();
    expect(summary).toMatchObject({ bytes: 20_000_000 });
    expect(summary).not.toHaveProperty("transfers");
    expect(made.streamed.at(-1)).not.toHaveProperty("transfers");
    const step = (await made.boot(summary.id))?.steps.at(-1);
    expect(step?.details).not.toHaveProperty("bytesPerSecond");
  });

  test("by TFTP shows the same", async () => {
    await using made = await watched();
    made.move(made.tftp("initrd.img", 100_000_000), 1_500_000, 8);
    expect(await made.summary()).toMatchObject({
      bytes: 12_000_000,
      transfers: [{ protocol: "tftp", bytes: 12_000_000, size: 100_000_000, percent: 12, bytesPerSecond: 1_500_000 }],
    });
    expect(await made.line()).toContain("initrd.img  running, 12 of 100 MB (12 %), 1.5 MB/s, 59 s left");
  });

  test("has the rate of its last seconds, not that since it began", async () => {
    await using made = await watched();
    const file = made.http("initrd.img", 200_000_000);
    made.move(file, 10_000_000, 10);
    made.move(file, 1_000_000, 8, 100_000_000);
    expect((await made.summary()).transfers).toMatchObject([{ bytesPerSecond: 1_000_000, secondsLeft: 92 }]);
  });

  test("that has stalled has the rate 0 and its age", async () => {
    await using made = await watched();
    const file = made.http("initrd.img", 200_000_000);
    made.move(file, 4_000_000, 5);
    const last = new Date(made.now()).toISOString();
    made.wait(12);
    const { transfers } = await made.summary();
    expect(transfers).toMatchObject([{ bytes: 20_000_000, bytesPerSecond: 0, lastProgressAt: last }]);
    expect(transfers?.[0]).not.toHaveProperty("secondsLeft");
    expect(made.streamed.at(-1)?.transfers).toEqual(transfers);
    expect(await made.line()).toContain("initrd.img  running, 20 of 200 MB (10 %), no byte for 12 s");
    made.move(file, 4_000_000, 6, 20_000_000);
    expect((await made.summary()).transfers?.[0]?.bytesPerSecond).toBeGreaterThan(1_000_000);
    expect(await made.line()).not.toContain("no byte");
  });

  test("counts the bytes of the range that was asked for", async () => {
    await using made = await watched();
    made.move(made.http("disk.iso", 4_000_000_000, { first: 0, last: 99_999_999 }), 5_000_000, 10);
    expect((await made.summary()).transfers).toMatchObject([{ bytes: 50_000_000, size: 100_000_000, percent: 50 }]);
  });

  test("stands first before others of the same machine that come at the same time", async () => {
    await using made = await watched();
    const first = made.http("a.img", 100_000_000);
    made.wait(1);
    const second = made.http("b.img", 100_000_000);
    for (let step = 1; step <= 4; step++) {
      made.wait(1);
      first.has(step * 1_000_000);
      second.has(step * 2_000_000);
    }
    expect(await made.summary()).toMatchObject({
      bytes: 12_000_000,
      transfers: [
        { file: "b.img", bytes: 8_000_000 },
        { file: "a.img", bytes: 4_000_000 },
      ],
    });
    expect(await made.line()).toContain("b.img  running, 8.0 of 100 MB (8 %), 2.0 MB/s, 46 s left, 1 more file");
  });

  test("is under way no longer when the daemon stops", async () => {
    const made = await watched();
    made.move(made.http("initrd.img", 200_000_000), 4_000_000, 3);
    await made[Symbol.asyncDispose]();
    expect(made.streamed.at(-1)).toMatchObject({ ended: true });
    expect(made.streamed.at(-1)).not.toHaveProperty("transfers");
  });
});

describe("the stream", () => {
  test("never has the same boot twice in a row", async () => {
    await using made = await watched();
    const file = made.http("initrd.img", 200_000_000);
    made.move(file, 4_000_000, 6);
    made.wait(30);
    made.move(file, 4_000_000, 6, 24_000_000);
    const texts = made.streamed.map((one) => JSON.stringify(one));
    expect(texts.filter((text, index) => text === texts[index - 1])).toEqual([]);
    expect(texts.length).toBeGreaterThan(12);
  });
});

describe("the log", () => {
  test("has a line at ten seconds and at each doubling, with the machine's name", async () => {
    await using made = await watched();
    made.move(made.http("initrd.img", 400_000_000), 4_000_000, 85);
    expect(made.progress()).toEqual([
      "T bench-3 HTTP initrd.img: 36 of 400 MB (9 %), 4.0 MB/s, 1 m 31 s left",
      "T bench-3 HTTP initrd.img: 76 of 400 MB (19 %), 4.0 MB/s, 1 m 21 s left",
      "T bench-3 HTTP initrd.img: 156 of 400 MB (39 %), 4.0 MB/s, 1 m 1 s left",
      "T bench-3 HTTP initrd.img: 316 of 400 MB (79 %), 4.0 MB/s, 21 s left",
    ]);
    const [record] = made.records.filter(({ event, level }) => event === "http.progress" && level === "info");
    expect(record).toMatchObject({
      message: `bench-3 ${CLIENT} "initrd.img": 36 of 400 MB (9 %), 4.0 MB/s, 1 m 31 s left`,
      fields: { mac: MAC, host: "bench-3", file: "initrd.img", bytes: 36_000_000, size: 400_000_000, percent: 9 },
    });
  });

  test("says of a stalled transfer for how long, and nothing of one that has ended", async () => {
    await using made = await watched();
    made.move(made.tftp("boot.wim", 300_000_000), 1_000_000, 8);
    made.http("vmlinuz", 8_000_000).done();
    made.wait(15);
    expect(made.progress()).toEqual([
      "T bench-3 TFTP boot.wim: 8.0 of 300 MB (2 %), 1.0 MB/s, 4 m 52 s left",
      "T bench-3 TFTP boot.wim: 8.0 of 300 MB (2 %), no byte for 12 s",
    ]);
  });
});
