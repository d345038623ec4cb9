import { afterEach, expect, test, vi } from "vitest";
import { bootFilesService } from "../src/app/services/boot-files.ts";
import type { ScanResult } from "../src/boot-files/scan.ts";
import type { LogRecord } from "../src/events/record.ts";
import { loopbackConfig } from "./helpers/loopback.ts";

const scanning = vi.hoisted(() => ({ end: (_result: unknown): void => undefined }));
vi.mock("../src/boot-files/scan.ts", async (original) => ({
  ...(await original<typeof import("../src/boot-files/scan.ts")>()),
  scanRoot: () => new Promise((resolve) => (scanning.end = resolve)),
}));
vi.mock("../src/os/make-folders.ts", () => ({ makeFolders: async () => undefined }));
afterEach(() => void vi.useRealTimers());

test("a root that takes long to read is not called unreadable, and is there when it has been read", async () => {
  vi.useFakeTimers();
  const records: LogRecord[] = [];
  const scans: ScanResult[] = [];
  const service = bootFilesService(loopbackConfig("/srv/large", 68), {
    log: (record) => void records.push(record),
    onTree: (_tree, scan) => void scans.push(scan),
  });
  const started = service.start();
  await vi.advanceTimersByTimeAsync(5_000);
  await started;
  expect(records.map(({ level, event }) => [level, event])).toEqual([["warn", "boot.root-slow"]]);
  expect(records[0]?.message).toContain("root /srv/large is still being read: clients get nothing until it has been.");
  scanning.end({ ok: true, files: [], folders: [], cut: false, silent: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect(scans.map(({ ok }) => ok)).toEqual([false, true]);
  expect(records.at(-1)?.event).toBe("boot.tree");
  await service.stop();
});
