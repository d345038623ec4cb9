/** One directive of a dnsmasq.conf. */
export interface Directive {
  /** From 1. */
  readonly line: number;
  readonly name: string;
  /** The parts between commas, without quotes; empty without a value. */
  readonly parts: readonly string[];
  /** The line as written, without its comment. */
  readonly text: string;
}

/**
 * Reads a dnsmasq.conf (dnsmasq 2.90 option.c, read_file): one `name` or `name=value` per line, `#` begins a comment at the
 * start or after a blank, double quotes keep commas, blanks and `#`, a backslash in them escapes.
 */
export function readDirectives(text: string): Directive[] {
  return text.split(/\r?\n/).flatMap((row, index): Directive[] => {
    const { parts, name, end } = split(row);
    const written = row.slice(0, end).trim();
    return name === "" ? [] : [{ line: index + 1, name, parts, text: written }];
  });
}

const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", b: "\b", r: "\r", e: "\u001b" };

function split(row: string): { name: string; parts: string[]; end: number } {
  const parts: string[] = [];
  let name: string | undefined;
  let part = "";
  let quoted = false;
  let wasQuoted = false;
  let end = row.length;
  const finish = () => {
    parts.push(wasQuoted ? part : part.trim());
    part = "";
    wasQuoted = false;
  };
  for (let at = 0; at < row.length; at++) {
    const char = row[at] as string;
    if (quoted) {
      if (char === '"') quoted = false;
      else if (char === "\\" && at + 1 < row.length) {
        const next = row[++at] as string;
        part += escapes[next] ?? next;
      } else part += char;
    } else if (char === '"') {
      quoted = true;
      wasQuoted = true;
      part = part.trim();
    } else if (char === "#" && (at === 0 || /\s/.test(row[at - 1] ?? ""))) {
      end = at;
      break;
    } else if (char === "=" && name === undefined) {
      name = part.trim();
      part = "";
    } else if (char === "," && name !== undefined) finish();
    else if (!wasQuoted || !/\s/.test(char)) part += char;
  }
  if (name === undefined) return { name: part.trim().replace(/^--/, ""), parts: [], end };
  finish();
  return { name: name.replace(/^--/, ""), parts, end };
}
