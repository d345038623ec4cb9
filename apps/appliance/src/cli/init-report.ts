import { checkProgramNamed } from "../catalogue/boot-check.ts";
import { inertText } from "../catalogue/inert-text.ts";
import type { Distribution } from "../init/distribution.ts";
import type { Progress } from "../init/execute.ts";
import type { Missing, MissingKit } from "../init/missing.ts";
import type { Candidate } from "../init/network.ts";
import type { NextStep } from "../init/next-steps.ts";
import type { FileOutcome } from "../init/outcome.ts";
import { networkText } from "../init/questions.ts";
import { exitCodes } from "../os/exit-codes.ts";
import type { Surroundings } from "./command.ts";
import type { MachineAnswer } from "./init-machines.ts";
import { printError, printJson } from "./output.ts";

/** What init found before it wrote anything. */
export interface Seen {
  readonly distribution: Distribution;
  readonly candidates: readonly Candidate[];
  readonly directory: string;
}

export interface InitResult {
  readonly directory: string;
  /** The boot files by kind of machine; undefined when an existing bootlace.yaml has errors. */
  readonly machines: readonly MachineAnswer[] | undefined;
  readonly missing: Missing;
  readonly unreadable: readonly string[];
  readonly complete: boolean;
  readonly next: readonly NextStep[];
  /** A bootlace.yaml already existed. */
  readonly configKept: boolean;
  /** The command line has options that set keys of bootlace.yaml. */
  readonly requested: boolean;
}

/** Reports what init does while it does it: lines for people, or one JSON document at the end. */
export function createInitReport(
  surroundings: Surroundings,
  { json, dryRun }: { readonly json: boolean; readonly dryRun: boolean },
) {
  const { out, stdoutIsTerminal, env } = surroundings;
  const moves = !json && stdoutIsTerminal && env.TERM !== "dumb";
  const files: FileOutcome[] = [];
  let seen: Seen | undefined;
  let lineShown = false;

  const line = (text = "") => {
    if (json) return;
    if (lineShown) out("\r\x1b[K");
    lineShown = false;
    out(`${inertText(text)}\n`);
  };

  return {
    found(what: Seen) {
      seen = what;
      const [first] = what.candidates;
      if (first === undefined) line("No network interface has a LAN IPv4 address, so bootlace.yaml names none.");
      for (const candidate of what.candidates) line(`Network: ${candidate.interface} ${networkText(candidate)}`);
    },

    progress({ path, number, of, bytes, size }: Progress) {
      if (!moves) return;
      const part = size === 0 ? 100 : Math.min(100, Math.floor((bytes / size) * 100));
      out(`\r\x1b[K[${number}/${of}] ${inertText(path)} ${String(part).padStart(3)} %`);
      lineShown = true;
    },

    done(outcome: FileOutcome) {
      files.push(outcome);
      const { path, status, size, from, why } = outcome;
      const word = dryRun && status === "made" ? "would make" : status === "left-out" ? "left out" : status;
      const details = [
        size === undefined ? "" : sizeText(size),
        from === undefined || why !== undefined ? "" : `from ${from}`,
        why ?? "",
      ];
      line(
        `${word.padEnd(dryRun ? 10 : 8)}  ${path}${details
          .filter((text) => text !== "")
          .map((text) => `, ${text}`)
          .join("")}`,
      );
    },

    /** The person declined, or interrupted at a question. */
    brokenOff(): number {
      printError(surroundings, "init", { code: "broken-off", message: "nothing was written" }, json);
      return exitCodes.findings;
    },

    refused(problem: string): number {
      printError(surroundings, "init", { code: "usage", message: problem }, json);
      return exitCodes.usage;
    },

    /** @returns the exit code */
    end(result: InitResult): number {
      const failed = files.some(({ status }) => status === "failed");
      const code = failed || !result.complete ? exitCodes.findings : exitCodes.ok;
      if (json) {
        const { complete, missing, unreadable, machines, next, directory } = result;
        const { distribution, candidates } = seen ?? {};
        printJson(surroundings, {
          ...{ directory, dryRun, complete: complete && !failed, distribution, networks: candidates },
          ...{ files, machines, missing, unreadable, next },
        });
        return code;
      }
      for (const text of closingLines(result, failed)) line(text);
      return code;
    },
  };
}

function closingLines(result: InitResult, failed: boolean): string[] {
  const { machines, missing, unreadable, complete, next, configKept, requested } = result;
  const broken =
    failed || !complete
      ? ["", "Some files could not be created. Fix the cause and run init again: it adds what is missing."]
      : [];
  const kept =
    configKept && requested
      ? ["", "bootlace.yaml already exists, so its options changed nothing. Move it away to get a new one."]
      : [];
  const faulty =
    configKept && machines === undefined
      ? ["", "bootlace.yaml already exists and has errors: run bootlace check."]
      : [];
  const gets = (machines ?? []).map(({ arch, file, ipxe }) => {
    if (checkProgramNamed(file) !== undefined) return `  ${arch.padEnd(10)}  boot check (no boot file of its own)`;
    return `  ${arch.padEnd(10)}  ${file}${ipxe === undefined ? "" : `; iPXE: ${ipxe}`}`;
  });
  return [
    ...broken,
    ...kept,
    ...faulty,
    ...(gets.length === 0 ? [] : ["", "Boot files by kind of machine:", ...gets]),
    ...(missing.needed.length === 0 ? [] : ["", "Missing on this system:", ...missing.needed.map(missingLine)]),
    ...(missing.installOptional === undefined
      ? []
      : ["", "For machines with Secure Boot:", `  ${missing.installOptional}`]),
    ...(unreadable.length === 0 ? [] : ["", "Not readable by this user:", ...unreadable.map((path) => `  ${path}`)]),
    ...[
      "",
      "Next:",
      ...next.flatMap(({ what, command }, index) => [
        `  ${index + 1}. ${what}${command === undefined ? "" : ":"}`,
        ...(command === undefined ? [] : [`       ${command}`]),
      ]),
    ],
  ];
}

function missingLine({ what, packages, why }: MissingKit): string {
  if (packages !== undefined) return `  ${what}: ${packages.join(" ")}`;
  return `  ${what}${why === undefined ? "" : `: ${why}`}`;
}

/** A size for people, in powers of ten, as on disk labels. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
