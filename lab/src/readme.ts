/** The commands of the `sh` blocks under one heading of a Markdown text, line by line; comments and blank lines left out. */
export function commandsUnder(markdown: string, heading: string): string[] {
  const commands: string[] = [];
  let inside = false;
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const text = line.trim();
    if (fence !== undefined) {
      if (text === "```") fence = undefined;
      else if (inside && fence === "sh" && text !== "" && !text.startsWith("#")) commands.push(text);
    } else if (text.startsWith("```")) {
      fence = text.slice(3);
    } else if (text.startsWith("#")) {
      inside = text.replace(/^#+ */, "") === heading;
    }
  }
  return commands;
}
