// A crowd of machines that boot from the network, by the plan in the JSON file of its argument (`crowd/plan.ts`). Prints
// what came of it as one line of JSON.
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openDhcpPort } from "@bootlace/pxe-client";
import { kindOf } from "../crowd/kinds.ts";
import { boot, closeDeaf, type Notes } from "../crowd/machine.ts";
import { type CrowdPlan, type CrowdResult, percentiles } from "../crowd/plan.ts";

const plan = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as CrowdPlan;
const dhcp = await openDhcpPort();

const failures: string[] = [];
const addresses = new Set<string>();
const offers: number[] = [];
const acks: number[] = [];
const boots: number[] = [];
const repeats = { discover: 0, request: 0, pxe: 0, tftp: 0 };
const counts = {
  booted: 0,
  failed: 0,
  refusals: 0,
  restarts: 0,
  resets: 0,
  bytes: 0,
  files: 0,
  missing: 0,
  byHttp: 0,
  byNpm: 0,
};
/** Machines that have some of their kernel, and not yet all of it. */
const loading = new Set<number>();
let reported = false;
/** Machines that have come to their kernel, and what they wait for there: that `reportAt` of them have. */
const ready = new Set<number>();
const together = Promise.withResolvers<void>();

function comesToKernel(number: number): Promise<void> {
  ready.add(number);
  if (ready.size >= plan.reportAt) together.resolve();
  return together.promise;
}

/** Keeps the machine from acknowledging what it has just got: a block takes a tenth of a second. */
function crawl({ crawlUntil }: CrowdPlan): void {
  if (crawlUntil === undefined || existsSync(crawlUntil)) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}

const notes: Notes = {
  repeated: (what) => void repeats[what]++,
  leased({ address, offerAfter, ackAfter }) {
    addresses.add(address);
    offers.push(offerAfter);
    if (ackAfter !== undefined) acks.push(ackAfter);
  },
  refused: () => void counts.refusals++,
  restarted: () => void counts.restarts++,
  arrived(bytes, by) {
    counts.bytes += bytes;
    counts.files++;
    if (by === "http") counts.byHttp++;
    if (by === "npm") counts.byNpm++;
  },
  missed: () => void counts.missing++,
};

/** Somewhere between a tenth and nine tenths of the kernel, the same on every run. */
const resetAt = (machine: number) => 0.1 + (((machine * 2_654_435_761) >>> 0) / 2 ** 32) * 0.8;

async function switchOn(number: number, reset: boolean): Promise<void> {
  const power = new AbortController();
  const name = plan.mix[number % plan.mix.length] ?? "bios";
  const kernel = (share: number) => {
    if (share >= 1) loading.delete(number);
    else loading.add(number);
    if (!reported && plan.reportAt > 0 && loading.size >= plan.reportAt) {
      reported = true;
      console.log("loading");
    }
    if (reported) crawl(plan);
    if (reset && share >= resetAt(number) && share < 1) power.abort(new Error("switched off"));
  };
  const { server, roots, scratch } = plan;
  const { signal } = power;
  const on = performance.now();
  try {
    const beforeKernel = () => comesToKernel(number);
    await boot({ kind: kindOf(name), number, server, roots, scratch, dhcp, notes, signal, kernel, beforeKernel });
    counts.booted++;
    boots.push((performance.now() - on) / 1000);
  } catch (error) {
    if (power.signal.aborted) {
      counts.resets++;
      return switchOn(number, false);
    }
    counts.failed++;
    void comesToKernel(number);
    if (failures.length < 20) failures.push(`${name} ${number}: ${error instanceof Error ? error.message : error}`);
  } finally {
    loading.delete(number);
  }
}

async function lane(first: number): Promise<void> {
  await delay((first * plan.within) / plan.lanes);
  for (let at = first; at < plan.boots; at += plan.lanes) {
    const pace = delay(plan.pace);
    await switchOn(plan.first + (at % plan.machines), plan.resets);
    if (at + plan.lanes < plan.boots) await pace;
  }
}

const began = performance.now();
await Promise.all(Array.from({ length: plan.lanes }, (_, first) => lane(first)));
const seconds = (performance.now() - began) / 1000;
await dhcp.close();
closeDeaf();
const result: CrowdResult = {
  ...counts,
  failures,
  leases: addresses.size,
  offers: percentiles(offers),
  acks: percentiles(acks),
  boots: percentiles(boots),
  repeats,
  seconds,
};
console.log(JSON.stringify(result));
