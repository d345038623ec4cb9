/**
 * Characters that JSON leaves unescaped and a terminal, a browser or a reader may interpret, by their Unicode categories and not by
 * a list: controls, marks that turn the direction of text, separators of lines, what is not shown at all (tags, fillers, a blank
 * of Braille), HTML syntax. The end of a line is whoever writes the line's.
 */
const unsafe = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}\u2800<>&]/gu;

/** JSON with every such character escaped: the same value for a parser, plain text for everyone else. */
export function inertJson(json: string): string {
  return json.replace(unsafe, escaped);
}

/** Each half of a surrogate pair by itself (RFC 8259 section 7). */
function escaped(char: string): string {
  const units = char.split("").map((unit) => unit.charCodeAt(0).toString(16).padStart(4, "0"));
  return units.map((unit) => `\\u${unit}`).join("");
}
