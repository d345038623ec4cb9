import { type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { eventually, inLanes, type Scenario } from "../lab.ts";
import { startBios, startUefi } from "../qemu.ts";
import type { BootRow } from "../record/rows.ts";
import { verdictReported } from "../verdicts.ts";

type Home = Awaited<ReturnType<typeof buildHomeLan>>;
type Lab = Parameters<Scenario["run"]>[0];

/** One machine that finds an empty boot tree. */
interface Visit {
  readonly name: string;
  readonly machine: string;
  readonly mac: string;
  /** The program's own name, and that of the architecture. */
  readonly arch: "x86-bios" | "ia32-uefi" | "x64-uefi" | "arm64-uefi";
  readonly http?: true;
  /** A name among those that were looked for. */
  readonly looked: string;
  /** What the firmware says when it goes on. */
  readonly next: RegExp;
  /** Nobody presses a key. */
  readonly patient?: true;
  readonly video?: true;
}

const NEXT_BIOS = /Booting from Hard Disk|No more network devices/;
const NEXT_UEFI = /failed to start Boot\d+ .*: Aborted/;

const BIOS = { machine: "SeaBIOS, iPXE ROM, e1000", arch: "x86-bios", looked: "pxelinux.0", next: NEXT_BIOS } as const;
const X64 = { machine: "OVMF, virtio-net", arch: "x64-uefi", looked: "bootx64.efi", next: NEXT_UEFI } as const;
const IA32 = {
  machine: "OVMF for ia32, virtio-net",
  arch: "ia32-uefi",
  looked: "bootia32.efi",
  next: NEXT_UEFI,
} as const;
const ARM64 = { machine: "AAVMF, virtio-net", arch: "arm64-uefi", looked: "bootaa64.efi", next: NEXT_UEFI } as const;

const VIDEO = {
  machine: "SeaBIOS, iPXE ROM, e1000, with a screen",
  video: true,
  next: /On to the next boot device/,
} as const;

const SECURE: BootRow = {
  id: "check-secure",
  section: "Boot check",
  machine: "OVMF with Microsoft's keys, virtio-net",
  boots: "the boot check by TFTP, with Secure Boot enforced",
  cannot: "Secure Boot runs only what a key of its owner has signed, and Microsoft's has not signed the boot check.",
};

const PC: readonly Visit[] = [
  { name: "x64", mac: "52:54:00:ae:0c:03", ...X64, patient: true },
  { name: "x64-http", mac: "52:54:00:ae:0c:04", ...X64, http: true },
  { name: "bios", mac: "52:54:00:ae:0c:01", ...BIOS },
  { name: "bios-video", mac: "52:54:00:ae:0c:02", ...BIOS, ...VIDEO },
];

const OTHERS: readonly Visit[] = [
  { name: "ia32", mac: "52:54:00:ae:0c:05", ...IA32 },
  { name: "ia32-http", mac: "52:54:00:ae:0c:06", ...IA32, http: true },
  { name: "arm64", mac: "52:54:00:ae:0c:07", ...ARM64 },
  { name: "arm64-http", mac: "52:54:00:ae:0c:08", ...ARM64, http: true },
];

export const bootCheck: Scenario = {
  name: "boot-check",
  proves: "with an empty boot folder SeaBIOS and OVMF run the boot check, which shows all it knows, then boots on",
  rows: [...rowsOf(PC), SECURE],
  parts: [...PC.map(rowOf), SECURE.id],
  run: (lab) => visitAll(lab, PC, lab.part(SECURE.id) ? [refusedBySecureBoot] : []),
};

async function refusedBySecureBoot(lab: Lab, { lan, bootServer }: Home, bootlace: Bootlace): Promise<void> {
  const mac = "52:54:00:ae:0c:09";
  const refused = await startUefi(lab, lan, { mac, name: "secure", firmware: "secure" });
  const [, shown = ""] = await refused.output.until(/Boot0001.*(Access Denied)/, 150);
  lab.row(SECURE.id, shown, refused.age());
  await verdictReported(lab, bootServer, bootlace, { mac, verdict: "B12", confidence: ["likely"], seconds: 60 });
  await refused.stop("SIGKILL");
}

export const bootCheckOthers: Scenario = {
  name: "boot-check-others",
  proves: "with an empty boot folder 32-bit OVMF and AAVMF run the boot check, by TFTP and by HTTP Boot",
  rows: rowsOf(OTHERS),
  parts: OTHERS.map(rowOf),
  run: (lab) => visitAll(lab, OTHERS),
};

function rowOf({ name }: Visit): string {
  return `check-${name}`;
}

function rowsOf(visits: readonly Visit[]): BootRow[] {
  return visits.map((visit) => {
    const { machine, http, patient } = visit;
    const way = http ? "HTTP Boot" : "TFTP";
    const boots = `empty boot tree: the boot check by ${way} → the next device ${patient ? "by itself" : "at a key"}`;
    return { id: rowOf(visit), section: "Boot check", machine, boots };
  });
}

async function visitAll(
  lab: Lab,
  visits: readonly Visit[],
  others: readonly ((lab: Lab, home: Home, bootlace: Bootlace) => Promise<void>)[] = [],
): Promise<void> {
  const home = await buildHomeLan(lab);
  const bootlace = await startBootlace(lab, home.bootServer, {});
  const reported = await eventually(lab, "the table of the boot tree", 5, () =>
    bootlace.records().find(({ event }) => event === "boot.tree"),
  );
  must(
    JSON.stringify(reported.bootCheck) === JSON.stringify(["x86-bios", "x64-uefi", "ia32-uefi", "arm64-uefi"]),
    `the log names other architectures for the boot check: ${JSON.stringify(reported)}`,
  );
  // Two at once: a machine is emulated by one core, and one of them waits for its key.
  const wanted = visits.filter((visit) => lab.part(rowOf(visit)));
  const jobs = [...wanted.map((visit) => () => visitOne(lab, home, bootlace, visit)), ...others];
  await inLanes(2, jobs, (job) => job(lab, home, bootlace));
}

async function visitOne(lab: Lab, { lan, bootServer }: Home, bootlace: Bootlace, visit: Visit): Promise<void> {
  const { name, mac, arch, looked, next, http = false, patient = false, video = false } = visit;
  const machine =
    arch === "x86-bios"
      ? await startBios(lab, lan, { mac, name, video })
      : await startUefi(lab, lan, { mac, name, http, firmware: arch.replace("-uefi", "") as "x64" | "ia32" | "arm64" });
  const server = http ? `http://${BOOT_SERVER}:8069/bootlace-check/${arch}.efi` : BOOT_SERVER;
  const [shown] = await machine.output.until(/Network boot works: this program came over the network and runs\./, 240);
  lab.row(rowOf(visit), shown, machine.age());
  const [screen] = await machine.output.until(/MAC address.*Press a key for the next boot device[^\n]*/s, 30);
  const began = performance.now();
  const facts = [
    ["MAC address", mac],
    ["Address", /192\.168\.11\.\d+/],
    ["Architecture", arch],
    ["Boot server", server],
  ] as const;
  for (const [word, value] of facts) {
    const [, said = ""] = new RegExp(`^ *${word} +(.*?) *$`, "m").exec(screen) ?? [];
    const right = typeof value === "string" ? said === value : value.exec(said)?.[0] === said;
    must(right, `${name}: ${word} is "${said}", not ${value}:\n${screen}`);
  }
  for (const part of [`no boot file for ${arch}`, `${bootlace.folder}/boot`, looked]) {
    must(unspaced(screen).includes(unspaced(part)), `${name}: "${part}" is not in:\n${screen}`);
  }
  // Bootlace has its verdict while the text is still on the screen.
  await verdictReported(lab, bootServer, bootlace, { mac, verdict: "checked", confidence: ["likely"], seconds: 20 });
  if (!patient) machine.write(" ");
  await machine.output.until(/On to the next boot device/, 120);
  const waited = (performance.now() - began) / 1000;
  if (video) lab.proof(`${name}: facts and names on COM1`);
  else await machine.output.until(next, 60);
  lab.proof(
    `${name}: ${mac} ${arch} from ${server}, the next device ${patient ? `after ${waited.toFixed(0)} s` : "at a key"}`,
  );
  must(patient === waited > 20, `${name}: it went on after ${waited.toFixed(1)} s`);
  await machine.stop("SIGKILL");
}

/** A long path is broken where the line ends. */
function unspaced(text: string): string {
  return text.replaceAll(/\s+/g, "");
}
