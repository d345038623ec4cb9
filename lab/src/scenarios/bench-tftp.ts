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

/** As they are without any setting, for a crowd that asks all at once; and dnsmasq with its cap raised. */
const BY_DEFAULT: readonly Contestant[] = [bootlace(""), dnsmasq(), dnsmasq("--tftp-max=1000"), tftpdHpa, atftpd()];

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

/**
 * BENCH_ROWS picks rows by their id (a regular expression; `newcomer` and `memory` are the two that are no load),
 * BENCH_ROUNDS sets the rounds: for work on the server.
 */
function selection() {
  const { BENCH_ROWS, BENCH_ROUNDS } = process.env;
  const pattern = new RegExp(BENCH_ROWS ?? "");
  const rounds = BENCH_ROUNDS === undefined ? undefined : Number(BENCH_ROUNDS);
  return {
    whole: BENCH_ROWS === undefined && BENCH_ROUNDS === undefined,
    wanted: (id: string) => pattern.test(id),
    rounds: (usual: number) => rounds ?? usual,
  };
}

export const benchTftp: Scenario = {
  name: "bench-tftp",
  proves: "how fast Bootlace serves TFTP beside dnsmasq, tftpd-hpa and atftpd; rewrites docs/performance.md",
  onlyByName: true,
  async run(lab) {
    const { whole, wanted, rounds } = selection();
    const rows = ROWS.filter(({ id }) => wanted(id)).map((row) => ({ ...row, rounds: rounds(row.rounds) }));
    const stage = await prepare(lab);
    const ground = { lab, ...stage };
    const versions: string[] = [];
    for (const { contestant, host } of stage.running) {
      versions.push(`${contestant.name} ${await contestant.version(lab, host)} (${contestant.settings})`);
    }
    const parts: string[] = [];
    if (rows.length > 0) parts.push(rowsTable(await runRows(lab, stage, rows)));
    if (wanted("newcomer")) {
      parts.push(crowdsTable(await measureCrowds(ground, BY_DEFAULT, rounds(3)), NEWCOMER_MILLISECONDS));
    }
    if (wanted("memory")) {
      parts.push(memoryTable(await measureMemory(ground, CONTESTANTS, rounds(3)), KIBIBYTES_PER_TRANSFER));
    }
    lab.proof(`\n${parts.join("\n\n")}`);
    if (!whole) {
      lab.proof("a part: docs/performance.md is left alone");
      return;
    }
    const reported = `Rounds: ${[...new Set(rows.map((row) => row.rounds))].sort().join(", ")} by row.`;
    rewriteMarked(
      PAGE,
      "bench-tftp",
      [`${machineLine(new Date())}. ${reported}`, `${versions.join("; ")}.`, ...parts].join("\n\n"),
    );
    lab.proof("written to docs/performance.md");
  },
};

export const benchTftpQuick: Scenario = {
  name: "bench-tftp-quick",
  alone: true,
  proves: "Bootlace serves TFTP without a loss of speed that a person would notice, beside three peers in turns",
  async run(lab) {
    const outcomes = await runRows(lab, await prepare(lab), QUICK_ROWS);
    const missed = outcomes.filter(({ verdicts }) => verdicts.some(({ met }) => !met));
    if (missed.length > 0) throw new LabFailure(`much slower than the best peer:\n${missed.map(rowLine).join("\n")}`);
  },
};
