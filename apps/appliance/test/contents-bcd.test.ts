import { expect, test } from "vitest";
import { readBcd } from "../src/catalogue/contents/bcd.ts";
import { inspect } from "../src/catalogue/contents/inspect.ts";
import { needs } from "./helpers/config-needs.ts";
import { bcd, deviceWith, hive, registryText } from "./helpers/hive.ts";

const facts = (bytes: Uint8Array, size = bytes.length) => inspect(bytes, size, { path: "Boot/BCD" });

test("a BCD names the image and the ramdisk that go over the network", () => {
  const known = facts(bcd("\\sources\\boot.wim"));
  expect(known).toMatchObject({ kind: "config", loader: "windows", size: 8192, declaredSize: 8192 });
  expect(needs({ loader: "windows", needs: known.needs ?? [] })).toEqual([
    "0: image sources/boot.wim",
    "0: image Boot/boot.sdi",
  ]);
});

test("of several images a person may take any; the ramdisk is needed by each", () => {
  const two = [deviceWith("\\x64\\boot.wim"), deviceWith("\\x86\\boot.wim"), registryText("\\Boot\\boot.sdi")];
  expect(needs({ loader: "windows", needs: facts(hive(two)).needs ?? [] })).toEqual([
    "0: image x64/boot.wim optional",
    "0: image x86/boot.wim optional",
    "0: image Boot/boot.sdi",
  ]);
});

test("names in freed cells are old ones, and one name in another case is the same", () => {
  const bytes = hive(
    [deviceWith("\\sources\\boot.wim"), registryText("\\Sources\\Boot.wim")],
    [deviceWith("\\old\\boot.wim"), registryText("\\old.sdi")],
  );
  expect(readBcd(bytes)?.names).toEqual(["\\Sources\\Boot.wim"]);
});

test("a hive without such names is no BCD, and one that ends early is cut", () => {
  expect(facts(hive([registryText("Software"), registryText("C:\\pagefile.sys")]))).toEqual({
    kind: "other",
    declaredSize: 8192,
    size: 8192,
  });
  expect(facts(bcd("\\a.wim").subarray(0, 5000))).toMatchObject({ flaw: "cut-short", size: 5000, declaredSize: 8192 });
  // Only its first bytes were looked at: what it names is not known.
  expect(facts(bcd("\\a.wim"), 9000).needs).toBeUndefined();
});

test("a damaged hive is read as far as it goes, and in bounded time", () => {
  const sizes = [0, 7, 0x7fffffff, -0x80000000, -8, 12];
  for (const size of sizes) {
    const bytes = bcd("\\sources\\boot.wim").slice();
    new DataView(bytes.buffer).setInt32(4096 + 32, size, true);
    expect(readBcd(bytes)?.names.length).toBeLessThanOrEqual(3);
    const bin = bcd("\\sources\\boot.wim").slice();
    new DataView(bin.buffer).setInt32(4096 + 8, size, true);
    expect(readBcd(bin)?.names.length).toBeLessThanOrEqual(3);
  }
  expect(readBcd(new Uint8Array(16))).toBeUndefined();
});
