import { expect, test } from "vitest";
import { capturedPackets, growth, keptOptions } from "../src/bench/codec.ts";
import { readDhcp } from "../src/bootp.ts";

const packet = (...options: number[]) => {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([0x63, 0x82, 0x53, 0x63], 236);
  bytes.set(options, 240);
  return bytes;
};

test("capturedPackets are a DISCOVER and an OFFER", () => {
  const types = capturedPackets().map((hex) => readDhcp(Buffer.from(hex, "hex"))?.options.get(53)?.[0]);
  expect(types).toEqual([1, 2]);
});

test("keptOptions counts the options that came through with the same bytes", () => {
  const original = packet(53, 1, 1, 60, 2, 65, 66, 97, 1, 0, 255);
  expect(keptOptions(original, original)).toEqual({ kept: 3, options: 3 });
  expect(keptOptions(original, packet(60, 2, 65, 67, 53, 1, 1, 255))).toEqual({ kept: 1, options: 3 });
  expect(keptOptions(original, new Uint8Array(3))).toEqual({ kept: 0, options: 3 });
});

test("growth is what each further option adds", () => {
  const lines = [
    { unknown: 0, decode: 800, map: 400 },
    { unknown: 20, decode: 5000, map: 4000 },
    { unknown: 40, decode: 8800, map: 8000 },
  ];
  expect(growth(lines)).toEqual({ decode: 200, map: 190 });
  expect(() => growth(lines.slice(0, 1))).toThrow(/two lines/);
});
