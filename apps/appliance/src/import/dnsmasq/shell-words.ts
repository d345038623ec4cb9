/** One word of a command line. */
export interface Word {
  readonly text: string;
  /** Where it begins in the line. */
  readonly from: number;
}

const blank = /\s/;

/** Splits a line into words as a shell does (POSIX 2.2): quotes of both kinds, and backslashes. Nothing is expanded. */
export function shellWords(line: string): Word[] {
  const words: Word[] = [];
  let text: string | undefined;
  let from = 0;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    const next = line[at + 1];
    if (quote === "" && blank.test(char)) {
      if (text !== undefined) words.push({ text, from });
      text = undefined;
      continue;
    }
    if (quote === "" && char === "#" && text === undefined) break;
    if (text === undefined) {
      text = "";
      from = at;
    }
    if (char === quote) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === "\\" && quote !== "'" && next !== undefined && (quote === "" || '"\\$`'.includes(next))) {
      text += next;
      at++;
    } else text += char;
  }
  if (text !== undefined) words.push({ text, from });
  return words;
}
