import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const top = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(`${top}SECURITY.md`, "utf8");

const claims = [...page.matchAll(/^\| ([A-Z]\d+) \| (.+) \| (.+) \|$/gm)].map(([, id = "", what = "", shown = ""]) => ({
  id,
  what,
  shown,
}));

/** The tests that a claim names: a file and what stands in it between quotes, as the title of a test or as code. */
function evidence(shown: string): { path: string; title: string }[] {
  return shown.split(/; (?=`)/).map((one) => {
    const [, path = "", title = ""] = /^`([^`]+)` "(.+)"$/.exec(one) ?? [];
    return { path, title };
  });
}

describe("SECURITY.md", () => {
  test("has claims, each with a name of its own", () => {
    expect(claims.length).toBeGreaterThan(30);
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
  });

  test.each(claims)("$id is shown by tests that are there", ({ shown }) => {
    for (const { path, title } of evidence(shown)) {
      expect(existsSync(`${top}${path}`), path).toBe(true);
      expect(readFileSync(`${top}${path}`, "utf8"), path).toContain(path.startsWith("lab/src/") ? title : `"${title}"`);
    }
  });

  test("names only claims that are there, each of them in the table of who can send what", () => {
    const named = new Set<string>();
    for (const [, kind = "", from = "", until = from] of page.matchAll(/\b([A-Z])(\d+)(?:–[A-Z](\d+))?(?=[,\s|])/g)) {
      for (let at = Number(from); at <= Number(until); at++) named.add(`${kind}${at}`);
    }
    expect([...named].toSorted()).toEqual(claims.map(({ id }) => id).toSorted());
    const table = page.slice(page.indexOf("### Who can"), page.indexOf("### What holds"));
    for (const { id } of claims) {
      const kind = id.slice(0, 1);
      const ranges = [...table.matchAll(new RegExp(`${kind}(\\d+)(?:–${kind}(\\d+))?`, "g"))];
      const number = Number(id.slice(1));
      expect(
        ranges.some(([, from, until = from]) => Number(from) <= number && number <= Number(until)),
        `${id} limits nobody`,
      ).toBe(true);
    }
  });
});

test("programs are started in five files only", () => {
  const files = execFileSync("git", ["ls-files", "apps", "packages"], { cwd: top, encoding: "utf8" });
  const found = files
    .split("\n")
    .filter((path) => /\/src\/.*\.ts$/.test(path))
    .filter((path) => /child_process/.test(readFileSync(`${top}${path}`, "utf8")));
  expect(found).toEqual([
    "apps/appliance/src/os/notify.ts",
    "apps/appliance/src/os/step-down.ts",
    "apps/appliance/src/os/users.ts",
    "apps/appliance/src/service-files/install.ts",
    "packages/boot-source/src/socket-options.ts",
  ]);
});
