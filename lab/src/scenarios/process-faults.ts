import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import type { Bootlace } from "../bootlace.ts";
import type { CrowdResult, KindName } from "../crowd/plan.ts";
import { LONE_MACHINE, switchOnCrowd } from "../crowd.ts";
import { bootOnce, buildCrowdSite, type CrowdServer, type CrowdSite, startCrowdServer } from "../crowd-site.ts";
import { must } from "../failure.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { ask } from "../verdicts.ts";

/** npm tftp gives up where others ask again. */
const PERSISTENT: readonly KindName[] = ["bios", "uefi-4011", "bios-4011", "http"];
const KERNEL = 12 * 1024 * 1024 + 717;
const STANDING = ["52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03"];

interface Boots {
  readonly boots: readonly { readonly id: string; readonly outcome: string }[];
}
interface Next {
  readonly next: readonly { readonly mac: string }[];
}

const idsOf = async (lab: Lab, host: Host) =>
  ((await ask(lab, host, "boots?limit=200")) as Boots).boots
    .filter(({ outcome }) => outcome !== "running")
    .map(({ id }) => id);

const waitingFor = async (lab: Lab, host: Host) =>
  ((await ask(lab, host, "next")) as Next).next.map(({ mac }) => mac).sort();

function describe({ booted, restarts, repeats, seconds }: CrowdResult): string {
  const asked = repeats.discover + repeats.pxe;
  const again = `${restarts} transfers restarted, ${asked} DHCP and ${repeats.tftp} TFTP packets repeated`;
  return `${booted} machines booted in ${seconds.toFixed(1)} s: ${again}`;
}

/** What the state folder holds must be whole: looked at with a reader of its own, once nobody writes to it. */
function stateIsWhole({ folder }: Bootlace): number {
  const database = new DatabaseSync(join(folder, "state/boots.db"), { readOnly: true });
  try {
    const check = database.prepare("pragma integrity_check").all();
    must(Object.values(check[0] ?? {})[0] === "ok" && check.length === 1, `the history: ${JSON.stringify(check)}`);
    return Number(Object.values(database.prepare("select count(*) from session").get() ?? {})[0]);
  } finally {
    database.close();
  }
}

async function killed(lab: Lab, { bootServer, crowd, pc }: CrowdSite): Promise<CrowdServer> {
  const options = { name: "boot", kernel: KERNEL };
  const first = await startCrowdServer(lab, bootServer, options);
  await switchOnCrowd(lab, crowd, first.root, { name: "early", machines: 4, first: 100, mix: PERSISTENT }).booted(60);
  const before = await eventually(lab, "the boots in the history", 60, async () => {
    const ids = await idsOf(lab, bootServer);
    return ids.length >= 4 ? ids : undefined;
  });
  // One of the twenty loads its kernel as a one-shot: it is taken, but not used up, when the server dies. It takes a block
  // now and then until then: its transfer is under way at any speed of the others.
  const taken = LONE_MACHINE.mac;
  for (const mac of [...STANDING, taken]) await bootOnce(lab, bootServer, first, mac, "linux/vmlinuz");

  const run = switchOnCrowd(lab, crowd, first.root, {
    name: "kill",
    machines: 19,
    mix: PERSISTENT,
    within: 200,
    reportAt: 16,
  });
  const crawlUntil = join(lab.folder, "killed");
  const lone = switchOnCrowd(lab, pc, first.root, { name: "one-shot", ...LONE_MACHINE, reportAt: 1, crawlUntil });
  await Promise.all([run.loading(), lone.loading()]);
  await first.kill();
  writeFileSync(crawlUntil, "");
  const second = await startCrowdServer(lab, bootServer, options);
  const waiting = await waitingFor(lab, bootServer);
  must(String(waiting) === String([...STANDING, taken].sort()), `one-time boots after the restart: ${waiting}`);
  const result = await run.booted(180);
  const { restarts } = await lone.booted(180);
  must(result.restarts > 0 && restarts > 0, "no transfer was under way");
  const after = await idsOf(lab, bootServer);
  const lost = before.filter((id) => !after.includes(id));
  must(lost.length === 0, `boots that are gone: ${lost}`);
  const left = await eventually(lab, "the one-time boot to be used up", 20, async () => {
    const macs = await waitingFor(lab, bootServer);
    return macs.includes(taken) ? undefined : macs;
  });
  must(String(left) === String(STANDING), `one-time boots at the end: ${left}`);
  const odd = second.records().find(({ event }) => event === "history.damaged" || event === "boot.next-unreadable");
  must(odd === undefined, `the state was not whole: ${JSON.stringify(odd)}`);
  lab.row(
    "kill-20-transfers",
    `${describe(result)}; ${before.length} boots and 4 one-shots from before are there, history sound`,
  );
  return second;
}

async function paused(lab: Lab, { crowd }: CrowdSite, bootlace: CrowdServer): Promise<void> {
  const { pid } = bootlace.process;
  const options = { machines: 20, mix: PERSISTENT, within: 200, reportAt: 16 };
  const run = switchOnCrowd(lab, crowd, bootlace.root, { name: "pause", ...options });
  await run.loading();
  process.kill(pid, "SIGSTOP");
  const asking = { name: "asking", machines: 12, first: 100, mix: PERSISTENT };
  const others = switchOnCrowd(lab, crowd, bootlace.root, asking);
  await delay(10_000);
  process.kill(pid, "SIGCONT");
  const [loaded, asked] = await Promise.all([run.booted(180), others.booted(180)]);
  must(loaded.repeats.tftp > 0, "no transfer was under way");
  must(asked.repeats.discover > 0, "nobody asked while it stood still");
  lab.row("stop-10-s", `those that loaded: ${describe(loaded)}; those that asked meanwhile: ${describe(asked)}`);
}

export const processFaults: Scenario = {
  name: "process-faults",
  proves: "killed or stopped during 20 transfers, it continues with its state, and every machine boots",
  rows: [
    {
      id: "kill-20-transfers",
      section: "Faults",
      done: "kill -9 during 20 transfers by TFTP and HTTP, and a new start",
      holds:
        "each machine boots after asking again; history and one-time boots are as before, including the one in use",
    },
    {
      id: "stop-10-s",
      section: "Faults",
      done: "SIGSTOP during 20 transfers, 12 more machines are switched on, SIGCONT after 10 s",
      holds: "all of them boot",
    },
  ],
  async run(lab) {
    const site = await buildCrowdSite(lab);
    const bootlace = await killed(lab, site);
    await paused(lab, site, bootlace);
    await bootlace.stop();
    lab.proof(`${stateIsWhole(bootlace)} boots in the history, which SQLite finds sound`);
  },
};
