/** One command of an iPXE script as iPXE runs it, and what joins it to the one before: as `||`, `&&`, or a line of its own. */
export interface IpxeCommand {
  readonly join: "line" | "||" | "&&" | ";";
  readonly words: readonly string[];
}

/**
 * Reads a script as iPXE does (image/script.c, core/exec.c): lines, their continuation by a backslash, labels, words by blanks,
 * comments and the three words that end a command. Older iPXE expands `${…}` before it looks for words: text that has one is a fault.
 */
export function ipxeCommands(script: string): readonly IpxeCommand[] {
  const commands: IpxeCommand[] = [];
  for (const line of script.replaceAll("\r\n", "\n").replaceAll("\\\n", "").split("\n")) {
    const [, command = ""] = /^\s*(?::\S*)?(.*)$/s.exec(line) ?? [];
    let words: string[] = [];
    let join: IpxeCommand["join"] = "line";
    for (const word of command.split(/[ \t\n\v\f\r]+/).filter(Boolean)) {
      if (word.startsWith("#")) break;
      if (word !== "||" && word !== "&&" && word !== ";") words.push(word);
      else {
        if (words.length > 0) commands.push({ join, words });
        words = [];
        join = word;
      }
    }
    if (words.length > 0) commands.push({ join, words });
  }
  return commands;
}
