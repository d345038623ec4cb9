import { expect, test } from "vitest";
import { pacedReload } from "../src/app/paced-reload.ts";

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await undefined;
};

test("reloads run one at a time, with a rest, and who asks meanwhile shares the next one", async () => {
  const ends: (() => void)[] = [];
  const rests: (() => void)[] = [];
  let runs = 0;
  const pause = (milliseconds: number) => {
    expect(milliseconds).toBe(1000);
    return new Promise<void>((resolve) => rests.push(resolve));
  };
  const reload = pacedReload(
    pause,
    () =>
      new Promise<number>((resolve) => {
        const number = ++runs;
        ends.push(() => resolve(number));
      }),
  );
  const first = reload();
  await turns();
  const others = Array.from({ length: 100 }, reload);
  await turns();
  expect(runs).toBe(1);
  ends.shift()?.();
  expect(await first).toBe(1);
  await turns();
  expect(runs).toBe(1);
  rests.shift()?.();
  await turns();
  expect(runs).toBe(2);
  // The second has begun, and may have read the config already.
  const late = reload();
  ends.shift()?.();
  expect(await Promise.all(others)).toEqual(Array(100).fill(2));
  await turns();
  rests.shift()?.();
  await turns();
  ends.shift()?.();
  expect(await late).toBe(3);
});

test("one that fails keeps nobody from the next", async () => {
  let runs = 0;
  const reload = pacedReload(
    async () => undefined,
    async () => {
      if (++runs === 1) throw new Error("no");
      return runs;
    },
  );
  await expect(reload()).rejects.toThrow("no");
  expect(await reload()).toBe(2);
});
