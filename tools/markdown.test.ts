import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { anchorsOf, linksOf } from "./markdown.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const text = (path: string) => readFileSync(join(top, path), "utf8");

/** What a package holds beside dist and src, for its page on npm has no other files to lead to. */
const packed = ["README.md", "CHANGELOG.md", "LICENSE"];

/** Packages that no release holds yet. */
const unreleased = ["packages/boot-source", "packages/boot-image", "packages/http-boot"];

const versioned = [
  "packages/dhcp-core",
  "packages/proxy-dhcp",
  "packages/tftp-serve",
  "packages/pxe-client",
  "apps/appliance",
];

test.each([...versioned, ...unreleased])("the pages of %s lead to nothing outside the package", (folder) => {
  const links = ["README.md", "CHANGELOG.md"].flatMap((page) => linksOf(text(join(folder, page))));
  const local = links.map(({ target }) => target.split("#")[0] ?? "").filter((target) => !/^(https?:|$)/.test(target));
  expect(local.filter((target) => !packed.includes(target))).toEqual([]);
});

test.each([...versioned, "."])(
  "the changelog of %s has the version of its package on top, and room for what comes",
  (folder) => {
    const { version } = JSON.parse(text(join(folder, "package.json")));
    const headings = [...text(join(folder, "CHANGELOG.md")).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings[0]).toBe("Unreleased");
    expect(headings[1]).toMatch(new RegExp(`^${version.replaceAll(".", "\\.")} - \\d{4}-\\d\\d-\\d\\d$`));
  },
);

test.each(unreleased)("the changelog of %s, which no release holds yet, says that it is new", (folder) => {
  const changelog = text(join(folder, "CHANGELOG.md"));
  expect([...changelog.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(["Unreleased"]);
  expect(changelog).toContain("- The package");
});

describe("links", () => {
  test("of each form are found, with their line", () => {
    const page = ['[a](b.md) and ![c](d.svg "e")', "[f][g]", "[g]: h.md#i", '<a href="j.md">k</a>', "[[l]](<m.md>)"];
    expect(linksOf(page.join("\n"))).toEqual([
      { line: 1, target: "b.md" },
      { line: 1, target: "d.svg" },
      { line: 3, target: "h.md#i" },
      { line: 4, target: "j.md" },
      { line: 5, target: "m.md" },
    ]);
  });

  test("in code and comments are none", () => {
    expect(linksOf("`[a](b)` ``[a](`b`)``\n```md\n[c](d)\n```\n<!-- [e](f)\n-->[g](h)")).toEqual([
      { line: 6, target: "h" },
    ]);
  });
});

test("anchors are those of the headings, numbered when they come again", () => {
  expect([...anchorsOf('# A `b` & [C](d)!\n## Same\n## Same\n```\n# code\n```\n<a id="own"></a>')]).toEqual([
    "a-b--c",
    "same",
    "same-1",
    "own",
  ]);
});
