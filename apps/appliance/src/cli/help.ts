import type { Command, OptionRow } from "./command.ts";

const general: readonly OptionRow[] = [{ name: "help", short: "h", description: "Show this help." }];

/** Help of the program: every command with its summary. */
export function programHelp(commands: readonly Command[]): string {
  return sections([
    ["", ["bootlace: network boot for a LAN that already has a DHCP server"]],
    ["Usage", ["bootlace <command> [options]", "bootlace --version"]],
    ["Commands", columns(commands.map(({ name, summary }) => [name, summary]))],
    [
      "Examples",
      columns([
        ["bootlace serve", "serve the files in ./boot on every interface"],
        ["bootlace check bootlace.yaml", "look for faults in a config file"],
        ["bootlace serve --help", "options of a command"],
      ]),
    ],
    ["Exit codes", exitCodeLines],
  ]);
}

const exitCodeLines = columns([
  ["0", "all is well, or stopped by a signal"],
  ["1", "faults were found"],
  ["2", "the command line cannot be understood"],
  ["3", "the config cannot be read or is wrong"],
  ["4", "a port, an interface or a permission is missing"],
  ["5", "the daemon cannot be reached"],
  ["70", "a fault of the program itself"],
]);

/** Help of one command, made from its row in the table. */
export function commandHelp(command: Command): string {
  const { name, summary, positionals = [], options, examples } = command;
  const usage = [
    `bootlace ${name}`,
    options.length > 0 ? "[options]" : "",
    ...positionals.map((word) => `[${word.name}]`),
  ];
  return sections([
    ["", [`bootlace ${name}: ${summary}`]],
    ["Usage", [usage.filter((word) => word !== "").join(" ")]],
    ["Arguments", columns(positionals.map((word) => [word.name, word.description]))],
    ["Options", columns([...options, ...general].map((row) => [optionText(row), row.description]))],
    ["Examples", columns(examples)],
  ]);
}

function optionText({ name, short, value }: OptionRow): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function sections(list: readonly (readonly [title: string, lines: readonly string[]])[]): string {
  const blocks = list
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      title === "" ? lines.join("\n") : `${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    );
  return `${blocks.join("\n\n")}\n`;
}
