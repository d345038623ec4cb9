import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes: both halves of the semi-space that Node.js had for many years, and that all our objects of a moment fit into. */
const enough = 32 * 1024 * 1024;
/** V8's own factor, and the one by which nothing grows. */
const [grows, stays] = [2, 1];
/** Milliseconds. */
const lookEvery = 250;

export interface YoungHeap {
  /** Bytes that V8 keeps for young objects. */
  size(): number;
  /** By how much it grows when it is too small. */
  setGrowth(factor: number): void;
}

/**
 * Keeps V8 from growing the room for young objects to 128 MiB, as it does in a flood of requests, and as half of a small container is.
 * It may shrink, and grow again.
 * @param every calls the work in so many milliseconds, until what it returns is called
 */
export function boundYoungHeap(
  every: (milliseconds: number, work: () => void) => () => void,
  heap: YoungHeap = ofThisProcess,
): Disposable {
  let factor = grows;
  const stop = every(lookEvery, () => {
    const wanted = heap.size() < enough ? grows : stays;
    if (wanted === factor) return;
    factor = wanted;
    heap.setGrowth(wanted);
  });
  return { [Symbol.dispose]: stop };
}

const ofThisProcess: YoungHeap = {
  size: () => getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0,
  setGrowth: (factor) => setFlagsFromString(`--semi-space-growth-factor=${factor}`),
};
