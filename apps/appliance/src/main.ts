#!/usr/bin/env node
import { networkInterfaces } from "node:os";
import { quote } from "@bootlace/dhcp-core";
import { isDiskSilent } from "./boot-files/in-time.ts";
import { readArguments } from "./cli/arguments.ts";
import { createAsker } from "./cli/ask.ts";
import type { Surroundings } from "./cli/command.ts";
import { commands } from "./cli/commands.ts";
import { commandHelp, commandRow, helpCommand, programHelp } from "./cli/help.ts";
import { printError, printJson } from "./cli/output.ts";
import { cliReference } from "./cli/reference.ts";
import { versionLine } from "./cli/version.ts";
import { nearest } from "./config/nearest.ts";
import { isLogSilent } from "./log/log-file.ts";
import { isStateSilent } from "./os/disk-answers.ts";
import { exitNow, useManyThreads } from "./os/exit.ts";
import { exitCodes } from "./os/exit-codes.ts";
import { isJournal, isOneOutput } from "./os/journal.ts";

/** Options without a command. */
const ownOptions = ["-V", "-h", "--version", "--help"];

/**
 * Runs one command line.
 * @param argv the words after `bootlace`
 * @returns the exit code
 */
async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
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

function failInternally(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`bootlace: internal error, please report it: ${text}\n`);
  process.exit(exitCodes.internal);
}

process.on("uncaughtException", failInternally);
process.on("unhandledRejection", failInternally);
let lost: string | undefined;
// The reader of a pipe may close it early. The daemon continues without any output.
process.stderr.on("error", () => {});
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") lost ??= code ?? message;
});
process.on("exit", (code) => {
  if (lost === undefined || code !== exitCodes.ok || process.argv[2] === "serve") return;
  process.stderr.write(`bootlace: the output could not be written (${lost}); it is lost or cut off\n`);
  process.exitCode = exitCodes.output;
});

const exit = (code: number) => exitNow(code, () => isDiskSilent() || isLogSilent() || isStateSilent());
useManyThreads(process.env);
run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdoutIsTerminal: process.stdout.isTTY === true,
  columns: () => process.stdout.columns,
  stdoutIsJournal: isJournal(1, process.env.JOURNAL_STREAM),
  stderrIsJournal: isJournal(2, process.env.JOURNAL_STREAM),
  oneOutput: isOneOutput(),
  stdinIsTerminal: process.stdin.isTTY === true,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ask: createAsker(process.stdin, (text) => void process.stderr.write(text)),
  signals: process,
  exitAtOnce: exit,
  now: Date.now,
  networkInterfaces,
}).then((code) => {
  process.exitCode = code;
  // Output may still be in a pipe; a forgotten handle must not keep the process alive.
  setTimeout(exit, 1000, code).unref();
}, failInternally);
