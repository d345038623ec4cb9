import { EventEmitter } from "node:events";
import { readArguments } from "../../src/cli/arguments.ts";
import type { Command, Surroundings } from "../../src/cli/command.ts";

/** Runs a command inside the test: its exit code and what it printed. */
export function commandLine(cwd: string, more: Partial<Surroundings> = {}) {
  const signals = new EventEmitter();
  return {
    signals,
    async run(command: Command, ...words: string[]) {
      const read = readArguments(words, command.options, command.positionals?.length ?? 0);
      if (!read.ok) throw new Error(read.problem);
      const said = { out: "", err: "" };
      const code = await command.run(read.args, {
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
    },
  };
}
