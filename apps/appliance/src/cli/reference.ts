import type { Command } from "./command.ts";
import { exitCodeRows, general, longOption, usageLine } from "./help.ts";

const intro = `# The command line

<!-- Made by \`bootlace help --markdown\`; a test keeps it true. -->

\`bootlace --help\` lists the commands, \`bootlace COMMAND --help\` says what this page says. \`--name value\` and
\`--name=value\` mean the same, \`--\` ends the options. Data goes to standard output, diagnostics to standard error. A
command with \`--json\` prints one document with \`"schema": 1\`, also about a failure.
`;

/** The reference page of the command line, in Markdown. */
export function cliReference(commands: readonly Command[]): string {
  const codes = table(
    ["code", "meaning"],
    exitCodeRows.map(([code, meaning]) => [`\`${code}\``, meaning]),
  );
  const blocks = [intro, `## Exit codes\n\n${codes}`, ...commands.map(section)];
  return `${blocks.join("\n").trimEnd()}\n`;
}

function section(command: Command): string {
  const { name, summary, positionals = [], options, examples } = command;
  const words = positionals.map((word) => [`\`${word.name}\``, word.description]);
  const switches = [...options, ...general].map((row) => [
    [...(row.short === undefined ? [] : [`-${row.short}`]), longOption(row)].map((text) => `\`${text}\``).join(", "),
    row.description,
  ]);
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `${line.padEnd(width)}  # ${what}`);
  return [
    `## bootlace ${name}\n\n${summary}.\n\n\`${usageLine(command)}\``,
    ...(words.length === 0 ? [] : [table(["argument", "meaning"], words).trimEnd()]),
    table(["option", "meaning"], switches).trimEnd(),
    `\`\`\`sh\n${lines.join("\n")}\n\`\`\`\n`,
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("");
}
