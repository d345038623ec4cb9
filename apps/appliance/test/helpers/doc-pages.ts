import { readdirSync, readFileSync } from "node:fs";

export const top = new URL("../../../../", import.meta.url);

/** A fenced block of a page. */
export interface Block {
  /** First word behind the fence. */
  readonly language: string;
  /** What stands behind it: the name of the file the block shows. */
  readonly title: string;
  readonly text: string;
  /** Line of the page on which the fence stands, from 1. */
  readonly line: number;
}

export interface Page {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Every page for users and developers, but for the pages of the libraries, which have tests of their own. */
export function docPages(): Page[] {
  const below = readdirSync(new URL("docs/", top), { recursive: true, encoding: "utf8" });
  const names = [
    ...readdirSync(top).filter((name) => name.endsWith(".md")),
    ...below.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
    "apps/appliance/README.md",
    "lab/README.md",
  ];
  return names.sort().map((name) => {
    const text = readFileSync(new URL(name, top), "utf8");
    return { name, text, blocks: blocksOf(text) };
  });
}

/** The fenced blocks of a Markdown text, without the indentation of their fence. Throws for a fence that stays open. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: (Omit<Block, "text"> & { readonly indent: number; readonly lines: string[] }) | undefined;
  for (const [index, row] of markdown.split("\n").entries()) {
    const fence = /^( *)```(.*)$/.exec(row);
    if (open !== undefined) {
      if (fence?.[2]?.trim() === "") {
        const { indent: _indent, lines, ...rest } = open;
        blocks.push({ ...rest, text: `${lines.join("\n")}\n` });
        open = undefined;
      } else open.lines.push(row.slice(Math.min(open.indent, row.length - row.trimStart().length)));
    } else if (fence !== null) {
      const [language = "", ...words] = (fence[2] ?? "").trim().split(/\s+/);
      open = { language, title: words.join(" "), line: index + 1, indent: fence[1]?.length ?? 0, lines: [] };
    }
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
}
