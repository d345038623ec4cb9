import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { must } from "../failure.ts";
import { eventually, type Lab } from "../lab.ts";
import { bootsAsEver, machineBoots } from "./boots.ts";
import { type FuzzFigures, startFuzzer } from "./sender.ts";
import { buildFuzzSite, type FuzzSite } from "./site.ts";

export interface Plan {
  /** Datagrams that the appliance must have taken. */
  readonly datagrams: number;
  /** Seconds of a round; between two rounds an ordinary client boots. */
  readonly seconds: number;
  /** Rounds at most; the datagrams then need not be reached. */
  readonly rounds?: number;
  /** After so long the round is the last one, whatever was reached. */
  readonly minutes?: number;
  /** A machine of QEMU boots after every so many rounds, and after the last. */
  readonly machineEvery: number;
}

/** What the appliance holds of the system. */
export interface Holdings {
  readonly megabytes: number;
  readonly descriptors: number;
}

export interface Campaign {
  readonly figures: FuzzFigures;
  readonly rounds: number;
  readonly machines: readonly number[];
  readonly before: Holdings;
  /** After each round, while nothing was sent. */
  readonly after: readonly Holdings[];
  /** At the end, when the last transfer that nobody answered is forgotten. */
  readonly end: Holdings;
  readonly diskMegabytes: number;
  readonly seconds: number;
}

/** Longer than a transfer waits for a client that never answers. */
const SILENCE = 40;
/** Descriptors that may be open for what is kept ready: sockets for the next transfers. */
const SPARE_DESCRIPTORS = 40;

/** Fuzzes an appliance round by round. Throws a LabFailure for whatever does not hold. */
export async function fuzzCampaign(lab: Lab, plan: Plan): Promise<Campaign> {
  const site = await buildFuzzSite(lab);
  const fuzzer = await startFuzzer(lab, site);
  await bootsAsEver(lab, site, 0);
  const { pid } = site.bootlace.process;
  const before = holdings(pid);
  const after: Holdings[] = [];
  const machines: number[] = [];
  const began = performance.now();
  let figures: FuzzFigures | undefined;
  for (let round = 1; ; round++) {
    figures = await fuzzer.round(plan.datagrams - (figures?.read ?? 0), plan.seconds);
    must(figures.unheard === 0, `${figures.unheard} answers were not looked at`);
    await bootsAsEver(lab, site, round);
    after.push(holdings(pid));
    const late = performance.now() - began > (plan.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
    const last = figures.read >= plan.datagrams || round === plan.rounds || late;
    if (last || round % plan.machineEvery === 0) machines.push(await machineBoots(lab, site, round));
    if (last) break;
  }
  const seconds = (performance.now() - began) / 1000;
  await eventually(lab, "the descriptors of before", SILENCE, async () => {
    await delay(500);
    return holdings(pid).descriptors <= before.descriptors + SPARE_DESCRIPTORS || undefined;
  });
  figures = await fuzzer.end();
  const end = holdings(pid);
  const campaign = { figures, rounds: after.length, machines, before, after, end, seconds, diskMegabytes: disk(site) };
  for (const line of describe(campaign)) lab.proof(line);
  return campaign;
}

function holdings(pid: number): Holdings {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { megabytes: Number(kilobytes) / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** What the network has made it write: its state, and its log on the standard output. */
function disk({ bootlace }: FuzzSite): number {
  const state = join(bootlace.folder, "state");
  const bytes = readdirSync(state).reduce((sum, name) => sum + statSync(join(state, name)).size, 0);
  return (bytes + bootlace.process.output.text().length) / 1e6;
}

function describe({ figures, after, before, end, diskMegabytes, seconds }: Campaign): string[] {
  const { read, dhcp67, pxe4011, tftp69, transfers, full } = figures;
  return [
    `${count(read)} datagrams read in ${seconds.toFixed(0)} s (67: ${count(dhcp67)}, 4011: ${count(pxe4011)}, 69: ${count(tftp69)}, transfers: ${count(transfers)}; ${full} lost in full buffers)`,
    `memory in MB: ${before.megabytes.toFixed(0)} before; ${after.map(({ megabytes }) => megabytes.toFixed(0)).join(", ")}; ${end.megabytes.toFixed(0)} at the end`,
    `descriptors: ${before.descriptors} before; ${after.map(({ descriptors }) => descriptors).join(", ")}; ${end.descriptors} at the end`,
    `written: ${diskMegabytes.toFixed(1)} MB of log and state`,
  ];
}

/** A number as people read it: thousands apart. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}
