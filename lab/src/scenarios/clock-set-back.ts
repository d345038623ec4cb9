import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KindName } from "../crowd/plan.ts";
import { CROWD_YAML, LONE_MACHINE, switchOnCrowd } from "../crowd.ts";
import { bootOnce, buildCrowdSite, startCrowdServer } from "../crowd-site.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run, runOk } from "../processes.ts";
import { ask } from "../verdicts.ts";

const SOURCE = fileURLToPath(new URL("../../tools/shifted-clock.c", import.meta.url));
const HOUR = 3600;
const KERNEL = 8 * 1024 * 1024 + 717;
const PERSISTENT: readonly KindName[] = ["bios", "uefi-4011", "bios-4011", "http"];

/** Gives what the program needs in its environment, and the hand that sets its clock. */
async function clock(lab: Lab, host: Host) {
  const library = join(lab.folder, "shifted-clock.so");
  const file = join(lab.folder, "shift");
  const set = (seconds: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    // In place: the program has this very file in its memory.
    writeFileSync(file, bytes, { flag: existsSync(file) ? "r+" : "w" });
  };
  set(0);
  await runOk(lab, host.netns, locate("cc"), ["-O2", "-shared", "-fPIC", "-o", library, SOURCE], { seconds: 60 });
  return { env: { LD_PRELOAD: library, CLOCK_SHIFT: file }, set };
}

export const clockSetBack: Scenario = {
  name: "clock-set-back",
  proves: "a clock that is set back by an hour during 20 transfers breaks nothing, and nothing waits an hour",
  rows: [
    {
      id: "clock-set-back",
      section: "Faults",
      done: "the clock is set back by an hour during 20 transfers, and corrected later",
      holds:
        "the transfers continue; new machines boot; verdicts, a new file, a one-time boot and a rotated log come as soon as usual",
    },
  ],
  async run(lab) {
    const { bootServer, crowd, pc } = await buildCrowdSite(lab);
    const { env, set } = await clock(lab, bootServer);
    const yaml = `${CROWD_YAML}log: { file: ./bootlace.log }\n`;
    const bootlace = await startCrowdServer(lab, bootServer, { name: "boot", kernel: KERNEL, yaml, program: { env } });
    const { root } = bootlace;
    const get = async (path: string) =>
      (await run(lab, crowd.netns, locate("curl"), ["--silent", "--max-time", "10", `tftp://${BOOT_SERVER}/${path}`]))
        .code === 0;
    const verdicts = () => bootlace.records().filter((record) => record.event === "boot.verdict");

    await bootOnce(lab, bootServer, bootlace, LONE_MACHINE.mac, "linux/vmlinuz");
    const plan = { name: "loading", machines: 20, mix: PERSISTENT, within: 200, reportAt: 16 };
    const loading = switchOnCrowd(lab, crowd, root, plan);
    await loading.loading();
    must(!(await get("linux/late")), "a file that is not there yet");
    set(-HOUR);
    const { time } = (await eventually(lab, "a line of the log", 10, async () => {
      await get("linux/early");
      return bootlace
        .records()
        .findLast((record) => record.event === "tftp.not-found" && record.file === "linux/early");
    })) as { time: string };
    const shift = (Date.now() - Date.parse(time)) / 1000;
    must(Math.abs(shift - HOUR) < 60, `the clock of Bootlace is ${shift} s behind, not an hour`);
    writeFileSync(join(root, "linux/late"), "late\n");
    must(await get("linux/late"), "a file that is new is not served");
    const result = await loading.booted(120);
    must(result.restarts === 0, `${result.restarts} transfers broke off`);

    await switchOnCrowd(lab, pc, root, { name: "one-time", ...LONE_MACHINE }).booted(60);
    await eventually(lab, "the one-time boot to be used up", 10, async () => {
      const { next } = (await ask(lab, bootServer, "next")) as { next: readonly unknown[] };
      return next.length === 0 ? true : undefined;
    });
    await eventually(lab, "21 verdicts", 60, () => verdicts().length >= 21 || undefined);
    const wrong = verdicts().find(({ outcome }) => outcome !== "delivered");
    must(wrong === undefined, `a wrong verdict: ${JSON.stringify(wrong)}`);

    const log = join(bootlace.folder, "bootlace.log");
    renameSync(log, `${log}.1`);
    await eventually(lab, "a new log file", 15, async () => {
      await get("linux/early");
      return existsSync(log) || undefined;
    });
    set(0);
    const later = { name: "later", machines: 8, first: 100, mix: PERSISTENT };
    const { restarts } = await switchOnCrowd(lab, crowd, root, later).booted(60);
    must(restarts === 0, "a machine had to ask again after the clock was set right");
    await eventually(lab, "29 verdicts", 60, () => verdicts().length >= 29 || undefined);
    lab.row(
      "clock-set-back",
      "20 transfers continued, none restarted; 21 verdicts with the clock an hour behind, 8 more after it was right; " +
        "the new file, the one-time boot and the rotated log at once",
    );
  },
};
