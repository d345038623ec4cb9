import type { SourceFile } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { frameCache } from "../src/cache.ts";
import type { ChannelHandlers } from "../src/channel.ts";
import type { TftpEvent } from "../src/core/events.ts";
import type { OptionPair } from "../src/core/packet.ts";
import { defaultLimits } from "../src/option-tables.ts";
import { readSession } from "../src/read-session.ts";
import type { ClientSettings } from "../src/server-options.ts";
import type { SessionHost } from "../src/session.ts";
import { fakeClock } from "./fake-clock.ts";
import { ack } from "./hex.ts";

/** Byte of a file at a place, not to be confused with that of a place nearby. */
const octetAt = (place: number) => (place ^ (place >>> 9) ^ (place >>> 17)) & 0xff;

/** A file of any size that costs nothing to keep. */
function synthetic(size: number, later: boolean): SourceFile {
  return {
    size,
    version: undefined,
    read(target, position) {
      for (let at = 0; at < target.length; at++) target[at] = octetAt(position + at);
      return later ? Promise.resolve(target.length) : target.length;
    },
    close() {},
  };
}

interface Fetched {
  readonly octets: number;
  readonly blocks: number;
  readonly wrong: number;
  readonly sends: number;
  readonly end: TftpEvent | undefined;
}

/** A whole transfer through session, engine and cache, without a socket: the client acknowledges whole windows. */
async function fetchAll(
  file: SourceFile,
  options: readonly OptionPair[],
  settings?: ClientSettings,
  cacheSize = 1e6,
): Promise<Fetched> {
  const clock = fakeClock();
  const window = Number(options.find(([name]) => name === "windowsize")?.[1] ?? 1);
  const blksize = Number(options.find(([name]) => name === "blksize")?.[1] ?? 512);
  let handlers: ChannelHandlers | undefined;
  let owed: Uint8Array[] = [];
  const fetched = { octets: 0, blocks: 0, wrong: 0, sends: 0, end: undefined as TftpEvent | undefined };

  function onData(bytes: Uint8Array): void {
    const { length } = bytes;
    const next = fetched.blocks + 1;
    const number = settings?.rollover === 1 ? ((next - 1) % 65_535) + 1 : next & 0xffff;
    if (((bytes[2] ?? 0) << 8) + (bytes[3] ?? 0) !== number) fetched.wrong++;
    for (let at = 4; at < length; at++) if (bytes[at] !== octetAt(fetched.octets + at - 4)) fetched.wrong++;
    fetched.blocks++;
    fetched.octets += length - 4;
    if (fetched.blocks % window === 0 || length - 4 < blksize) owed.push(ack(number));
  }

  const host: SessionHost = {
    clock,
    limits: { ...defaultLimits, maxWindowSize: 65_535 },
    maxBlockSize: () => 65_464,
    maxWindowSize: () => 65_535,
    progressInterval: 0,
    emit(event) {
      if (event.type === "done" || event.type === "aborted") fetched.end = event;
    },
    nextId: () => 1,
    channel(_, given) {
      handlers = given;
      return {
        send: () => owed.push(ack(0)),
        sendWindow(packets, from, last) {
          fetched.sends++;
          for (const packet of packets.slice(from, last + 1)) onData(packet);
        },
        close() {},
      };
    },
    reject: () => expect.unreachable(),
    lookUp: (_, turn) => turn.start(() => {}),
    verified() {},
    found() {},
    ended() {},
  };
  const client = { address: "10.0.0.1", port: 1, localAddress: "10.0.0.2", localPort: 69 };
  const request = { opcode: "rrq", file: "f", mode: "octet", options } as const;
  readSession(
    host,
    frameCache(cacheSize),
    { open: () => ({ ok: true, file }) },
    {
      client,
      request,
      settings,
      receivedAt: 0,
      single: false,
    },
  );
  while (!fetched.end) {
    const packets = owed;
    owed = [];
    for (const packet of packets) handlers?.packet(packet);
    // One turn of the loop lets the promises of the source settle.
    if (owed.length === 0 && !fetched.end) await new Promise((resolve) => setImmediate(resolve));
  }
  return fetched;
}

describe("every byte, in order, through session, engine and cache", () => {
  const sizes = [0, 1, 511, 512, 513, 65_535, 65_536, 200_000];
  for (const size of sizes) {
    for (const [blksize, windowsize] of [
      [512, 1],
      [512, 4],
      [1468, 16],
      [8, 16],
    ] as const) {
      test(`${size} bytes, blksize ${blksize}, windowsize ${windowsize}`, async () => {
        const options: OptionPair[] = [
          ["blksize", String(blksize)],
          ["windowsize", String(windowsize)],
        ];
        for (const later of [false, true]) {
          const fetched = await fetchAll(synthetic(size, later), options);
          expect(fetched).toMatchObject({
            octets: size,
            blocks: Math.floor(size / blksize) + 1,
            wrong: 0,
            end: { type: "done", confirmed: true, figures: { retransmissions: 0 } },
          });
        }
      });
    }
  }

  test.each([
    [65_535 * 512, 65_536, 0],
    [65_536 * 512 + 1, 65_537, 0],
    [65_536 * 512 + 1, 65_537, 1],
  ] as const)("%i bytes without options: %i blocks, rollover to %i", async (size, blocks, rollover) => {
    expect(await fetchAll(synthetic(size, false), [], { rollover })).toMatchObject({ octets: size, blocks, wrong: 0 });
  });

  test("a window is sent as one slice, or two where it lies in two pieces", async () => {
    const options: OptionPair[] = [
      ["blksize", "1468"],
      ["windowsize", "16"],
    ];
    const { sends, blocks } = await fetchAll(synthetic(5_000_000, false), options);
    const pieces = Math.ceil(5_000_000 / (44 * 1468));
    expect(sends).toBeLessThanOrEqual(Math.ceil(blocks / 16) + pieces);
  });

  test("without memory to keep pieces, windows over three of them still arrive", async () => {
    const options: OptionPair[] = [
      ["blksize", "8"],
      ["windowsize", "8192"],
    ];
    for (const later of [false, true]) {
      expect(await fetchAll(synthetic(300_000, later), options, undefined, 0)).toMatchObject({
        octets: 300_000,
        wrong: 0,
        end: { type: "done" },
      });
    }
  });

  test("what one client must not be asked for is not granted", async () => {
    const options: OptionPair[] = [["blksize", "1468"]];
    const { blocks } = await fetchAll(synthetic(512 * 3, false), [], { ignoreOptions: ["blksize"] });
    expect(blocks).toBe(4);
    const small = await fetchAll(synthetic(1500, false), [["blksize", "1000"]], { maxBlockSize: 1000 });
    expect(small).toMatchObject({ blocks: 2, octets: 1500 });
    expect((await fetchAll(synthetic(1500, false), options)).blocks).toBe(2);
  });
});
