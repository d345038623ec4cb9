import type { NetworkInterfaces } from "../net/interfaces.ts";
import type { LogOutput } from "../os/log-output.ts";
import type { SignalSource } from "../os/signals.ts";

/** What a command may use of the process it runs in. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutIsTerminal: boolean;
  /** Columns of the terminal on standard output, as they are now; undefined when unknown. */
  readonly columns?: () => number | undefined;
  /** True where the systemd journal reads the output. */
  readonly stdoutIsJournal: boolean;
  readonly stderrIsJournal: boolean;
  /** Standard output and standard error are the same file. */
  readonly oneOutput: boolean;
  readonly stdinIsTerminal: boolean;
  /** Data. */
  readonly out: (text: string) => void;
  /** Where the daemon writes its log; as data when absent. */
  readonly logTo?: LogOutput;
  /** Diagnostics. */
  readonly err: (text: string) => void;
  /** Asks the person at the terminal; undefined when the input ends or is interrupted. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly signals: SignalSource;
  readonly exitAtOnce: (code: number) => void;
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
}

export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the value, such as FILE; absent for a switch. */
  readonly value?: string;
  /** The option may be repeated. */
  readonly many?: boolean;
  readonly description: string;
}

/** The parsed command line, checked against the command's rows. */
export interface Arguments {
  /** Values of options in the order given; a switch has the one value "". */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** One row of the table that drives parsing and help. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Words that are not options, in order. */
  readonly positionals?: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionRow[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** @returns the exit code */
  run(args: Arguments, surroundings: Surroundings): Promise<number>;
}

/** The last value of an option: later ones on the command line win. */
export function lastValue(args: Arguments, name: string): string | undefined {
  return args.options.get(name)?.at(-1);
}
