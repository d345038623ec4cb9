import { hangingLines } from "../log/display-width.ts";
import type { Command, OptionRow } from "./command.ts";

export const general: readonly OptionRow[] = [{ name: "help", short: "h", description: "Show this help." }];

/** What `help` itself takes: it is no command of the table, since it looks at all of them. */
export const helpCommand: Pick<Command, "name" | "summary" | "positionals" | "options" | "examples"> = {
  name: "help",
  summary: "Show the commands, or what one of them takes",
  positionals: [{ name: "COMMAND", description: "The command. Without it: all of them." }],
  options: [
    { name: "json", description: "Print one JSON document instead of lines." },
    { name: "markdown", description: "Print the reference page of the command line." },
  ],
  examples: [
    ["bootlace help serve", "options of a command"],
    ["bootlace help --json", "all commands and their options, for a program to read"],
  ],
};

/** A command as `help --json` prints it. */
export function commandRow({ name, summary, positionals = [], options, examples }: Described) {
  return {
    name,
    summary,
    arguments: positionals,
    options: [...options, ...general],
    examples: examples.map(([command, what]) => ({ command, what })),
  };
}

type Described = typeof helpCommand;

/** Help of the program: every command with its summary. */
export function programHelp(commands: readonly Command[]): string {
  return sections([
    ["", ["bootlace: network boot for a LAN that already has a DHCP server"]],
    ["Usage", ["bootlace <command> [options]", "bootlace --version"]],
    ["Commands", columns(commands.map(({ name, summary }) => [name, summary]))],
    [
      "Examples",
      columns([
        ["bootlace init", "create ./boot and ./bootlace.yaml from this system's files"],
        ["bootlace serve", "serve ./boot on every interface"],
        ["bootlace check bootlace.yaml", "check a config file for errors"],
        ["bootlace serve --help", "show the options of a command"],
      ]),
    ],
    ["Exit codes", columns(exitCodeRows)],
  ]);
}

/** Every exit code and what it means. */
export const exitCodeRows: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "success, or stopped by a signal"],
  ["1", "errors were found"],
  ["2", "the command line is wrong"],
  ["3", "the config is unreadable or has errors (check exits with 1 instead)"],
  ["4", "a port, an interface, a permission or a recent Node.js is missing"],
  ["5", "the daemon is unreachable or requires a token"],
  ["70", "internal error"],
  ["74", "the output could not be written, for example: disk full"],
];

/** Help of one command, made from its row in the table. */
export function commandHelp(command: Described): string {
  const { name, summary, positionals = [], options, examples } = command;
  return sections([
    ["", hangingLines(`bootlace ${name}: ${summary}`, helpColumns, 2)],
    ["Usage", [usageLine(command)]],
    ["Arguments", columns(positionals.map((word) => [word.name, word.description]))],
    ["Options", columns([...options, ...general].map((row) => [optionText(row), row.description]))],
    ["Examples", columns(examples)],
  ]);
}

/** How a command is called, in one line. */
export function usageLine({
  name,
  positionals = [],
  options,
}: Pick<Command, "name" | "positionals" | "options">): string {
  const words = [
    `bootlace ${name}`,
    ...(options.length > 0 ? ["[options]"] : []),
    ...positionals.map((word) => `[${word.name}]`),
  ];
  return words.join(" ");
}

function optionText({ short, ...row }: OptionRow): string {
  return `${short === undefined ? "    " : `-${short}, `}${longOption(row)}`;
}

/** `--name VALUE`. */
export function longOption({ name, value }: Pick<OptionRow, "name" | "value">): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** Columns of the help on every terminal, so that a copy in a mail looks the same. */
const helpColumns = 80;
const margin = 2;
const widestLeft = 36;

/** Two columns; a right text that does not fit beside the left one goes below it. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const longest = Math.max(0, ...rows.map(([left]) => left.length));
  const room = helpColumns - margin;
  const width = longest + 2;
  if (longest <= widestLeft || rows.every(([, right]) => width + right.length <= room)) {
    return rows.flatMap(([left, right]) => hangingLines(`${left.padEnd(longest)}  ${right}`, room, width));
  }
  return rows.flatMap(([left, right]) => [left, ...hangingLines(`    ${right}`, room, 4)]);
}

function sections(list: readonly (readonly [title: string, lines: readonly string[]])[]): string {
  const blocks = list
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      title === "" ? lines.join("\n") : `${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    );
  return `${blocks.join("\n\n")}\n`;
}
