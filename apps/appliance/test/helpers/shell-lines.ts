/**
 * The simple commands of a shell text as their words: what stands between line ends, `&&`, `||`, `|`, `&` and `;`.
 * Quotes are taken away, redirections left out; expansions stay as they are written.
 */
export function simpleCommands(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    const kept = withoutRedirections(words);
    if (kept.length > 0) commands.push(kept);
    words = [];
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? "";
    if (sign === "\\") {
      const next = text[++at] ?? "";
      if (next !== "\n") word = (word ?? "") + next;
    } else if (sign === "'" || sign === '"') {
      const end = endOfQuote(text, at);
      word = (word ?? "") + text.slice(at + 1, end).replaceAll(sign === '"' ? /\\(["\\$`])/g : /(?!)/g, "$1");
      at = end;
    } else if (text.startsWith("<(", at) || text.startsWith("$(", at)) {
      // A command within a word, such as source <(bootlace completion bash), is a command as well.
      const end = text.indexOf(")", at);
      commands.push(...simpleCommands(text.slice(at + 2, end)));
      word = `${word ?? ""}${text.slice(at, end + 1)}`;
      at = end;
    } else if (sign === "#" && word === undefined) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
      endCommand();
    } else if (/\s/.test(sign)) {
      if (sign === "\n") endCommand();
      else endWord();
    } else if (/[;|&]/.test(sign) && !(sign === "&" && /[<>]$/.test(word ?? ""))) endCommand();
    else word = (word ?? "") + sign;
  }
  endCommand();
  return commands;
}

function endOfQuote(text: string, from: number): number {
  const quote = text[from] ?? "";
  let at = from + 1;
  while (at < text.length && text[at] !== quote) at += quote === '"' && text[at] === "\\" ? 2 : 1;
  return at;
}

function withoutRedirections(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (/^\d?(>>?|<)$/.test(word)) at++;
    else if (!/^\d?(>>?|<)/.test(word) || word.startsWith("<(")) kept.push(word);
  }
  return kept;
}
