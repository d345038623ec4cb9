import { describe, expect, test } from "vitest";
import { docPages } from "./helpers/doc-pages.ts";
import { blockProblems } from "./helpers/doc-rules.ts";
import { sandboxOf } from "./helpers/doc-sandbox.ts";

const pages = docPages().filter(({ blocks }) => blocks.length > 0);

describe("each command and config of the pages is right", () => {
  test.each(pages.map((page) => [page.name, page] as const))("%s", async (_name, page) => {
    const sandbox = sandboxOf(page);
    const problems: string[] = [];
    for (const block of page.blocks) problems.push(...(await blockProblems(block, sandbox)));
    expect(problems).toEqual([]);
  });
});
