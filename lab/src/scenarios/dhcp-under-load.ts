import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildLoadGenerator, type Load, loadArguments } from "../bench/load.ts";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { filler } from "../filler.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { addHost, addSwitch, configure, type Host, plugIn } from "../namespaces.ts";
import { runOk, start } from "../processes.ts";
import { BIOS_MEMTEST } from "../tree.ts";
import { metric } from "../vitals.ts";

const CLIENTS = fileURLToPath(new URL("../programs/discover-latency.ts", import.meta.url));
const TRANSFERS = 64;
const DISCOVERS = 400;
const MILLISECONDS_BETWEEN = 15;
/** What a machine of our own shows, in milliseconds. */
const GOAL = 20;
/** What even a machine that others use at the same time must show. */
const BOUND = 250;

interface Latency {
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

export const dhcpUnderLoad: Scenario = {
  name: "dhcp-under-load",
  alone: true,
  proves: "an OFFER comes as soon while 64 TFTP transfers run: median and p99 of 400 clients, idle and under load",
  async run(lab) {
    const lan = await addSwitch(lab, "lan");
    const [boot, pc, crowd] = [await addHost(lab, "boot"), await addHost(lab, "pc"), await addHost(lab, "crowd")];
    await plugIn(boot, lan, { addresses: [`${BOOT_SERVER}/24`] });
    await plugIn(crowd, lan, { addresses: ["192.168.11.64/24"] });
    await plugIn(pc, lan);
    // A client without an address broadcasts by a route to everywhere.
    await configure(pc, "route", "add", "default", "dev", "eth0");
    const bootlace = await startBootlace(lab, boot, { yaml: "root: ./boot\n", tree: BIOS_MEMTEST });
    const root = join(bootlace.folder, "boot");
    mkdirSync(join(root, "load"));
    writeFileSync(join(root, "load/kernel.bin"), filler(8 * 1024 * 1024));
    const program = await buildLoadGenerator(lab, crowd);

    const idle = await measure(lab, pc);
    lab.proof(`idle: ${describe(idle)}`);
    for (const windowSize of [1, 16]) {
      const latency = await whileServing(lab, { boot, crowd, pc, program, root, windowSize, bootlace });
      lab.proof(
        `${TRANSFERS} transfers, W=${windowSize}: ${describe(latency)}; goal ${GOAL} ms, ${latency.p99 <= GOAL ? "met" : "missed"}`,
      );
      must(latency.p99 <= BOUND, `the p99 is ${latency.p99.toFixed(1)} ms, idle ${idle.p99.toFixed(1)} ms`);
    }
  },
};

interface Serving {
  readonly boot: Host;
  readonly crowd: Host;
  readonly pc: Host;
  readonly program: string;
  readonly root: string;
  readonly windowSize: number;
  readonly bootlace: Bootlace;
}

async function whileServing(lab: Lab, serving: Serving): Promise<Latency> {
  const { boot, crowd, pc, program, root, windowSize, bootlace } = serving;
  const file = "load/kernel.bin";
  const load: Load = {
    files: [file],
    blockSize: 1468,
    windowSize,
    clients: TRANSFERS,
    requests: 100_000,
    seconds: 150,
  };
  const done = () => bootlace.records().filter((record) => record.event === "tftp.done" && record.file === file).length;
  const active = () => metric(lab, boot, "bootlace_tftp_active");
  const before = done();
  const args = loadArguments(root, load, BOOT_SERVER);
  const transfers = start(lab, crowd.netns, { name: `load-w${windowSize}`, command: program, args });
  await eventually(lab, `${TRANSFERS} transfers at once`, 60, async () => (await active()) >= TRANSFERS || undefined);
  const latency = await measure(lab, pc);
  must(transfers.running(), "the transfers ended before the measurement");
  const served = await eventually(lab, "the end of a transfer", 60, () => done() - before || undefined);
  await transfers.stop("SIGKILL");
  await eventually(lab, "the end of all transfers", 60, async () => (await active()) === 0 || undefined);
  lab.proof(`W=${windowSize}: ${served} files of 8 MiB served`);
  return latency;
}

async function measure(lab: Lab, pc: Host): Promise<Latency> {
  const words = [CLIENTS, String(DISCOVERS), String(MILLISECONDS_BETWEEN)];
  const { stdout } = await runOk(lab, pc.netns, process.execPath, words, { seconds: 60 });
  const { times, missing } = JSON.parse(stdout.toString()) as { times: number[]; missing: number };
  must(missing === 0, `${missing} of ${DISCOVERS} clients got no OFFER`);
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99), worst: at(1) };
}

function describe({ median, p99, worst }: Latency): string {
  return `DISCOVER to OFFER ${median.toFixed(2)} ms median, ${p99.toFixed(2)} ms p99, ${worst.toFixed(2)} ms at worst`;
}
