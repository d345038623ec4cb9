/** A fenced block of a Markdown text. */
export interface Block {
  /** The heading under which it stands. */
  readonly heading: string;
  readonly language: string;
  /** What stands behind the language: the name of a file. */
  readonly title: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown text in their order, without the indentation of their fences. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { readonly info: string; readonly indent: number; readonly lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    const text = line.trim();
    if (open !== undefined) {
      if (text === "```") {
        const [language = "", ...words] = open.info.split(" ");
        blocks.push({ heading, language, title: words.join(" "), text: `${open.lines.join("\n")}\n` });
        open = undefined;
      } else open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)));
    } else if (text.startsWith("```")) {
      open = { info: text.slice(3).trim(), indent: line.length - line.trimStart().length, lines: [] };
    } else if (text.startsWith("#")) {
      heading = text.replace(/^#+ */, "");
    }
  }
  return blocks;
}

/** The commands of the `sh` blocks under one heading of a Markdown text, line by line; comments and blank lines left out. */
export function commandsUnder(markdown: string, heading: string): string[] {
  return blocksOf(markdown)
    .filter((block) => block.language === "sh" && block.heading === heading)
    .flatMap(({ text }) => text.split("\n").map((line) => line.trim()))
    .filter((line) => line !== "" && !line.startsWith("#"));
}
