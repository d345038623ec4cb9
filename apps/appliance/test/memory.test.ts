import { describe, expect, it } from "vitest";
import { fileCacheSize, memoryOfThisMachine, transferCacheSize } from "../src/os/memory.ts";

const MiB = 1024 * 1024;

describe("the memory for file contents", () => {
  it.each([
    ["the machine's where no group limits it", 8192 * MiB, 0, 8192 * MiB],
    ["the machine's where the kernel says that there is no limit", 8192 * MiB, 2 ** 63, 8192 * MiB],
    ["that of the group", 8192 * MiB, 256 * MiB, 256 * MiB],
  ])("is reckoned from %s", (_what, total, constrained, memory) => {
    expect(memoryOfThisMachine(total, constrained)).toBe(memory);
  });

  it.each([
    [256 * MiB, 32 * MiB],
    [512 * MiB, 64 * MiB],
    [65_536 * MiB, 64 * MiB],
  ])("of %i bytes is %i: an eighth, and never above 64 MiB", (memory, size) => {
    expect(fileCacheSize(memory)).toBe(size);
    expect(transferCacheSize(memory)).toBe(size / 2);
  });
});
