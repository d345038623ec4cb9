import { EventEmitter } from "node:events";
import { readArguments } from "../../src/cli/arguments.ts";
import type { Command, Surroundings } from "../../src/cli/command.ts";
import { runProgram } from "../../src/cli/program.ts";

/** Runs a command, or the whole program, inside the test: its exit code and what it printed. */
export function commandLine(cwd: string, more: Partial<Surroundings> = {}) {
  const signals = new EventEmitter();

  async function printed(work: (surroundings: Surroundings) => Promise<number>) {
    const said = { out: "", err: "" };
    const code = await work({
      cwd,
      env: {},
      stdoutIsTerminal: false,
      stdoutIsJournal: false,
      stderrIsJournal: false,
      oneOutput: false,
      stdinIsTerminal: false,
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      ask: async () => undefined,
      signals,
      exitAtOnce: () => {},
      now: Date.now,
      networkInterfaces: () => ({}),
      ...more,
    });
    return { code, ...said };
  }

  return {
    signals,
    async run(command: Command, ...words: string[]) {
      const read = readArguments(words, command.options, command.positionals?.length ?? 0);
      if (!read.ok) throw new Error(read.problem);
      return printed((surroundings) => command.run(read.args, surroundings));
    },
    /** `bootlace` with these words behind it. */
    program: (...words: string[]) => printed((surroundings) => runProgram(words, surroundings)),
  };
}
