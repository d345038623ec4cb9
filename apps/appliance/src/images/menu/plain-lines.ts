/**
 * What a menu shows of an entry that cannot be started: its title and the reason, in one line if they fit.
 * @param width columns of a line
 */
export function refusedLines(title: string, why: string, width: number): readonly string[] {
  const short = `${title}: ${why}`;
  if (short.length <= width) return [short];
  return [`${title}:`, ...wrapped(why, width - 2).map((line) => `  ${line}`)];
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (joined.length <= width || line === "") line = joined.slice(0, width);
    else {
      lines.push(line);
      line = word.slice(0, width);
    }
  }
  return [...lines, line];
}
