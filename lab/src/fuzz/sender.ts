import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LabFailure, must } from "../failure.ts";
import type { Lab } from "../lab.ts";
import { locate } from "../packages.ts";
import { runOk, start } from "../processes.ts";
import { seedLines } from "./seeds.ts";
import type { FuzzSite } from "./site.ts";

const SOURCES = fileURLToPath(new URL("../../tools/fuzz/", import.meta.url));
const HTTP_PORT = "8069";
/** Datagrams before the last one that are kept when the appliance breaks. */
const SUSPECTS = 5000;

/** Seconds for the end of a round on a machine that others use: the last answers, requests that hang. */
const PATIENCE = 600;

/** What the fuzzer counts, since it began. Ratios are bytes of answers to bytes of questions. */
export interface FuzzFigures {
  readonly sent: number;
  /** Taken by the appliance out of its sockets; the rest was dropped by the system, as forged sources are. */
  readonly read: number;
  /** Dropped because a socket of the appliance was full. */
  readonly full: number;
  readonly dhcp67: number;
  readonly pxe4011: number;
  readonly tftp69: number;
  readonly transfers: number;
  /** Datagrams of the appliance, each held against the laws. */
  readonly answers: number;
  readonly offers: number;
  readonly acks: number;
  readonly oacks: number;
  readonly data: number;
  readonly errors: number;
  /** Answers that the fuzzer was too slow to look at. */
  readonly unheard: number;
  readonly unproven: number;
  readonly mostSends: number;
  readonly dhcpRatio: number;
  readonly requestRatio: number;
  readonly addressRatio: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly connections: number;
  readonly requests: number;
  readonly httpAnswers: number;
  readonly httpFound: number;
  readonly breaches: number;
}

export interface Fuzzer {
  /** Sends so many more datagrams, or what fits into the seconds. Throws a LabFailure for the first law that broke. */
  round(datagrams: number, seconds: number): Promise<FuzzFigures>;
  /** Holds what came since the last round against the laws, too, and ends. */
  end(): Promise<FuzzFigures>;
}

/** Where the stream of datagrams begins: FUZZ_SEED and FUZZ_FROM make a run again, or another one. */
export function fuzzStart(environment: NodeJS.ProcessEnv = process.env): {
  readonly seed: number;
  readonly from: number;
} {
  return { seed: Number(environment.FUZZ_SEED ?? 1), from: Number(environment.FUZZ_FROM ?? 0) };
}

/** Builds the fuzzer, and starts it beside the appliance of the LAN. */
export async function startFuzzer(lab: Lab, site: FuzzSite): Promise<Fuzzer> {
  const { stranger, bootlace, serverMac } = site;
  const { seed, from } = fuzzStart();
  const [program, seeds, files] = ["fuzz", "seeds.txt", "files.txt"].map((name) => join(lab.folder, name)) as [
    string,
    string,
    string,
  ];
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
  const compile = ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, ...sources.map((name) => join(SOURCES, name))];
  await runOk(lab, stranger.netns, locate("cc"), compile, { seconds: 120 });
  writeFileSync(seeds, `${seedLines().join("\n")}\n`);
  writeFileSync(files, [...site.files].map(([name, path]) => `${name}\t${path}\n`).join(""));
  const tail = [seeds, files, String(seed), String(from)];
  const args = ["eth0", serverMac, String(bootlace.process.pid), ...tail, HTTP_PORT];
  const fuzzer = start(lab, stranger.netns, { name: "fuzz", command: program, args });
  await fuzzer.output.until(/"ready"/, 20);

  async function suspects(): Promise<string> {
    const last = [...fuzzer.output.text().matchAll(/"(?:at|round)":(\d+)/g)].at(-1)?.[1] ?? from;
    const before = Math.max(from, Number(last) - SUSPECTS);
    const { stdout } = await runOk(lab, stranger.netns, program, [
      "--dump",
      ...[seeds, files, String(seed), String(before), String(2 * SUSPECTS)],
    ]);
    writeFileSync(join(lab.folder, "suspects.txt"), stdout);
    return `FUZZ_SEED=${seed} FUZZ_FROM=${before} makes it again; suspects.txt has the datagrams`;
  }

  async function ask(command: string, answer: RegExp, seconds: number): Promise<FuzzFigures> {
    fuzzer.write(`${command}\n`);
    const ended = bootlace.process.exited.then((exit) => ({ exit }));
    const reported = await Promise.race([fuzzer.output.until(answer, seconds), ended]);
    const hint = (why: string, more: string) => new LabFailure(`${why}\n${more}`);
    if ("exit" in reported) {
      throw hint(
        `the appliance ended: ${JSON.stringify(reported.exit)}\n${bootlace.process.output.text().slice(-3000)}`,
        await suspects(),
      );
    }
    const broken = /\{"breach":.*\}/.exec(fuzzer.output.text())?.[0];
    if (broken !== undefined) throw hint(`a law is broken: ${broken}`, await suspects());
    const figures = JSON.parse(reported[0]) as FuzzFigures;
    must(figures.breaches === 0, `${figures.breaches} breaches`);
    return figures;
  }

  return {
    round: (datagrams, seconds) => ask(`go ${datagrams} ${seconds}`, /\{"round":.*\}/, seconds + PATIENCE),
    end: () => ask("end", /\{"end":.*\}/, 30),
  };
}
