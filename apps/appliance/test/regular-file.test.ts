import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readToken } from "../src/admin/token.ts";
import { ApplianceStartError } from "../src/app/services/service.ts";
import { confFiles, readText } from "../src/cli/import-files.ts";
import { readRegularFile } from "../src/config/regular-file.ts";
import { createTestAppliance, loopbackConfig } from "./helpers/loopback.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-regular-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fifo = join(folder, "fifo");
execFileSync("mkfifo", [fifo]);
symlinkSync("/dev/zero", join(folder, "zero"));

const unfit = [
  [folder, "this is a folder, not a file"],
  [fifo, "this is a FIFO, not a file"],
  [join(folder, "zero"), "this is a device, not a file"],
  ["/dev/urandom", "this is a device, not a file"],
] as const;

describe("what is no regular file is refused at once", () => {
  test.each(unfit)("%s", (path, problem) => {
    expect(() => readRegularFile(path, 1000)).toThrow(problem);
  });

  test.each(unfit)("as a token file: %s", (path, problem) => {
    expect(() => readToken(path, {})).toThrow(
      `the token file ${path} is not readable (${problem}). Set admin.tokenFile to a file whose one line is the token`,
    );
  });

  test.each(unfit)("as a file to import, or one that it includes: %s", (path, problem) => {
    expect(readText(path)).toMatchObject({ ok: false, problem, hint: expect.stringContaining("regular file") });
    expect(confFiles(join(folder, "main.conf")).file(path)).toMatchObject({ ok: false, problem });
  });
});

describe("a limit of size", () => {
  test("holds while a file is read whose size says nothing", () => {
    expect(() => readRegularFile("/proc/self/smaps", 100)).toThrow("the file is larger than 100 bytes");
    writeFileSync(join(folder, "text"), "x".repeat(100));
    expect(readRegularFile(join(folder, "text"), 100).length).toBe(100);
    expect(() => readRegularFile(join(folder, "text"), 99)).toThrow("the file is larger than 99 bytes");
  });

  test("holds for a token", () => {
    writeFileSync(join(folder, "long"), "x".repeat(5000));
    expect(() => readToken(join(folder, "long"), {})).toThrow("the file is larger than 4096 bytes");
  });
});

test("nothing is bound when the token cannot be read", async () => {
  const base = loopbackConfig(folder, 68);
  const admin = { ...base.admin, enabled: true, port: 0, tokenFile: fifo };
  await using appliance = createTestAppliance({ ...base, admin });
  const error = await appliance.appliance.start().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApplianceStartError);
  expect(String(error)).toContain(`the token file ${fifo} is not readable (this is a FIFO, not a file)`);
  expect(appliance.text()).not.toMatch(/listen|on port/);
});
