/** A page for man(1), generated from a reference page in Markdown that the appliance prints. */
export interface ManPage {
  readonly name: string;
  readonly section: number;
  /** The text after the name in NAME. */
  readonly summary: string;
  readonly version: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** Further sections, before and after the reference. */
  readonly before: readonly Section[];
  readonly markdown: string;
  readonly after: readonly Section[];
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The page in roff (man(7)). */
export function manPage({ name, section, summary, version, time, before, markdown, after }: ManPage): string {
  const date = new Date(time * 1000).toISOString().slice(0, 10);
  const parts = [
    `.TH ${name.toUpperCase()} ${section} ${date} "Bootlace ${version}"`,
    ".nh",
    `.SH NAME\n${inline(name)} \\- ${inline(summary)}`,
    ...before.map(sectionText),
    ...fromMarkdown(markdown),
    ...after.map(sectionText),
  ];
  return `${parts.join("\n")}\n`;
}

function sectionText({ title, lines }: Section): string {
  return `.SH ${title}\n${lines.map(inline).join(title === "SYNOPSIS" ? "\n.br\n" : "\n")}`;
}

/** Headings, paragraphs, tables and code blocks: a reference page has nothing else. */
function fromMarkdown(markdown: string): string[] {
  const out = [".PP"];
  let heads: readonly string[] | undefined;
  let inCode = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) {
      inCode = !inCode;
      out.push(inCode ? ".PP\n.nf\n.RS 4" : ".RE\n.fi");
    } else if (inCode) {
      out.push(literal(line));
    } else if (line.startsWith("|")) {
      const cells = cellsOf(line);
      if (heads === undefined) heads = cells;
      else if (!cells.every((cell) => /^-+$/.test(cell))) out.push(row(heads, cells));
    } else {
      heads = undefined;
      const heading = /^(#+) (.*)$/.exec(line);
      if (heading !== null) {
        // The page has a title of its own.
        if (heading[1] !== "#") out.push(`${heading[1] === "##" ? ".SH" : ".SS"} ${inline(heading[2] ?? "")}`);
      } else if (line === "") {
        if (!/^\.(PP|SH|SS)/.test(out.at(-1) ?? ".PP")) out.push(".PP");
      } else if (!line.startsWith("<!--")) {
        out.push(inline(line));
      }
    }
  }
  while (out.at(-1) === ".PP") out.pop();
  return out.filter((line, at) => line !== ".PP" || !/^\.(PP|SH|SS|TP)/.test(out[at + 1] ?? ""));
}

/** The last column is the meaning; those between become sentences after it. */
function row(heads: readonly string[], cells: readonly string[]): string {
  const between = heads.slice(1, -1).map((head, at) => [head, cells[at + 1] ?? ""] as const);
  const more = between.filter(([, text]) => text !== "").map(([head, text]) => `${capital(head)}: ${inline(text)}.`);
  const meaning = inline(cells.at(-1) ?? "");
  return [`.TP\n${inline(cells[0] ?? "")}`, meaning, ...more].filter((line) => line !== "").join("\n");
}

function cellsOf(line: string): string[] {
  const cells = line
    .replace(/^\|/, "")
    .replace(/\|$/, "")
    .split(/(?<!\\)\|/);
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** Text in which `code` is bold and [a link](to) becomes its text. */
function inline(text: string): string {
  const plain = text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1");
  const parts = plain.split("`").map((part, at) => (at % 2 === 0 ? literal(part) : `\\fB${literal(part)}\\fR`));
  return guarded(parts.join(""));
}

function literal(text: string): string {
  return guarded(text.replaceAll("\\", "\\e").replaceAll("-", "\\-"));
}

/** A line of text must not start like a roff request. */
function guarded(text: string): string {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
