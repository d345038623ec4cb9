/**
 * Characters that JSON leaves unescaped and a terminal, a browser or a reader may interpret: C1 controls, marks that turn the
 * direction of text, invisible characters, HTML syntax.
 */
const unsafe = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff<>&]/g;

/** JSON with every such character escaped: the same value for a parser, plain text for everyone else. */
export function inertJson(json: string): string {
  return json.replace(unsafe, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
