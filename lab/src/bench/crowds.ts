import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Lab } from "../lab.ts";
import { type Started, start } from "../processes.ts";
import { type Contestant, type Running, startContestant } from "./contestants.ts";
import { median } from "./figures.ts";
import { type Load, loadArguments, runLoad } from "./load.ts";

const CROWD = fileURLToPath(new URL("../programs/tftp-crowd.ts", import.meta.url));
const CLIENTS = 256;

interface Ground {
  readonly lab: Lab;
  /** The load generator. */
  readonly program: string;
  readonly root: string;
}

/** Starts a contestant for one measurement, and stops it afterwards. */
async function freshly<T>(
  ground: Ground,
  contestant: Contestant,
  measure: (running: Running) => Promise<T>,
): Promise<T> {
  const folder = join(ground.lab.folder, "fresh");
  mkdirSync(folder, { recursive: true });
  const running = await startContestant(ground.lab, contestant, ground.root, folder);
  try {
    return await measure(running);
  } finally {
    await running.process.stop("SIGKILL");
    running.account.close();
  }
}

/** Milliseconds until a client that comes new has a small file. */
async function newcomer({ lab, program, root }: Ground, { host }: Running): Promise<number> {
  const load = { files: ["small/0.cfg"], blockSize: 1468, windowSize: 1, clients: 1, seconds: 60 };
  const { ok, cmax } = await runLoad(lab, host, program, root, load);
  return ok === 1 ? cmax * 1000 : Number.POSITIVE_INFINITY;
}

function startCrowd({ lab, program, root }: Ground, { host }: Running, load: Load): Started {
  return start(lab, host.netns, { name: `crowd-${host.role}`, command: program, args: loadArguments(root, load) });
}

export interface CrowdOutcome {
  readonly name: string;
  /** Milliseconds for a newcomer while a crowd of 256 that asked at once is being served; the median. */
  readonly busy: number;
  /** The same right after 256 have asked and fallen silent. */
  readonly silent: number;
}

/** The goals here are no ratios, and some peers keep a newcomer waiting for a minute: only ours, the first, is asked in every round. */
function takesPart(at: number, round: number): boolean {
  return at === 0 || round === 0;
}

/** How soon a newcomer is served when 256 clients have just asked. Every measurement meets a fresh server. */
export async function measureCrowds(
  ground: Ground,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<CrowdOutcome[]> {
  const busy = contestants.map((): number[] => []);
  const silent = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, contestant] of contestants.entries()) {
      if (!takesPart(at, round)) continue;
      busy[at]?.push(await freshly(ground, contestant, (running) => whileBusy(ground, running)));
      silent[at]?.push(await freshly(ground, contestant, (running) => afterSilence(ground, running)));
    }
  }
  return contestants.map(({ name, settings }, at) => ({
    name: `${name}, ${settings}`,
    busy: median(busy[at] ?? []),
    silent: median(silent[at] ?? []),
  }));
}

async function whileBusy(ground: Ground, running: Running): Promise<number> {
  const load = { files: ["kernel.bin"], blockSize: 1468, windowSize: 1, clients: CLIENTS };
  const crowd = startCrowd(ground, running, load);
  await delay(500);
  const milliseconds = await newcomer(ground, running);
  await crowd.stop("SIGKILL");
  return milliseconds;
}

async function afterSilence(ground: Ground, running: Running): Promise<number> {
  const { lab } = ground;
  const args = [CROWD, "127.0.0.1", "69", "kernel.bin", String(CLIENTS)];
  const name = `silent-${running.host.role}`;
  const crowd = start(lab, running.host.netns, { name, command: process.execPath, args });
  await crowd.output.until(/asked/, 20);
  const milliseconds = await newcomer(ground, running);
  await crowd.stop("SIGKILL");
  return milliseconds;
}

export interface MemoryOutcome {
  readonly name: string;
  /** Bytes with 16 transfers under way, after the whole file was served once. */
  readonly few: number;
  /** Bytes more for each of the further 224. */
  readonly perTransfer: number;
}

const FEW = 16;
const MANY = 240;

/** What a further transfer of a file that is in the cache costs in memory; the median of the rounds. */
export async function measureMemory(
  ground: Ground,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<MemoryOutcome[]> {
  const outcomes: MemoryOutcome[] = [];
  for (const [at, contestant] of contestants.entries()) {
    const few: number[] = [];
    const perTransfer: number[] = [];
    for (let round = 0; takesPart(at, round) && round < rounds; round++) {
      const [some, all] = await freshly(ground, contestant, async (running) => {
        const whole = { files: ["kernel.bin"], blockSize: 1468, windowSize: 1, clients: 1 };
        await runLoad(ground.lab, running.host, ground.program, ground.root, whole);
        return [await held(ground, running, FEW), await held(ground, running, MANY)] as const;
      });
      few.push(some);
      perTransfer.push((all - some) / (MANY - FEW));
    }
    outcomes.push({ name: contestant.name, few: median(few), perTransfer: median(perTransfer) });
  }
  return outcomes;
}

/** Memory while so many clients take half a second for each block. */
async function held(ground: Ground, running: Running, clients: number): Promise<number> {
  const load = { files: ["kernel.bin"], blockSize: 1468, windowSize: 1, clients, ackDelay: 500_000, patience: 5000 };
  const crowd = startCrowd(ground, running, load);
  await delay(2500);
  const bytes = running.account.memoryBytes();
  await crowd.stop("SIGKILL");
  await delay(300);
  return bytes;
}
