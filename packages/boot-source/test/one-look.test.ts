import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SourceClient } from "../src/core/source.ts";
import { directory } from "../src/directory.ts";
import { folder } from "./folder.ts";

const client = (n: number): SourceClient => ({
  address: `10.0.${n >> 8}.${n & 255}`,
  port: 2070,
  localAddress: "10.0.0.1",
  localPort: 69,
});

test("a thousand who ask for one file at once are one look at the disk", async () => {
  const root = await folder();
  await writeFile(join(root, "x"), "x");
  await utimes(join(root, "x"), 1_700_000_000, 1_700_000_000);
  let looks = 0;
  const source = directory(root, {
    now: () => Date.now() + 3_600_000,
    isPrivate() {
      looks++;
      return false;
    },
  });
  const results = await Promise.all(Array.from({ length: 1000 }, (_, n) => source.open("x", client(n))));
  expect(results.every(({ ok }) => ok)).toBe(true);
  expect(looks).toBe(1);
  await Promise.all(results.map((result) => (result.ok ? result.file.close() : undefined)));
});
