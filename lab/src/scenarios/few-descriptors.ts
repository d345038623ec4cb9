import { setTimeout as delay } from "node:timers/promises";
import { BOOTLACE_MAIN } from "../bootlace.ts";
import type { KindName } from "../crowd/plan.ts";
import { MIX, switchOnCrowd } from "../crowd.ts";
import { buildCrowdSite, startCrowdServer } from "../crowd-site.ts";
import { must } from "../failure.ts";
import { eventually, type Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import { vitalsOf } from "../vitals.ts";

const LIMIT = 64;
const MACHINES = 80;
const KERNEL = 2 * 1024 * 1024 + 717;
/** npm tftp gives up where others ask again. */
const PERSISTENT: readonly KindName[] = MIX.filter((kind) => kind !== "npm");

export const fewDescriptors: Scenario = {
  name: "few-descriptors",
  proves: "with 64 descriptors a storm of 80 machines is logged, is served in turns, and leaves nothing behind",
  rows: [
    {
      id: "few-descriptors",
      section: "Faults",
      done: "80 machines are switched on within a second, and Bootlace may open 64 descriptors (ulimit -n 64)",
      holds:
        "it logs this and keeps serving; all machines boot, some after asking again; as many descriptors afterwards as before",
    },
  ],
  async run(lab) {
    const { bootServer, crowd } = await buildCrowdSite(lab);
    const args = [`--nofile=${LIMIT}:${LIMIT}`, process.execPath, BOOTLACE_MAIN];
    const program = { command: locate("prlimit"), args };
    const bootlace = await startCrowdServer(lab, bootServer, { name: "boot", kernel: KERNEL, program });
    await switchOnCrowd(lab, crowd, bootlace.root, { name: "first", machines: 3, mix: PERSISTENT }).booted(60);
    // A socket that was used waits a second for its next transfer.
    await delay(3000);
    const before = vitalsOf(bootlace.process);
    const crowded = { name: "crowd", machines: MACHINES, mix: PERSISTENT };
    const result = await switchOnCrowd(lab, crowd, bootlace.root, crowded).booted(240);
    const reported = bootlace.records().filter((record) => JSON.stringify(record).includes("EMFILE"));
    must(reported.length > 0, "the log does not say that there were too few descriptors");
    must(reported.length < 2 * MACHINES, `the log says it ${reported.length} times`);
    const after = await eventually(lab, `no more than ${before.descriptors} descriptors`, 60, () => {
      const vitals = vitalsOf(bootlace.process);
      return vitals.descriptors <= before.descriptors ? vitals : undefined;
    });
    const last = { name: "afterwards", machines: 3, mix: PERSISTENT };
    const { restarts, repeats } = await switchOnCrowd(lab, crowd, bootlace.root, last).booted(60);
    must(restarts + repeats.tftp + repeats.discover === 0, "it has not recovered: a machine had to ask again");
    lab.proof(String(reported[0]?.msg));
    const again = `${result.restarts} transfers restarted, ${result.repeats.tftp} TFTP packets repeated`;
    const times = reported.length === 1 ? "once" : `${reported.length} times`;
    lab.row(
      "few-descriptors",
      `${result.booted} booted in ${result.seconds.toFixed(1)} s: ${again}; logged ${times}; ` +
        `${before.descriptors} descriptors before, ${after.descriptors} after`,
    );
  },
};
