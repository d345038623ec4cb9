import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { expressionsIn, riskOf } from "./regex-law.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where one is allowed, since what it reads is short, or was written by who runs Bootlace. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "apps/appliance/src/service-files/install.ts": [String.raw`\s*\n\s*`],
  "apps/appliance/src/init/distribution.ts": [String.raw`^\s*([A-Z_0-9]+)=(.*?)\s*$`],
  "apps/appliance/src/import/dnsmasq/files.ts": [String.raw`\/+$`],
  "apps/appliance/src/import/dnsmasq/roots.ts": [String.raw`\/+$`],
  "apps/appliance/src/cli/api-target.ts": [String.raw`\/+$`],
  "apps/appliance/src/catalogue/contents/esxi.ts": [String.raw`\s+---\s*`],
  "apps/appliance/src/catalogue/contents/pxelinux.ts": [
    String.raw`^\s*(menu\s+(?:include|default|background)|[a-z0-9]+)(?:\s+(\S.*))?\s*$`,
  ],
  // Fields of at most 128 bytes.
  "packages/boot-image/src/core/bytes.ts": [String.raw`[\0 ]+$`],
  "packages/boot-image/src/core/iso-volumes.ts": [String.raw`[\0 ]+$`],
  "packages/boot-image/src/core/udf-tag.ts": [String.raw`\0+$`],
};

test("no expression in the sources may be slow, but for those that are allowed", () => {
  const found: string[] = [];
  let read = 0;
  for (const file of globSync("{packages,apps}/*/src/**/*.ts", { cwd: root })) {
    for (const { source, flags } of expressionsIn(readFileSync(join(root, file), "utf8"))) {
      read++;
      const risk = riskOf(source, flags);
      if (risk !== undefined && allowed[file]?.includes(source) !== true) found.push(`${file}: /${source}/: ${risk}`);
    }
  }
  expect(found).toEqual([]);
  expect(read).toBeGreaterThan(400);
});

describe("an expression that may be slow", () => {
  test.each([
    [String.raw`^\s*([^=\s]*)\s*=(.*)$`],
    [String.raw`\xff[\x80-\xff]*$`],
    [String.raw`^([A-Za-z]+) +(.*?)(?: +(HTTP\/[0-9.]+))?[ \t]*$`],
    [String.raw`\s+$`],
    [String.raw`\d+-`],
    ["^[a-z-]*-[a-z-]*$"],
  ])("is found: %s", (source) => expect(riskOf(source, "s")).toBeDefined());

  test.each([
    [String.raw`^(\d*)-(\d*)$`],
    ["^[a-z]+$"],
    [String.raw`[^\x21-\x7e]`],
    [String.raw`^\s*([^=\s]+)=(.*)$`],
    [String.raw`(?:W\/)?"[^"]*"`],
    [String.raw`=\s*-\d+-`],
  ])("is not what is linear: %s", (source) => expect(riskOf(source, "s")).toBeUndefined());
});

test("expressions are found in a source, and divisions are not", () => {
  const text = "const a = b / c / d; if (/x[/]y/i.test(e)) return /z\\//g; // a / b";
  expect(expressionsIn(text)).toEqual([
    { source: "x[/]y", flags: "i" },
    { source: "z\\/", flags: "g" },
  ]);
});
