import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxWindowOctets, type NegotiationBounds, negotiate } from "../src/core/negotiate.ts";
import type { OptionPair, TftpRequest } from "../src/core/packet.ts";

const bounds: NegotiationBounds = { maxBlockSize: 1468, maxWindowSize: 16, ignoreOptions: [] };

function asked(options: readonly OptionPair[], mode = "octet"): TftpRequest {
  return { opcode: "rrq", file: "f", mode, options };
}

/** What is acknowledged for one option alone: its value, or undefined when it is left out. */
function answer(name: string, value: string, mode?: string, limits = bounds): string | undefined {
  const { acknowledged } = negotiate(asked([[name, value]], mode), 1_048_576, limits);
  expect(acknowledged.length).toBeLessThanOrEqual(1);
  expect(acknowledged[0]?.[0] ?? name).toBe(name);
  return acknowledged[0]?.[1];
}

describe("each option alone", () => {
  test.each([
    ["blksize", "7", undefined],
    ["blksize", "8", "8"],
    ["blksize", "512", "512"],
    ["blksize", "1468", "1468"],
    ["blksize", "1469", "1468"],
    ["blksize", "65464", "1468"],
    ["blksize", "65465", undefined],
    ["blksize", "0", undefined],
    ["blksize", "-1", undefined],
    ["blksize", "+512", undefined],
    ["blksize", "08", undefined],
    ["blksize", "0512", undefined],
    ["blksize", " 512", undefined],
    ["blksize", "512 ", undefined],
    ["blksize", "1e30", undefined],
    ["blksize", "0x200", undefined],
    ["blksize", "512.0", undefined],
    ["blksize", "", undefined],
    ["blksize", "9".repeat(400), undefined],
    ["windowsize", "0", undefined],
    ["windowsize", "1", "1"],
    ["windowsize", "16", "16"],
    ["windowsize", "17", "16"],
    ["windowsize", "65535", "16"],
    ["windowsize", "65536", undefined],
    ["timeout", "0", undefined],
    ["timeout", "1", "1"],
    ["timeout", "255", "255"],
    ["timeout", "256", undefined],
    ["tsize", "0", "1048576"],
    ["tsize", "99", "1048576"],
    ["tsize", "-1", undefined],
    ["tsize", "18446744073709551615", undefined],
    ["multicast", "", undefined],
    ["rollover", "1", undefined],
    ["utimeout", "100000", undefined],
    ["blksize2", "1024", undefined],
    ["msftwindow", "31416", undefined],
    ["toString", "1", undefined],
  ])("%s %j is answered %j", (name, value, expected) => {
    expect(answer(name, value)).toBe(expected);
  });

  test("names come back as they were written", () => {
    expect(answer("TSize", "0")).toBe("1048576");
    expect(answer("BLKSIZE", "600")).toBe("600");
  });

  test("netascii has neither tsize nor windowsize", () => {
    expect(answer("tsize", "0", "netascii")).toBeUndefined();
    expect(answer("windowsize", "4", "netascii")).toBeUndefined();
    expect(answer("blksize", "1024", "netascii")).toBe("1024");
    expect(negotiate(asked([["windowsize", "4"]], "netascii"), 1, bounds).windowSize).toBe(1);
  });

  test("an upload without known size echoes tsize", () => {
    expect(negotiate(asked([["tsize", "99"]]), undefined, bounds).acknowledged).toEqual([["tsize", "99"]]);
    expect(negotiate(asked([["tsize", "0"]]), undefined, bounds).acknowledged).toEqual([["tsize", "0"]]);
  });

  test("options to be ignored stay unanswered and without effect", () => {
    const ignoring = { ...bounds, ignoreOptions: ["blksize", "timeout"] };
    const terms = negotiate(
      asked([
        ["BlkSize", "1024"],
        ["timeout", "3"],
        ["tsize", "0"],
      ]),
      5,
      ignoring,
    );
    expect(terms).toEqual({ blockSize: 512, windowSize: 1, timeout: undefined, acknowledged: [["tsize", "5"]] });
  });
});

describe("together", () => {
  test("V1 and V2: the order of the request", () => {
    const terms = negotiate(
      asked([
        ["tsize", "0"],
        ["blksize", "1468"],
        ["windowsize", "4"],
      ]),
      1_048_576,
      bounds,
    );
    expect(terms).toEqual({
      blockSize: 1468,
      windowSize: 4,
      timeout: undefined,
      acknowledged: [
        ["tsize", "1048576"],
        ["blksize", "1468"],
        ["windowsize", "4"],
      ],
    });
  });

  test("nothing asked, nothing acknowledged: 512 bytes in lockstep", () => {
    const terms = { blockSize: 512, windowSize: 1, timeout: undefined, acknowledged: [] };
    expect(negotiate(asked([]), 5, bounds)).toEqual(terms);
    expect(negotiate(asked([["blksize", "x"]]), 5, bounds)).toEqual(terms);
  });

  test.each([
    [65464, 16, 1],
    [32768, 16, 2],
    [1468, 65535, 44],
    [512, 65535, 128],
    [8, 65535, 8192],
  ])("blksize %i with windowsize %i gets a window of %i", (blksize, windowsize, expected) => {
    const wide = { ...bounds, maxBlockSize: 65464, maxWindowSize: 65535 };
    const options: OptionPair[] = [
      ["windowsize", String(windowsize)],
      ["blksize", String(blksize)],
    ];
    expect(negotiate(asked(options), 5, wide)).toMatchObject({ blockSize: blksize, windowSize: expected });
  });

  test("whatever is asked: never more than was asked, never what was not, never above the bounds", () => {
    const name = fc.constantFrom("blksize", "BLKSIZE", "windowsize", "timeout", "tsize", "tSize", "multicast", "x");
    const value = fc.oneof(fc.integer({ min: -2, max: 70000 }).map(String), fc.string({ maxLength: 6 }));
    const options = fc.uniqueArray(fc.tuple(name, value), { selector: ([n]) => n.toLowerCase() });
    const limits = fc.record({
      maxBlockSize: fc.integer({ min: 8, max: 65464 }),
      maxWindowSize: fc.integer({ min: 1, max: 65535 }),
      ignoreOptions: fc.subarray(["blksize", "windowsize", "timeout", "tsize"]),
    });
    fc.assert(
      fc.property(options, limits, fc.nat(), (pairs, limit, size) => {
        const terms = negotiate(asked(pairs), size, limit);
        const given = new Map<string, string>(pairs);
        expect(terms.blockSize * terms.windowSize).toBeLessThanOrEqual(Math.max(maxWindowOctets, terms.blockSize));
        expect(terms.acknowledged.map(([n]) => n)).toEqual(
          pairs.map(([n]) => n).filter((n) => terms.acknowledged.some(([m]) => m === n)),
        );
        for (const [n, v] of terms.acknowledged) {
          const lower = n.toLowerCase();
          expect(limit.ignoreOptions).not.toContain(lower);
          if (lower === "timeout") expect(v).toBe(given.get(n));
          if (lower === "tsize") expect(v).toBe(String(size));
          if (lower === "blksize") {
            expect(Number(v)).toBe(terms.blockSize);
            expect(terms.blockSize).toBe(Math.min(Number(given.get(n)), limit.maxBlockSize));
          }
          if (lower === "windowsize") {
            expect(Number(v)).toBe(terms.windowSize);
            expect(terms.windowSize).toBeLessThanOrEqual(Math.min(Number(given.get(n)), limit.maxWindowSize));
          }
        }
      }),
      { seed: 7440, numRuns: 1000 },
    );
  });
});
