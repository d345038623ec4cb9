import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArguments, USAGE } from "./arguments.ts";
import type { Scenario } from "./lab.ts";
import { openRunFolder, removeLeftovers, thisRun } from "./leftovers.ts";
import { recordRows } from "./record/pages.ts";
import { exitCode, formatTable, formatTotals, type Outcome } from "./report.ts";
import { runScenarios } from "./runner.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import { chooseShare, type Share, shareLines, shareOfCommit } from "./share.ts";

const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

// Root runs the lab, and the checkout may be of whoever called it: then their files are as good as root's.
process.env.SUDO_UID ??= String(statSync(import.meta.filename).uid);

async function main(words: readonly string[]): Promise<number> {
  const names = SCENARIOS.map((scenario) => scenario.name);
  const usual = SCENARIOS.filter((scenario) => scenario.onlyByName !== true).map((scenario) => scenario.name);
  const parsed = parseArguments(words, names, usual);
  if (!parsed.ok) {
    console.error(`${parsed.fault.message}\n${USAGE}`);
    return 2;
  }
  const { command } = parsed;
  if (command.kind === "help") {
    console.log(USAGE);
    return 0;
  }
  if (command.kind === "list") {
    const width = Math.max(...names.map((name) => name.length));
    for (const scenario of SCENARIOS)
      console.log(`${scenario.name.padEnd(width)}  ${scenario.proves}${scenario.onlyByName ? " (only by name)" : ""}`);
    return 0;
  }
  if (process.getuid?.() !== 0) {
    console.error("the lab makes network namespaces and taps: run it as root");
    return 4;
  }
  const wanted = SCENARIOS.filter((scenario) => command.names.includes(scenario.name));
  const share = command.share === undefined ? undefined : shareOf(command.share.wanted);
  const chosen = chooseShare(wanted, share, command.share?.whole);
  const parts = new Map(chosen.map((one) => [one.scenario.name, one.parts]));
  const scenarios = chosen.map(({ scenario }) => scenario);
  const lines = share === undefined ? undefined : shareLines(share, wanted, chosen);
  return runCommand(scenarios, { ...command, parts }, lines);
}

/** The share itself, or the one of the commit that is checked out. Throws where git knows no commit. */
function shareOf(wanted: Share | "auto"): Share {
  if (wanted !== "auto") return wanted;
  return shareOfCommit(execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim());
}

interface RunCommand {
  readonly keep: boolean;
  readonly record: boolean;
  readonly jobs: number;
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

async function runCommand(
  scenarios: readonly Scenario[],
  { keep, record, jobs, parts }: RunCommand,
  share: string | undefined,
): Promise<number> {
  if (share !== undefined) console.log(share);
  const interrupt = new AbortController();
  let status: number | undefined;
  for (const [signal, code] of Object.entries(INTERRUPTED)) {
    process.on(signal, () => {
      status ??= code;
      interrupt.abort();
    });
  }
  for (const name of await removeLeftovers()) console.log(`removed ${name}, left by a run that is gone`);
  const run = thisRun();
  const folder = openRunFolder(run);
  const onOutcome = (outcome: Outcome) => {
    console.log(`${outcome.failure === undefined ? "ok  " : "FAIL"} ${outcome.name} ${outcome.seconds.toFixed(1)} s`);
    for (const proof of outcome.proofs) console.log(`       ${proof}`);
    if (outcome.failure !== undefined) console.log(outcome.failure.replace(/^/gm, "     | "));
    if (outcome.folder !== undefined) console.log(`     kept in ${outcome.folder}`);
  };
  const options = { run, folder: folder.path, keep, record, jobs, parts, signal: interrupt.signal, onOutcome };
  const outcomes = await runScenarios(scenarios, options);
  writeFileSync(join(folder.path, "report.json"), `${JSON.stringify(outcomes, null, 2)}\n`);
  if (record) {
    const seen = outcomes.flatMap((outcome) => outcome.rows);
    recordRows(
      seen,
      SCENARIOS.flatMap((scenario) => scenario.rows ?? []),
    );
    console.log(`${seen.length} rows recorded`);
  }
  folder.close(keep || exitCode(outcomes) !== 0);
  console.log(`\n${formatTable(outcomes)}\n`);
  if (share !== undefined) console.log(`${share}\n`);
  console.log(formatTotals(outcomes));
  return status ?? exitCode(outcomes);
}

process.exitCode = await main(process.argv.slice(2));
