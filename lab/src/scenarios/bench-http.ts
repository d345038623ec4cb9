import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { httpReport, measureHttp, mustMeetGoals } from "../bench/http-measure.ts";
import { fileOf, type HttpRow } from "../bench/http-turns.ts";
import { rewriteMarked } from "../bench/marked-text.ts";
import { filler } from "../filler.ts";
import type { Lab, Scenario } from "../lab.ts";

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
  return await measureHttp(lab, rows, { ours: root, peers: root });
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
    const { table, text } = httpReport(rows, await measure(lab, rows));
    lab.proof(`\n${table}`);
    if (BENCH_ROWS !== undefined || BENCH_ROUNDS !== undefined) {
      lab.proof("a part: docs/performance.md is left alone");
      return;
    }
    rewriteMarked(PAGE, "bench-http", text);
    lab.proof("written to docs/performance.md");
  },
};

export const benchHttpQuick: Scenario = {
  name: "bench-http-quick",
  alone: true,
  proves: "Bootlace serves HTTP without a loss of speed that a person would notice, beside nginx in turns",
  async run(lab) {
    const { outcomes } = await measure(lab, QUICK_ROWS);
    mustMeetGoals(outcomes, "much slower than nginx");
  },
};
