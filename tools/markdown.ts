/** A link of a Markdown text: where it stands and what it names. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** The links and images of a Markdown text, those by reference included; code is left out. */
export function linksOf(markdown: string): Link[] {
  const inline = /!?\[(?:[^[\]]|\[[^\]]*\])*\]\(\s*<?([^()\s>]*)>?(?:\s+"[^"]*")?\s*\)/g;
  const reference = /^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+"[^"]*")?\s*$/g;
  const html = /<(?:a|img)\s[^>]*?(?:href|src)="([^"]*)"/g;
  return prose(markdown).flatMap((text, index) =>
    [inline, reference, html].flatMap((form) =>
      [...text.matchAll(form)].map(([, target = ""]) => ({ line: index + 1, target })),
    ),
  );
}

/** The anchors of a Markdown text: its headings as forges write them, and names given in HTML. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const text of prose(markdown, true)) {
    for (const [, name = ""] of text.matchAll(/<\w+\s[^>]*?(?:id|name)="([^"]*)"/g)) anchors.add(name);
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

function slugOf(heading: string): string {
  const text = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/<[^>]*>/g, "");
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

/** The lines of a text; blocks of code and comments are blank, and pieces of code too unless `withCode`. */
function prose(markdown: string, withCode = false): string[] {
  let fence: string | undefined;
  const withoutComments = markdown.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ""));
  return withoutComments.split("\n").map((text) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
      return "";
    }
    fence = mark;
    if (mark !== undefined) return "";
    return withCode ? text : text.replace(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "");
  });
}
