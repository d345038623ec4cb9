import { fileURLToPath } from "node:url";
import { LabFailure } from "../failure.ts";
import type { Lab } from "../lab.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { median } from "./figures.ts";
import { HTTP_PORT, onCore, type RunningHttp } from "./http-contestants.ts";

const LOAD = fileURLToPath(new URL("../programs/http-load.ts", import.meta.url));

/** What is measured in a row, with the goals for our figures divided by the peer's. */
export interface HttpRow {
  readonly id: string;
  readonly title: string;
  /** Bytes of the file that all connections fetch. */
  readonly size: number;
  readonly connections: number;
  /** Fetches in one run; for small files, seconds of one run instead. */
  readonly requests?: number;
  readonly seconds?: number;
  readonly rounds: number;
  /** Least ratio of throughput or of requests a second. */
  readonly least: number;
  /** Largest ratio of CPU time for the same work; none: it is only shown. */
  readonly most?: number;
}

/** Of one run: MB/s and CPU s/GB for large files, requests a second and CPU µs a request for small ones. */
interface Sample {
  readonly speed: number;
  readonly cpu: number;
}

export interface HttpStanding extends Sample {
  readonly name: string;
}

export interface HttpOutcome {
  readonly row: HttpRow;
  /** Medians of the rounds; ours first. */
  readonly standings: readonly HttpStanding[];
  /** Ours by the peer's: the median of the ratios of the rounds, in each of which one ran right after the other. */
  readonly speedRatio: number;
  readonly cpuRatio: number;
}

/** The file that a row fetches; small ones all lie in the page cache, and so do large ones after the first run. */
export function fileOf({ size }: HttpRow): string {
  return `${size}.bin`;
}

/** Runs a row against both contestants in turns, round by round, after one run each that does not count. */
export async function takeHttpTurns(lab: Lab, contestants: readonly RunningHttp[], row: HttpRow): Promise<HttpOutcome> {
  const samples = contestants.map((): Sample[] => []);
  for (let round = 0; round <= row.rounds; round++) {
    for (const [at, contestant] of contestants.entries()) {
      const before = contestant.account.cpuSeconds();
      const sample = await (row.seconds === undefined ? fetchLarge : fetchSmall)(lab, contestant, row, before);
      if (round > 0) samples[at]?.push(sample);
    }
  }
  const of = (at: number, key: keyof Sample) => (samples[at] ?? []).map((sample) => sample[key]);
  const ratio = (key: keyof Sample) => median(of(0, key).map((ours, at) => ours / (of(1, key)[at] ?? Number.NaN)));
  return {
    row,
    standings: contestants.map(({ name }, at) => ({
      name,
      speed: median(of(at, "speed")),
      cpu: median(of(at, "cpu")),
    })),
    speedRatio: ratio("speed"),
    cpuRatio: ratio("cpu"),
  };
}

async function fetchLarge(lab: Lab, { host, account }: RunningHttp, row: HttpRow, before: number): Promise<Sample> {
  const { size, connections, requests = connections } = row;
  const words = [process.execPath, LOAD, HTTP_PORT, `/${fileOf(row)}`, size, connections, requests].map(String);
  const { stdout } = await runOk(lab, host.netns, locate("taskset"), [...onCore(1), ...words], { seconds: 120 });
  const { bytes, seconds } = JSON.parse(stdout.toString()) as { bytes: number; seconds: number };
  return { speed: bytes / 1e6 / seconds, cpu: (account.cpuSeconds() - before) / (bytes / 1e9) };
}

async function fetchSmall(
  lab: Lab,
  { name, host, account }: RunningHttp,
  row: HttpRow,
  before: number,
): Promise<Sample> {
  const url = `http://127.0.0.1:${HTTP_PORT}/${fileOf(row)}`;
  const words = [locate("wrk"), "-t1", `-c${row.connections}`, `-d${row.seconds}s`, url];
  const { stdout } = await runOk(lab, host.netns, locate("taskset"), [...onCore(1), ...words], { seconds: 60 });
  const text = stdout.toString();
  const requests = Number(/(\d+) requests in/.exec(text)?.[1]);
  const speed = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  if (!(requests > 0) || /Non-2xx|Socket errors/.test(text)) throw new LabFailure(`wrk against ${name}: ${text}`);
  return { speed, cpu: ((account.cpuSeconds() - before) * 1e6) / requests };
}
