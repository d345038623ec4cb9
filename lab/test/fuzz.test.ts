import { describe, expect, test } from "vitest";
import { seedLines } from "../src/fuzz/seeds.ts";
import { fuzzStart } from "../src/fuzz/sender.ts";

describe("the seeds of the fuzzer", () => {
  const lines = seedLines();

  test("are what clients have sent to each port, each once, as PORT HEX", () => {
    const kinds = Object.groupBy(lines, (line) => line.split(" ")[0] ?? "");
    expect(Object.keys(kinds).toSorted()).toEqual(["4011", "67", "69", "http", "transfer"]);
    for (const line of lines) expect(line).toMatch(/^\S+ (?:[0-9a-f]{2})+$/);
    expect(new Set(lines).size).toBe(lines.length);
  });

  test("a request for a file is one for the TFTP port", () => {
    const request = lines.find((line) => line.startsWith("69 "))?.slice(3) ?? "";
    expect(request).toMatch(/^000[12]/);
  });

  test("a request by HTTP ends where its headers end", () => {
    const head = lines.find((line) => line.startsWith("http "))?.slice(5) ?? "";
    expect(Buffer.from(head, "hex").toString()).toMatch(/^(GET|HEAD) \S+ HTTP\/1\.1\r\n[\s\S]*\r\n\r\n$/);
  });
});

test("a run begins at the same place by default", () => {
  expect(fuzzStart({})).toEqual({ seed: 1, from: 0 });
  expect(fuzzStart({ FUZZ_SEED: "7", FUZZ_FROM: "5000" })).toEqual({ seed: 7, from: 5000 });
});
