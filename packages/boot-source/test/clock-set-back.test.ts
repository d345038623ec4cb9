import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { directory } from "../src/directory.ts";

const client = { address: "10.0.0.7", port: 2000, localAddress: "10.0.0.1", localPort: 69 };

test("a miss is forgotten when the clock was set back, not an hour later", async () => {
  const root = await mkdtemp(join(tmpdir(), "clock-"));
  onTestFinished(() => rm(root, { recursive: true }));
  let now = Date.now() + 3_600_000;
  const source = directory(root, { now: () => now });
  expect((await source.open("late", client)).ok).toBe(false);
  await writeFile(join(root, "late"), "late");
  now -= 3_600_000;
  const again = await source.open("late", client);
  expect(again).toMatchObject({ ok: true, file: { size: 4 } });
  if (again.ok) {
    await again.file.read(new Uint8Array(4), 0);
    await again.file.close();
  }
});
