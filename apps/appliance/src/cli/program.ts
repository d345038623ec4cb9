import { quote } from "@bootlace/dhcp-core";
import { nearest } from "../config/nearest.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { readArguments } from "./arguments.ts";
import type { Surroundings } from "./command.ts";
import { commands } from "./commands.ts";
import { commandHelp, commandRow, helpCommand, programHelp } from "./help.ts";
import { printError, printJson } from "./output.ts";
import { cliReference } from "./reference.ts";
import { versionLine } from "./version.ts";

/** Options without a command. */
const ownOptions = ["-V", "-h", "--version", "--help"];

/**
 * Runs one command line.
 * @param argv the words after `bootlace`
 * @returns the exit code
 */
export async function runProgram(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  // npm run and pnpm hand on the "--" that ends their own options.
  const [name, ...words] = argv[0] === "--" ? argv.slice(1) : argv;
  if (name === "--version" || name === "-V") {
    out(versionLine());
    return exitCodes.ok;
  }
  if (name === "--help" || name === "-h" || (name === "help" && words.length === 0)) {
    out(programHelp(commands));
    return exitCodes.ok;
  }
  if (name === "help") {
    const wanted = words.filter((word) => word !== "--json");
    const [asked] = wanted;
    if (asked === "--markdown") {
      out(cliReference(commands));
      return exitCodes.ok;
    }
    if (asked === "--help" || asked === "-h" || asked === "help") {
      out(commandHelp(helpCommand));
      return exitCodes.ok;
    }
    const described = commands.filter((command) => asked === undefined || command.name === asked);
    if (wanted.length < words.length && described.length > 0) {
      printJson(surroundings, { commands: described.map(commandRow) });
      return exitCodes.ok;
    }
  }
  if (name === undefined) {
    err(programHelp(commands));
    return exitCodes.usage;
  }
  const asked = name === "help" ? (words.find((word) => word !== "--json") ?? name) : name;
  const command = commands.find((candidate) => candidate.name === asked);
  if (command === undefined) {
    const isOption = asked.startsWith("-");
    const found = nearest(asked, isOption ? ownOptions : commands.map((candidate) => candidate.name));
    const suggestion = found === "-V" ? "-V or --version" : found;
    const meant = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
    err(`bootlace: unknown ${isOption ? "option" : "command"} ${quote(asked)}${meant}\n`);
    err("Run bootlace --help for the list of commands.\n");
    return exitCodes.usage;
  }
  const wantsHelp =
    name === "help" || words.slice(0, endOfOptions(words)).some((word) => word === "--help" || word === "-h");
  if (wantsHelp) {
    out(commandHelp(command));
    return exitCodes.ok;
  }
  const read = readArguments(words, command.options, command.positionals?.length ?? 0);
  if (!read.ok) {
    const hint = `See bootlace ${command.name} --help`;
    const json = words.slice(0, endOfOptions(words)).includes("--json");
    printError(surroundings, command.name, { code: "usage", message: read.problem, hint }, json);
    return exitCodes.usage;
  }
  return command.run(read.args, surroundings);
}

function endOfOptions(words: readonly string[]): number {
  const at = words.indexOf("--");
  return at === -1 ? words.length : at;
}
