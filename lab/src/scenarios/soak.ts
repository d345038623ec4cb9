import { setTimeout as delay } from "node:timers/promises";
import { BOOTLACE_MAIN } from "../bootlace.ts";
import type { KindName } from "../crowd/plan.ts";
import { switchOnCrowd } from "../crowd.ts";
import { buildCrowdSite, startCrowdServer } from "../crowd-site.ts";
import { must } from "../failure.ts";
import { eventually, type Scenario } from "../lab.ts";
import { ask } from "../verdicts.ts";
import { type Vitals, vitalsOf } from "../vitals.ts";

const BOOTS = 6000;
const MACHINES = 200;
const LANES = 40;
/** So a machine boots every four seconds: one that asked faster would be held back (docs/explanation/security.md). */
const PACE = 800;
/** As on a small computer, in MiB: what is not needed any more goes soon, and what leaks ends the process. */
const HEAP = 128;
const KERNEL = 64 * 1024 + 717;
/** npm tftp is a tenth as fast as the rest. */
const MIX: readonly KindName[] = ["bios", "uefi-4011", "bios-4011", "uefi-4011", "http"];
/** More boots than are kept by default, 1000. */
const KEPT = 1000;

/** What a figure is when nothing but what stays is counted: the least of a stretch. */
function floorOf(vitals: readonly Vitals[], figure: keyof Vitals): number {
  return Math.min(...vitals.map((one) => one[figure]));
}

export const soak: Scenario = {
  name: "soak",
  alone: true,
  proves: "6,000 boots leave memory and descriptors as they were, and no more in the history than it keeps",
  rows: [
    {
      id: "soak-6000",
      section: "Soak",
      done: "6,000 boots by 200 machines, 40 at once, in one process of Bootlace with a heap of 128 MiB",
      holds:
        "all boot; the lowest memory use of the last third is within a tenth of that of the second; descriptors as at the " +
        "start; the history keeps 1,000 boots",
    },
  ],
  async run(lab) {
    const { bootServer, crowd } = await buildCrowdSite(lab);
    const program = { args: [`--max-old-space-size=${HEAP}`, BOOTLACE_MAIN] };
    const bootlace = await startCrowdServer(lab, bootServer, { name: "boot", kernel: KERNEL, program });
    const times = { lanes: LANES, pace: PACE, within: PACE };
    const plan = { name: "soak", machines: MACHINES, boots: BOOTS, ...times, mix: MIX };
    // Whatever is made at the first request is there then; a socket that was used waits a second for its next transfer.
    await switchOnCrowd(lab, crowd, bootlace.root, { name: "first", machines: MIX.length, mix: MIX }).booted(60);
    await delay(3000);
    const before = vitalsOf(bootlace.process);
    const vitals: Vitals[] = [];
    const timer = setInterval(() => vitals.push(vitalsOf(bootlace.process)), 250);
    const run = switchOnCrowd(lab, crowd, bootlace.root, plan);
    const result = await run.booted(600).finally(() => clearInterval(timer));
    const asked = result.repeats.discover + result.repeats.pxe;
    must(asked === 0, `${asked} DHCP messages were sent again`);
    must(result.bytes > BOOTS * KERNEL, "not every machine got its kernel");

    const third = Math.floor(vitals.length / 3);
    must(third >= 20, `only ${vitals.length} readings`);
    const [first, second, last] = [0, 1, 2].map((at) => vitals.slice(at * third, (at + 1) * third));
    const floors = [first, second, last].map((part) => floorOf(part ?? [], "memory"));
    const [, middle = 0, end = 0] = floors;
    must(end <= middle * 1.1, `memory grows: ${floors.map((one) => one.toFixed(0)).join(", ")} MiB`);
    const after = await eventually(lab, `no more than ${before.descriptors} descriptors`, 60, () => {
      const now = vitalsOf(bootlace.process);
      return now.descriptors <= before.descriptors ? now : undefined;
    });
    // The oldest go when new ones are written, so all that ever was is in the file for a moment only.
    const { boots } = (await ask(lab, bootServer, "boots?limit=1000")) as { boots: readonly unknown[] };
    must(boots.length <= KEPT, `${boots.length} boots are kept`);
    const speed = BOOTS / result.seconds;
    lab.row(
      "soak-6000",
      `${result.booted} boots in ${result.seconds.toFixed(0)} s (${speed.toFixed(0)} a second), ${result.files} files; ` +
        `floor of memory by thirds ${floors.map((one) => one.toFixed(0)).join(", ")} MiB; ` +
        `${before.descriptors} descriptors before, ${after.descriptors} after; ${boots.length} boots in the history`,
    );
  },
};
