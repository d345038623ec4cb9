/** A word of GRUB's script language, with its variables as they stand. */
export interface GrubWord {
  readonly kind: "word";
  readonly parts: readonly GrubPart[];
}

/** Text as it is, or a variable that is filled in. */
export type GrubPart = { readonly text: string } | { readonly variable: string };

/** One command of the script; braces stand as commands of their own. */
export interface GrubCommand {
  readonly words: readonly GrubWord[];
  readonly line: number;
}

const variable = /\$(?:\{([A-Za-z_0-9?*@#]+)\}|([A-Za-z_][A-Za-z_0-9]*|[0-9?*@#]))/y;
const mostCommands = 20_000;

/** Splits a script into commands (GRUB manual, "Writing full configuration files directly"). */
export function grubCommands(text: string): GrubCommand[] {
  const commands: GrubCommand[] = [];
  let words: GrubWord[] = [];
  let line = 1;
  let begun = 1;
  let at = 0;

  function end() {
    if (words.length > 0) commands.push({ words, line: begun });
    words = [];
  }

  function readVariable(parts: GrubPart[]): boolean {
    variable.lastIndex = at;
    const match = variable.exec(text);
    if (match === null) return false;
    parts.push({ variable: match[1] ?? match[2] ?? "" });
    at += match[0].length;
    return true;
  }

  function readWord(): GrubWord {
    const parts: GrubPart[] = [];
    let plain = "";
    const flush = () => {
      if (plain !== "") parts.push({ text: plain });
      plain = "";
    };
    const take = (char: string) => {
      if (char === "\n") line++;
      plain += char;
      at++;
    };
    while (at < text.length) {
      const char = text.charAt(at);
      if (/[\s;{}|&<>]/.test(char)) break;
      if (char === "\\") {
        at++;
        if (text[at] === "\n") {
          line++;
          at++;
        } else if (at < text.length) take(text.charAt(at));
      } else if (char === "'") {
        at++;
        while (at < text.length && text[at] !== "'") take(text.charAt(at));
        at++;
        if (plain === "" && parts.length === 0) parts.push({ text: "" });
      } else if (char === '"') {
        at++;
        while (at < text.length && text[at] !== '"') {
          flush();
          if (text[at] === "$" && readVariable(parts)) continue;
          if (text[at] === "\\" && /["$\\]/.test(text[at + 1] ?? "")) at++;
          take(text.charAt(at));
        }
        at++;
        if (plain === "" && parts.length === 0) parts.push({ text: "" });
      } else if (char === "$") {
        flush();
        if (!readVariable(parts)) take(char);
      } else take(char);
    }
    flush();
    return { kind: "word", parts };
  }

  while (at < text.length && commands.length < mostCommands) {
    const char = text.charAt(at);
    if (words.length === 0) begun = line;
    if (char === "\n" || char === ";") {
      end();
      if (char === "\n") line++;
      at++;
    } else if (/\s/.test(char)) at++;
    else if (char === "\\" && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at += text[at + 1] === "\r" ? 3 : 2;
      line++;
    } else if (char === "#") {
      while (at < text.length && text[at] !== "\n") at++;
    } else if (char === "{" || char === "}") {
      end();
      commands.push({ words: [{ kind: "word", parts: [{ text: char }] }], line });
      at++;
    } else if (/[|&<>]/.test(char)) {
      end();
      at++;
    } else words.push(readWord());
  }
  end();
  return commands;
}
