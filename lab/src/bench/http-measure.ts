import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabFailure, must } from "../failure.ts";
import type { Lab } from "../lab.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { bootlaceHttp, HTTP_PORT, nginx, type RunningHttp, startHttpContestant } from "./http-contestants.ts";
import { fileOf, type HttpOutcome, type HttpRow, takeHttpTurns } from "./http-turns.ts";
import { machineLine } from "./machine.ts";
import { markdownTable } from "./marked-text.ts";

/** Where the contestants have their files: folders that are there, with each file of the rows in that of the peer. */
export interface HttpRoots {
  readonly ours: string;
  readonly peers: string;
}

/** Starts both contestants, compares every byte of every file once, and takes the turns of all rows. */
export async function measureHttp(lab: Lab, rows: readonly HttpRow[], { ours, peers }: HttpRoots) {
  const contestants: RunningHttp[] = [
    await startHttpContestant(lab, bootlaceHttp, ours),
    await startHttpContestant(lab, nginx, peers),
  ];
  for (const contestant of contestants) {
    for (const row of rows) await mustServe(lab, contestant, peers, row);
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
export function outcomeLines({ row, standings, speedRatio, cpuRatio }: HttpOutcome): string[][] {
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

/** Throws a LabFailure with the figures of the rows that miss their goals. */
export function mustMeetGoals(outcomes: readonly HttpOutcome[], what: string): void {
  const missed = outcomes.filter(({ row, speedRatio, cpuRatio }) => {
    return !isMet(speedRatio, row.least) || (row.most !== undefined && !isMet(-cpuRatio, -row.most));
  });
  if (missed.length === 0) return;
  const lines = missed.flatMap(outcomeLines).map((line) => line.join(" "));
  throw new LabFailure(`${what}:\n${lines.join("\n")}`);
}

/** The table of a page, and what it was measured on. */
export function httpReport(
  rows: readonly HttpRow[],
  { contestants, outcomes }: Awaited<ReturnType<typeof measureHttp>>,
): { readonly table: string; readonly text: string } {
  const head = ["load", "figure", ...contestants.map(({ name }) => name), "ratio", "goal", ""];
  const table = markdownTable(head, outcomes.flatMap(outcomeLines));
  const versions = contestants.map(({ name, version }) => `${name} ${version}`).join("; ");
  const reported = `Rounds: ${[...new Set(rows.map(({ rounds }) => rounds))].sort((a, b) => a - b).join(", ")} by row.`;
  return { table, text: `${machineLine(new Date())}. ${reported} ${versions}.\n\n${table}` };
}
