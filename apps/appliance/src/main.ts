#!/usr/bin/env node
import { networkInterfaces } from "node:os";
import { isDiskSilent } from "./boot-files/in-time.ts";
import { createAsker } from "./cli/ask.ts";
import { runProgram } from "./cli/program.ts";
import { isLogSilent } from "./log/log-file.ts";
import { isStateSilent } from "./os/disk-answers.ts";
import { exitNow, useManyThreads } from "./os/exit.ts";
import { exitCodes } from "./os/exit-codes.ts";
import { isJournal, isOneOutput } from "./os/journal.ts";

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
runProgram(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdoutIsTerminal: process.stdout.isTTY === true,
  columns: () => process.stdout.columns,
  stdoutIsJournal: isJournal(1, process.env.JOURNAL_STREAM),
  stderrIsJournal: isJournal(2, process.env.JOURNAL_STREAM),
  oneOutput: isOneOutput(),
  stdinIsTerminal: process.stdin.isTTY === true,
  out: (text) => void process.stdout.write(text),
  logTo: process.stdout,
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
