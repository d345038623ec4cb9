import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The declaration files that one draws in, and what they import from elsewhere. */
function reachable(start: URL): { readonly files: readonly string[]; readonly foreign: readonly string[] } {
  const files = new Set<string>();
  const foreign = new Set<string>();
  const waiting = [start];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file.href)) continue;
    files.add(file.href);
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport\()\s*"([^"]+)"/g)) {
      if (!name.startsWith(".")) foreign.add(name);
      else waiting.push(new URL(name.replace(/\.[jt]s$/, ".d.ts"), file));
    }
  }
  return { files: [...files], foreign: [...foreign].sort() };
}

// Whoever writes TypeScript against them would need @types/node, which nothing installs for them.
test.each([
  ["dhcp-core", []],
  ["boot-source", []],
  ["boot-image", ["@bootlace/boot-source"]],
  ["proxy-dhcp", ["@bootlace/boot-source", "@bootlace/dhcp-core"]],
  ["tftp-serve", ["@bootlace/boot-source"]],
  ["pxe-client", ["@bootlace/dhcp-core"]],
  ["http-boot", ["@bootlace/boot-source"]],
])("the declarations of %s do without those of Node.js", (name, expected) => {
  const index = new URL(`../packages/${name}/dist/index.d.ts`, import.meta.url);
  expect(existsSync(index), "npm run build makes it").toBe(true);
  const { files, foreign } = reachable(index);
  expect(files.length).toBeGreaterThan(3);
  expect(foreign).toEqual(expected);
});
