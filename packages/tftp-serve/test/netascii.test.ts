import { Readable } from "node:stream";
import { content, type Source } from "@bootlace/boot-source";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeNetascii, netasciiDecoder, netasciiLength } from "../src/core/netascii.ts";
import { netasciiView } from "../src/netascii-view.ts";
import { fetchFile, running, type UdpClient, udpClient } from "./fixture.ts";
import { ack, hex, request, toHex } from "./hex.ts";

const file = hex("61 0a 62 0d 0a 0d 63");
const wire = hex("61 0d 0a 62 0d 00 0d 0a 0d 00 63");

const text = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => bytes.map((octet) => [0x0a, 0x0d, 0, 0x61][octet & 3] ?? 0));

function encode(bytes: Uint8Array, skip = 0, length = 200): Uint8Array {
  const target = new Uint8Array(length);
  return target.subarray(0, encodeNetascii(bytes, target, skip));
}

function decode(blocks: readonly Uint8Array[]): Uint8Array {
  const decoder = netasciiDecoder();
  return Uint8Array.from([...blocks.flatMap((block) => [...decoder.decode(block)]), ...decoder.end()]);
}

describe("encoding", () => {
  test("V9", () => {
    expect(netasciiLength(file)).toBe(11);
    expect(toHex(encode(file))).toBe(toHex(wire));
  });

  test("V9 in blocks of 8: a block may begin and end inside a pair", () => {
    expect(toHex(encode(file, 0, 8))).toBe("61 0d 0a 62 0d 00 0d 0a");
    expect(toHex(encode(file, 8, 8))).toBe("0d 00 63");
  });

  test("any piece is that piece of the whole", () => {
    fc.assert(
      fc.property(text, fc.nat(130), fc.nat(130), (bytes, skip, length) => {
        expect(encode(bytes, skip, length)).toEqual(encode(bytes).subarray(skip, skip + length));
        expect(encode(bytes).length).toBe(netasciiLength(bytes));
      }),
      { seed: 764, numRuns: 1000 },
    );
  });
});

describe("decoding", () => {
  test("gives back what was encoded, whatever the blocks", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (bytes, blockSize) => {
        const whole = encode(bytes);
        const blocks: Uint8Array[] = [];
        for (let at = 0; at < whole.length; at += blockSize) blocks.push(whole.subarray(at, at + blockSize));
        expect(decode(blocks)).toEqual(bytes);
      }),
      { seed: 764, numRuns: 1000 },
    );
  });

  test("a CR that no LF or NUL follows stays as it is", () => {
    expect(toHex(decode([hex("61 0d"), hex("62 0d 0d"), hex("0a 0d")]))).toBe("61 0d 62 0d 0a 0d");
  });
});

describe("a file seen as netascii", () => {
  async function view(bytes: Uint8Array) {
    const source = content(bytes, "v");
    const result = source.ok ? netasciiView(source.file) : source;
    if (!result.ok) return expect.fail(result.fault.reason);
    return result.file;
  }

  test.each([0, 1, 65_535, 65_536, 65_537, 200_000])("%i bytes, read in any pieces", async (size) => {
    const bytes = new Uint8Array(size).map((_, at) => (at % 7 === 0 ? 0x0a : at % 11 === 0 ? 0x0d : 0x61));
    const whole = encode(bytes, 0, 2 * size);
    const seen = await view(bytes);
    expect(seen.version).toBe("netascii v");
    for (const length of [512, 65_536]) {
      for (let at = 0; at <= whole.length; at += length * 9 + 1) {
        const target = new Uint8Array(length);
        expect(await seen.read(target, at)).toBe(Math.min(length, whole.length - at));
        expect(Buffer.compare(target.subarray(0, whole.length - at), whole.subarray(at, at + length))).toBe(0);
      }
    }
  });

  test("a stream that is read once is served, larger than its spool", async () => {
    const pieces = Array.from({ length: 200 }, () => Buffer.alloc(1000, "a\n"));
    const streamed: Source = { open: () => content(Readable.from(pieces), { size: 200_000, spoolSize: 4000 }) };
    const { port } = await running({ source: streamed });
    const sent = await fetchText(await udpClient(), port, "f");
    expect(sent.toString()).toBe("a\r\n".repeat(100_000));
    expect(await fetchFile(await udpClient(), port, "f")).toEqual(Buffer.concat(pieces));
  });

  test.each([0, 1, 300, 511, 512, 1024, 70_000, 200_000])(
    "%i bytes arrive whole, and their size is reported at the end",
    async (size) => {
      const bytes = Buffer.from(
        new Uint8Array(size).map((_, at) => (at % 7 === 0 ? 0x0a : at % 11 === 0 ? 0x0d : 0x61)),
      );
      const { port, event } = await running({ source: { open: () => content(bytes, "v") } });
      const client = await udpClient();
      const whole = encode(bytes, 0, 2 * size);
      for (let round = 0; round < 2; round++) {
        expect(Buffer.compare(await fetchText(client, port, "f"), whole)).toBe(0);
        expect(await event("done")).toMatchObject({ figures: { bytes: whole.length, size: whole.length } });
      }
    },
  );

  test("a forged sender orders the reading of two pieces, not of the file", async () => {
    const size = 60 * 2 ** 20;
    let octets = 0;
    const file = {
      size,
      version: undefined,
      read(target: Uint8Array) {
        octets += target.length;
        return target.length;
      },
      close() {},
    };
    const { port } = await running({ source: { open: () => ({ ok: true, file }) } });
    const client = await udpClient();
    client.send(request(1, "initrd.img", "netascii"), port);
    expect((await client.next()).packet.length).toBe(516);
    await new Promise((resolve) => setImmediate(resolve));
    expect(octets).toBeLessThanOrEqual(4 * 65_536);
  });

  test("a file that has become shorter does not end the transfer as if it were whole", async () => {
    const file = {
      size: 100_000,
      version: undefined,
      read: (target: Uint8Array) => Math.min(target.length, 1000),
      close() {},
    };
    const { port, event } = await running({ source: { open: () => ({ ok: true, file }) } });
    const client = await udpClient();
    client.send(request(1, "f", "netascii"), port);
    expect(toHex((await client.next()).packet.subarray(0, 2))).toBe("00 05");
    expect(await event("aborted")).toMatchObject({ reason: "file-changed" });
  });

  test("too large a file is not read", async () => {
    const file = { size: 64 * 2 ** 20 + 1, version: undefined, read: () => expect.fail("read"), close() {} };
    expect(netasciiView(file)).toEqual({ ok: false, fault: { reason: "too-large" } });
  });
});

/** Fetches a file in netascii, in blocks of 512. */
async function fetchText(client: UdpClient, port: number, name: string): Promise<Buffer> {
  client.send(request(1, name, "netascii"), port);
  const blocks: Buffer[] = [];
  for (;;) {
    const { packet, port: tid } = await client.next();
    expect(packet.readUInt16BE(0)).toBe(3);
    blocks.push(packet.subarray(4));
    client.send(ack(blocks.length), tid);
    if (packet.length < 516) return Buffer.concat(blocks);
  }
}
