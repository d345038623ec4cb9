import { addBadFloor, type BadFloor, ONE_BY_ONE, type WireFaults } from "../bad-wire.ts";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { LabFailure, must } from "../failure.ts";
import { buildLan, type Lan, obeysLaws } from "../home-lan.ts";
import { eventually, inLanes, type Lab, type Scenario } from "../lab.ts";
import { addHost, configure, plugIn } from "../namespaces.ts";
import { type Machine, startBios, startUefi } from "../qemu.ts";
import { filesReported } from "../reported-files.ts";
import { sentFiles } from "../sent-files.ts";
import { BIOS_MEMTEST, BIOS_MEMTEST_FILES, UEFI_SYSLINUX, UEFI_SYSLINUX_FILES } from "../tree.ts";

/** A wire, and the LAN of the boot server that it leads to. */
interface Condition {
  readonly id: string;
  readonly done: string;
  readonly faults: WireFaults;
  /** The third byte of the LAN. */
  readonly subnet: 11 | 12 | 13;
  /** How often a machine is switched on at most: firmware gives up where too much is lost. */
  readonly tries: number;
}

/** The LANs of the boot server, by their third byte, and the largest packet on each. */
const LANS = { 11: 1500, 12: 576, 13: 1400 } as const;

const CONDITIONS: readonly Condition[] = [
  { id: "wire-delay-200", done: "200 ms of delay each way", faults: { delay: 200 }, subnet: 11, tries: 1 },
  { id: "wire-loss-20", done: "20 % lost each way", faults: { loss: 20 }, subnet: 11, tries: 6 },
  { id: "wire-loss-5", done: "5 % lost each way", faults: { loss: 5 }, subnet: 11, tries: 3 },
  { id: "wire-loss-1", done: "1 % lost each way", faults: { loss: 1 }, subnet: 11, tries: 2 },
  {
    id: "wire-reorder",
    done: "8 ms ± 6 ms of delay, and one packet in five overtakes others, each way",
    faults: { delay: 8, jitter: 6, reorder: 20 },
    subnet: 11,
    tries: 1,
  },
  {
    id: "wire-duplicate",
    done: "one packet in five is duplicated, each way",
    faults: { duplicate: 20 },
    subnet: 11,
    tries: 1,
  },
  { id: "wire-mtu-576", done: "a LAN of MTU 576", faults: {}, subnet: 12, tries: 1 },
  { id: "wire-mtu-1400", done: "a LAN of MTU 1400", faults: {}, subnet: 13, tries: 1 },
];

/** What Bootlace may send for each packet that a good wire needs. */
const AT_MOST = 3;
/** Machines at once. */
const LANES = 3;

const KINDS = {
  bios: { start: startBios, files: BIOS_MEMTEST_FILES, shows: /Memtest86\+ v\d+\.\d\d/ },
  uefi: {
    start: startUefi,
    files: UEFI_SYSLINUX_FILES,
    architecture: "x64-uefi",
    shows: /Loading memtest\.bin\.\.\. ok/,
  },
} as const;
type Kind = keyof typeof KINDS;

const GAVE_UP = /No bootable device|Boot failed|Could not find kernel image|PXE-E\d\d|Shell>|BdsDxe: No bootable/;
/** What may be said of a boot that came to nothing because packets were lost. */
const LOSS_VERDICTS = ["B01", "B04", "B05", "B06", "B08", "unclear"];

interface Job {
  readonly kind: Kind;
  readonly condition: Condition;
  readonly mac: string;
  readonly address: string;
}

interface Told extends Job {
  readonly words: string;
}

const macOf = (kind: Kind, at: number) => `52:54:00:ae:${kind === "bios" ? "20" : "21"}:0${at}`;
const jobsOf = (): readonly Job[] =>
  CONDITIONS.flatMap((condition, at) =>
    (["bios", "uefi"] as const).map((kind) => ({
      kind,
      condition,
      mac: macOf(kind, at),
      address: `192.168.${condition.subnet}.${(kind === "bios" ? 60 : 70) + at}`,
    })),
  );
const serverOn = (subnet: number) => `192.168.${subnet}.109`;

export const badWires: Scenario = {
  name: "bad-wires",
  proves: "BIOS and UEFI machines boot over wires that lose, delay, reorder and double packets, and over small MTUs",
  rows: CONDITIONS.map(({ id, done, tries, subnet }) => ({
    id,
    section: "Bad wires",
    done: `${done}: SeaBIOS by iPXE, pxelinux.0 and memtest86+; OVMF by syslinux.efi and memtest86+`,
    holds: [
      `both get all files within ${tries === 1 ? "one try" : `${tries} tries`}`,
      subnet === 11
        ? `Bootlace sends at most ${AT_MOST} times what a good wire needs`
        : "no packet of Bootlace is a fragment or may become one, none is larger than the MTU",
      "it logs no error, and no verdict blames a machine for the wire",
    ].join("; "),
  })),
  parts: CONDITIONS.map(({ id }) => id),
  async run(lab) {
    const conditions = CONDITIONS.filter(({ id }) => lab.part(id));
    const jobs = jobsOf().filter(({ condition }) => conditions.includes(condition));
    const lans = {} as Record<keyof typeof LANS, Lan>;
    const bootServer = await addHost(lab, "boot");
    for (const [at, subnet] of ([11, 12, 13] as const).entries()) {
      const own = jobs.filter((job) => job.condition.subnet === subnet);
      const routerLines = own.map(({ mac, address }) => `dhcp-host=${mac},${address}`);
      lans[subnet] = await buildLan(lab, subnet, `-${LANS[subnet]}`, { routerLines });
      await plugIn(bootServer, lans[subnet].lan, { interface: `eth${at}`, addresses: [`${serverOn(subnet)}/24`] });
      await configure(bootServer, "link", "set", `eth${at}`, "mtu", String(LANS[subnet]), ...ONE_BY_ONE);
    }
    const tree = { ...BIOS_MEMTEST, ...UEFI_SYSLINUX };
    const bootlace = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n", tree });
    const floors = new Map<Condition, BadFloor>();
    for (const [at, condition] of CONDITIONS.entries()) {
      if (!conditions.includes(condition)) continue;
      const { subnet, faults } = condition;
      const options = { suffix: String(at), mtu: LANS[subnet] };
      floors.set(condition, await addBadFloor(lab, lans[subnet].lan, options, { seed: at + 1, ...faults }));
    }
    const reported: Told[] = [];
    await inLanes(LANES, jobs, async (job) => {
      const floor = floors.get(job.condition);
      if (floor === undefined) throw new LabFailure(`no wire for ${job.condition.id}`);
      const words = await boot(lab, bootlace, floor, job);
      reported.push({ ...job, words: `${job.kind.toUpperCase()} ${words}, ${await judge(lans, job)}` });
    });
    for (const { mac } of jobs) await verdictIs(lab, bootlace, mac, ["delivered"]);
    for (const condition of conditions) {
      const words = reported.filter((one) => one.condition === condition).map((one) => one.words);
      const cable = await floors.get(condition)?.cut();
      lab.row(condition.id, `${words.sort().join("; ")}; the cable: packets ${cable}`);
    }
    const captures = Object.values(lans).map(({ capture }) => capture);
    for (const subnet of [11, 12, 13]) await obeysLaws(captures, serverOn(subnet));
  },
};

/** Switches a machine on until it has all its files. */
async function boot(lab: Lab, bootlace: Bootlace, { floor }: BadFloor, job: Job): Promise<string> {
  const { kind, condition, mac, address } = job;
  const { start, files, shows } = KINDS[kind];
  const gaveUp: string[] = [];
  for (let attempt = 1; attempt <= condition.tries; attempt++) {
    const machine = await start(lab, floor, { mac, name: `${kind}-${mac.slice(-2)}-${attempt}` });
    const end = await endOf(machine, shows);
    const seconds = machine.age();
    await machine.stop("SIGKILL");
    if (end === undefined) {
      await filesReported(lab, bootlace, address, files);
      const before = gaveUp.length === 0 ? "at once" : `at try ${attempt} (before: ${gaveUp.join(", ")})`;
      return `${before} in ${seconds.toFixed(0)} s`;
    }
    const verdict = await verdictIs(lab, bootlace, mac, LOSS_VERDICTS);
    gaveUp.push(`"${end}", ${verdict}`);
  }
  throw new LabFailure(`${condition.id}: ${kind} did not boot in ${condition.tries} tries: ${gaveUp.join(", ")}`);
}

/** Undefined when the machine shows that everything is loaded, else what it said when it gave up. */
async function endOf(machine: Machine, shows: RegExp): Promise<string | undefined> {
  const [text] = await machine.output.until(new RegExp(`${shows.source}|${GAVE_UP.source}`), 400);
  return shows.test(text) ? undefined : text;
}

/** Waits until the latest verdict on a machine is one of these. */
function verdictIs(lab: Lab, bootlace: Bootlace, mac: string, wanted: readonly string[]): Promise<string> {
  return eventually(lab, `a verdict among ${wanted} on ${mac}`, 120, () => {
    const last = bootlace.records().findLast(({ event, mac: about }) => event === "boot.verdict" && about === mac);
    return wanted.find((verdict) => verdict === last?.verdict);
  });
}

/** What Bootlace sent for the boots of a machine. */
async function judge(lans: Readonly<Record<number, Lan>>, { condition, address, kind }: Job): Promise<string> {
  const { subnet, id } = condition;
  const mtu = LANS[subnet];
  const datagrams = (await lans[subnet]?.capture.datagrams()) ?? [];
  const { packets, ideal, largest, fragmented, breakable, blockSizes } = sentFiles(
    datagrams,
    serverOn(subnet),
    address,
  );
  const what = `${id}, ${kind}: ${packets} packets sent, ${ideal} different ones`;
  must(ideal > 0 && packets <= AT_MOST * ideal, what);
  // A window that leaves by one call is longer than the MTU until Linux has cut it, and so gets no DF.
  const canBreak = mtu === 1500 ? 0 : breakable;
  must(fragmented + canBreak === 0, `${what}, ${fragmented} of them in fragments, ${breakable} without DF`);
  must(largest <= mtu, `${what}, one of ${largest} bytes on a LAN of MTU ${mtu}`);
  const figures = `${packets} packets sent for ${ideal}`;
  return mtu === 1500 ? figures : `${figures}, blocks of ${blockSizes.join(" and ")}, the largest packet ${largest}`;
}
