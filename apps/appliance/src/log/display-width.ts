/** Codes that change colours and weight (ECMA-48 SGR); they take no columns. */
const colourCode = /(\p{Cc}\[[0-9;]*m)/u;
const combining = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
/** East Asian Wide and Fullwidth (UAX 11) by script and block, and emoji. */
const wide =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
/** Halfwidth forms of scripts that are wide elsewhere. */
const narrow = /^[\uff61-\uffdc]$/;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text takes on a terminal: 2 for wide characters, 0 for combining marks and colour codes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text
    .split(colourCode)
    .filter((_part, index) => index % 2 === 0)
    .join(""))
    width += combining.test(char) ? 0 : wide.test(char) && !narrow.test(char) ? 2 : 1;
  return width;
}

/** The characters as people see them; a colour code counts as one. */
function graphemesOf(text: string): string[] {
  return text.split(colourCode).flatMap((part, index) => {
    if (index % 2 === 1) return [part];
    return [...segmenter.segment(part)].map(({ segment }) => segment);
  });
}

/** Divides a word into pieces of at most `columns` columns and at least one character. */
function pieces(word: string, columns: number): string[] {
  const found: string[] = [];
  let piece = "";
  for (const char of graphemesOf(word)) {
    if (piece !== "" && displayWidth(piece) + displayWidth(char) > columns) {
      found.push(piece);
      piece = "";
    }
    piece += char;
  }
  return [...found, piece];
}

/**
 * Breaks a text into lines of at most `columns` columns, at spaces where there are any.
 * @param indent columns by which every line but the first is indented; less on a narrow terminal
 */
export function hangingLines(text: string, columns: number, indent: number): string[] {
  if (!Number.isFinite(columns)) return [text];
  const margin = " ".repeat(Math.min(indent, Math.floor(columns / 3)));
  const room = Math.max(1, columns - margin.length);
  const lines: string[] = [];
  let line = "";
  let left = columns;
  const breakLine = () => {
    lines.push(line.trimEnd());
    line = margin;
    left = room;
  };
  for (const part of text.match(/ +|[^ ]+/g) ?? []) {
    const width = displayWidth(part);
    if (width <= left) {
      if (part.startsWith(" ") && lines.length > 0 && left === room) continue;
      line += part;
      left -= width;
    } else if (part.startsWith(" ")) {
      breakLine();
    } else {
      if (line.trim() !== "" && left < room) breakLine();
      for (const [index, piece] of pieces(part, left).entries()) {
        if (index > 0) breakLine();
        line += piece;
        left -= displayWidth(piece);
      }
    }
  }
  return [...lines, line.trimEnd()].filter((one, index) => index === 0 || one.trim() !== "");
}

/** The end of a text that fits into the columns, with a mark where it was cut. */
export function lastOf(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const chars = graphemesOf(text);
  while (chars.length > 0 && displayWidth(chars.join("")) > columns - 1) chars.shift();
  return `…${chars.join("")}`;
}

/** The start of a text that fits into the columns, with a mark where it was cut. */
export function firstOf(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const chars = graphemesOf(text);
  while (chars.length > 0 && displayWidth(chars.join("")) > columns - 1) chars.pop();
  return `${chars.join("").trimEnd()}…`;
}
