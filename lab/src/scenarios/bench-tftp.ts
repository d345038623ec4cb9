import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  atftpd,
  bootlace,
  type Contestant,
  dnsmasq,
  type Running,
  startContestant,
  tftpdHpa,
} from "../bench/contestants.ts";
import { measureCrowds, measureMemory } from "../bench/crowds.ts";
import { buildLoadGenerator } from "../bench/load.ts";
import { machineLine } from "../bench/machine.ts";
import { rewriteMarked } from "../bench/marked-text.ts";
import { crowdsTable, memoryTable, rowLine, rowsTable } from "../bench/report.ts";
import { FILES, QUICK_ROWS, ROWS, type Row } from "../bench/rows.ts";
import { type RowOutcome, takeTurns } from "../bench/turns.ts";
import { LabFailure } from "../failure.ts";
import { filler } from "../filler.ts";
import type { Lab, Scenario } from "../lab.ts";

const PAGE = fileURLToPath(new URL("../../../docs/performance.md", import.meta.url));
const NEWCOMER_MILLISECONDS = 100;
const KIBIBYTES_PER_TRANSFER = 64;

/** Ours first. Peers may serve everybody: their defaults of 50 and 100 transfers would refuse most of a crowd. */
const CONTESTANTS: readonly Contestant[] = [
  bootlace("maxWindowSize: 64"),
  dnsmasq("--tftp-max=1000"),
  tftpdHpa,
  atftpd("--maxthread", "1000"),
];

interface Stage {
  readonly program: string;
  readonly root: string;
  readonly running: readonly Running[];
}

async function prepare(lab: Lab): Promise<Stage> {
  const root = join(lab.folder, "root");
  for (const [name, size] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), filler(size));
  }
  const running: Running[] = [];
  for (const contestant of CONTESTANTS) running.push(await startContestant(lab, contestant, root, lab.folder));
  const [first] = running;
  if (!first) throw new LabFailure("nobody takes part");
  return { program: await buildLoadGenerator(lab, first.host), root, running };
}

async function runRows(lab: Lab, { program, root, running }: Stage, rows: readonly Row[]): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (const row of rows) {
    const outcome = await takeTurns(lab, program, root, running, row);
    outcomes.push(outcome);
    lab.proof(rowLine(outcome));
  }
  return outcomes;
}

/** BENCH_ROWS picks rows by their id (a regular expression), BENCH_ROUNDS sets the rounds: for work on the server. */
function wantedRows(): { rows: readonly Row[]; whole: boolean } {
  const { BENCH_ROWS, BENCH_ROUNDS } = process.env;
  const pattern = new RegExp(BENCH_ROWS ?? "");
  const rows = ROWS.filter(({ id }) => pattern.test(id)).map((row) =>
    BENCH_ROUNDS === undefined ? row : { ...row, rounds: Number(BENCH_ROUNDS) },
  );
  return { rows, whole: BENCH_ROWS === undefined && BENCH_ROUNDS === undefined };
}

export const benchTftp: Scenario = {
  name: "bench-tftp",
  proves: "how fast Bootlace serves TFTP beside dnsmasq, tftpd-hpa and atftpd; rewrites docs/performance.md",
  onlyByName: true,
  async run(lab) {
    const { rows, whole } = wantedRows();
    const stage = await prepare(lab);
    const versions: string[] = [];
    for (const { contestant, host } of stage.running) {
      versions.push(`${contestant.name} ${await contestant.version(lab, host)} (${contestant.settings})`);
    }
    const table = rowsTable(await runRows(lab, stage, rows));
    const parts = [table];
    if (whole) parts.push(...(await crowdsAndMemory(lab, stage)));
    lab.proof(`\n${parts.join("\n\n")}`);
    if (!whole) {
      lab.proof(`${rows.length} rows, docs/performance.md left alone`);
      return;
    }
    const rounds = `Rounds: ${[...new Set(rows.map((row) => row.rounds))].sort().join(", ")} by row.`;
    rewriteMarked(
      PAGE,
      "bench-tftp",
      [`${machineLine(new Date())}. ${rounds}`, `${versions.join("; ")}.`, ...parts].join("\n\n"),
    );
    lab.proof("written to docs/performance.md");
  },
};

async function crowdsAndMemory(lab: Lab, stage: Stage): Promise<string[]> {
  const ground = { lab, ...stage };
  const defaults = [bootlace(""), dnsmasq(), dnsmasq("--tftp-max=1000"), tftpdHpa, atftpd()];
  const crowds = await measureCrowds(ground, defaults, 3);
  const memory = await measureMemory(ground, CONTESTANTS, 3);
  return [crowdsTable(crowds, NEWCOMER_MILLISECONDS), memoryTable(memory, KIBIBYTES_PER_TRANSFER)];
}

export const benchTftpQuick: Scenario = {
  name: "bench-tftp-quick",
  proves: "Bootlace serves TFTP without a loss of speed that a person would notice, beside three peers in turns",
  async run(lab) {
    const outcomes = await runRows(lab, await prepare(lab), QUICK_ROWS);
    const missed = outcomes.filter(({ verdicts }) => verdicts.some(({ met }) => !met));
    if (missed.length > 0) throw new LabFailure(`much slower than the best peer:\n${missed.map(rowLine).join("\n")}`);
  },
};
