import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pageBlocks } from "../src/doc-page.ts";

const scenarios = new URL("../src/scenarios/", import.meta.url);

/** Headings and languages that a scenario takes from a page of docs/, as far as its source spells them out. */
function blocksUsed(text: string): { page: string; heading: string; language: string | undefined }[] {
  const pages = [...text.matchAll(/"((?:how-to|tutorial)\/[a-z-]+\.md)"/g)].map(([, page = ""]) => page);
  const only = new Set(pages).size === 1 ? pages[0] : undefined;
  const used = [...text.matchAll(/pageBlock\(\s*("[^"]+"|\w+),\s*"([^"]+)",\s*"([^"]+)"/g)].map(
    ([, page = "", heading = "", language]) => ({
      page: page.startsWith('"') ? page.slice(1, -1) : (only ?? ""),
      heading,
      language,
    }),
  );
  const followed = [
    ...text.matchAll(/page: "([^"]+)", heading: "([^"]+)"/g),
    ...text.matchAll(/followPage\([^"]*()"([^"]+)"\)/g),
  ].map(([, page = "", heading = ""]) => ({ page: page === "" ? (only ?? "") : page, heading, language: undefined }));
  return [...used, ...followed].filter(({ page }) => page !== "");
}

test("every heading that a scenario follows is on its page", () => {
  const used = readdirSync(scenarios)
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => blocksUsed(readFileSync(new URL(name, scenarios), "utf8")));
  expect(used.length).toBeGreaterThan(8);
  const missing = used.filter(
    ({ page, heading, language }) =>
      !pageBlocks(page).some((block) => block.heading === heading && (language ?? block.language) === block.language),
  );
  expect(missing).toEqual([]);
});
