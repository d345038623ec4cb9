import { expect, it } from "vitest";
import { boundYoungHeap } from "../src/os/young-heap.ts";

const MiB = 1024 * 1024;

it("the room for young objects grows to 32 MiB and no further, and again after it has shrunk", () => {
  let size = MiB;
  const factors: number[] = [];
  const looks: (() => void)[] = [];
  const heap = { size: () => size, setGrowth: (factor: number) => void factors.push(factor) };
  let stopped = false;
  const every = (milliseconds: number, work: () => void) => {
    expect(milliseconds).toBe(250);
    looks.push(work);
    return () => {
      stopped = true;
    };
  };
  {
    using _ = boundYoungHeap(every, heap);
    for (const next of [16 * MiB, 32 * MiB, 64 * MiB, 2 * MiB, 8 * MiB, 32 * MiB]) {
      size = next;
      looks[0]?.();
    }
    expect(factors).toEqual([1, 2, 1]);
    expect(stopped).toBe(false);
  }
  expect(stopped).toBe(true);
});
