import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootlaceHttp, HTTP_PORT, nginx, type RunningHttp, startHttpContestant } from "../bench/http-contestants.ts";
import { fileOf, type HttpOutcome, type HttpRow, takeHttpTurns } from "../bench/http-turns.ts";
import { machineLine } from "../bench/machine.ts";
import { markdownTable, rewriteMarked } from "../bench/marked-text.ts";
import { LabFailure, must } from "../failure.ts";
import { filler } from "../filler.ts";
import type { Lab, Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";

const PAGE = fileURLToPath(new URL("../../../docs/performance.md", import.meta.url));
const MiB = 1024 * 1024;

const large = (mebibytes: number, connections: number, requests: number, rounds: number): HttpRow => ({
  id: `${mebibytes}-${connections}`,
  title: `${mebibytes} MiB, ${connections} ${connections === 1 ? "connection" : "connections"}`,
  size: mebibytes * MiB,
  connections,
  requests,
  rounds,
  least: 1,
  most: 1.5,
});

const small = (size: number, connections: number): HttpRow => ({
  id: `small-${size}`,
  title: `${size} bytes, ${connections} connections`,
  size,
  connections,
  seconds: 2,
  rounds: 9,
  least: 0.5,
});

const ROWS: readonly HttpRow[] = [
  large(64, 1, 10, 11),
  large(64, 32, 48, 11),
  large(400, 1, 3, 9),
  large(400, 32, 32, 5),
  small(124, 16),
  small(16_384, 16),
];

/** A person would notice these. */
const QUICK_ROWS: readonly HttpRow[] = [
  // The kernel counts CPU time in ticks of 10 ms: 2 GB are some twenty of nginx's. The file fits into what is kept in memory.
  // On some processors the copy that nginx saves by sendfile is three quarters of all work: 0.52 and 2.9 there, 1.2 and 0.8 on others.
  { ...large(32, 1, 60, 3), least: 0.3, most: 5 },
  { ...small(16_384, 16), seconds: 1, rounds: 3, least: 0.25 },
];

async function measure(lab: Lab, rows: readonly HttpRow[]) {
  const root = join(lab.folder, "root");
  mkdirSync(root);
  lab.defer(async () => rmSync(root, { recursive: true }));
  for (const row of rows) writeFileSync(join(root, fileOf(row)), filler(row.size));
  const contestants: RunningHttp[] = [];
  for (const contestant of [bootlaceHttp, nginx]) contestants.push(await startHttpContestant(lab, contestant, root));
  for (const contestant of contestants) {
    for (const row of rows) await mustServe(lab, contestant, root, row);
  }
  const outcomes: HttpOutcome[] = [];
  for (const row of rows) {
    const outcome = await takeHttpTurns(lab, contestants, row);
    outcomes.push(outcome);
    lab.proof(
      outcomeLines(outcome)
        .map((line) => line.join(" "))
        .join("; "),
    );
  }
  return { contestants, outcomes };
}

/** Every byte, once: the runs that are measured look at sizes only. */
async function mustServe(lab: Lab, { name, host }: RunningHttp, root: string, row: HttpRow): Promise<void> {
  const local = join(lab.folder, "got");
  const url = `http://127.0.0.1:${HTTP_PORT}/${fileOf(row)}`;
  await runOk(lab, host.netns, locate("curl"), ["-sf", "-o", local, url], { seconds: 60 });
  const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  must(hash(local) === hash(join(root, fileOf(row))), `${name} serves other bytes than those of ${fileOf(row)}`);
  rmSync(local);
}

/** A line of the table for each figure: load, figure, ours, the peer's, ratio, goal, verdict. */
function outcomeLines({ row, standings, speedRatio, cpuRatio }: HttpOutcome): string[][] {
  const isSmall = row.seconds !== undefined;
  const speeds = standings.map(({ speed }) => (isSmall ? `${(speed / 1000).toFixed(1)}k` : speed.toFixed(0)));
  const cpus = standings.map(({ cpu }) => cpu.toFixed(isSmall ? 1 : 3));
  const reported = (ratio: number, sign: string, bound: number | undefined, met: boolean) =>
    bound === undefined
      ? [ratio.toFixed(2), "", ""]
      : [ratio.toFixed(2), `${sign} ${bound}`, met ? "met" : "**missed**"];
  const { least, most } = row;
  return [
    [
      row.title,
      isSmall ? "requests/s" : "MB/s",
      ...speeds,
      ...reported(speedRatio, "≥", least, isMet(speedRatio, least)),
    ],
    [
      "",
      isSmall ? "CPU µs/request" : "CPU s/GB",
      ...cpus,
      ...reported(cpuRatio, "≤", most, isMet(-cpuRatio, -(most ?? 0))),
    ],
  ];
}

/** As printed: with two digits. */
function isMet(ratio: number, bound: number): boolean {
  return Math.round(ratio * 100) >= Math.round(bound * 100);
}

export const benchHttp: Scenario = {
  name: "bench-http",
  proves: "how fast Bootlace serves HTTP beside nginx with sendfile; rewrites docs/performance.md",
  onlyByName: true,
  async run(lab) {
    const { BENCH_ROWS, BENCH_ROUNDS } = process.env;
    const pattern = new RegExp(BENCH_ROWS ?? "");
    const rows = ROWS.filter(({ id }) => pattern.test(id)).map((row) => ({
      ...row,
      rounds: BENCH_ROUNDS === undefined ? row.rounds : Number(BENCH_ROUNDS),
    }));
    const { contestants, outcomes } = await measure(lab, rows);
    const head = ["load", "figure", ...contestants.map(({ name }) => name), "ratio", "goal", ""];
    const table = markdownTable(head, outcomes.flatMap(outcomeLines));
    lab.proof(`\n${table}`);
    if (BENCH_ROWS !== undefined || BENCH_ROUNDS !== undefined) {
      lab.proof("a part: docs/performance.md is left alone");
      return;
    }
    const versions = contestants.map(({ name, version }) => `${name} ${version}`).join("; ");
    const reported = `Rounds: ${[...new Set(rows.map(({ rounds }) => rounds))].sort((a, b) => a - b).join(", ")} by row.`;
    rewriteMarked(PAGE, "bench-http", `${machineLine(new Date())}. ${reported} ${versions}.\n\n${table}`);
    lab.proof("written to docs/performance.md");
  },
};

export const benchHttpQuick: Scenario = {
  name: "bench-http-quick",
  alone: true,
  proves: "Bootlace serves HTTP without a loss of speed that a person would notice, beside nginx in turns",
  async run(lab) {
    const { outcomes } = await measure(lab, QUICK_ROWS);
    const missed = outcomes.filter(({ row, speedRatio, cpuRatio }) => {
      return !isMet(speedRatio, row.least) || (row.most !== undefined && !isMet(-cpuRatio, -row.most));
    });
    if (missed.length > 0) {
      throw new LabFailure(
        `much slower than nginx:\n${missed
          .flatMap(outcomeLines)
          .map((line) => line.join(" "))
          .join("\n")}`,
      );
    }
  },
};
