import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { anchorsOf, linksOf } from "./markdown.ts";

const top = fileURLToPath(new URL("..", import.meta.url));
const elsewhere = new Set(["node_modules", "dist", "out", ".git", ".stryker-tmp", "reports", "coverage", "boot"]);

/** The Markdown files of the project, as paths from its top. */
function pagesBelow(folder: string): string[] {
  return readdirSync(join(top, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return elsewhere.has(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const pages = pagesBelow(".");
const text = (path: string) => readFileSync(join(top, path), "utf8");

/** What is wrong with a link of a page; undefined when it leads somewhere. */
function problemOf(page: string, target: string): string | undefined {
  if (/^https?:\/\/[\w.-]+(\/\S*)?$/.test(target) || target.startsWith("mailto:")) return undefined;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (relative(".", file).startsWith("..")) return "leads out of the project";
  if (path.startsWith("/")) return "is no relative path";
  if (!existsSync(join(top, file))) return "leads nowhere";
  if (anchor === undefined) return undefined;
  return file.endsWith(".md") && anchorsOf(text(file)).has(anchor) ? undefined : "names an anchor that is not there";
}

test("every link of every page leads somewhere", () => {
  const problems = pages.flatMap((page) =>
    linksOf(text(page)).flatMap(({ line, target }) => {
      const problem = problemOf(page, target);
      return problem === undefined ? [] : [`${page}:${line}: ${target} ${problem}`];
    }),
  );
  expect(pages.length).toBeGreaterThan(20);
  expect(problems).toEqual([]);
});

test.each([
  ["docs/config.md#no-such-heading", "names an anchor that is not there"],
  ["docs/no-such-page.md", "leads nowhere"],
  ["../outside.md", "leads out of the project"],
  ["#no-such-heading", "names an anchor that is not there"],
  ["/etc/hosts", "is no relative path"],
  ["docs/README.md#reference", undefined],
  ["https://www.rfc-editor.org/rfc/rfc2131", undefined],
])("%s %s", (target, problem) => {
  expect(problemOf("README.md", target)).toBe(problem);
});
