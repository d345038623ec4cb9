import { expect, test } from "vitest";
import { whenFree } from "../src/descriptors.ts";

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Fails with these codes, one after the other, then gives "open". */
function door(codes: readonly string[]) {
  const left = [...codes];
  const waits: number[] = [];
  const opened = whenFree(
    async () => {
      const code = left.shift();
      if (code !== undefined) throw failure(code);
      return "open";
    },
    async (milliseconds) => void waits.push(milliseconds),
  );
  return { opened, waits };
}

test("waits for a descriptor, of the process or of the system", async () => {
  const { opened, waits } = door(["EMFILE", "ENFILE", "EMFILE"]);
  expect(await opened).toBe("open");
  expect(waits).toHaveLength(3);
});

test("does not wait for anything else", async () => {
  const { opened, waits } = door(["ENOENT"]);
  await expect(opened).rejects.toThrow("ENOENT");
  expect(waits).toEqual([]);
});

test("does not wait for ever", async () => {
  const { opened, waits } = door(new Array<string>(1000).fill("EMFILE"));
  await expect(opened).rejects.toThrow("EMFILE");
  expect(waits.reduce((sum, one) => sum + one, 0)).toBe(5000);
});
