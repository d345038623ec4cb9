import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.ts";
import { addTap, type Switch } from "./namespaces.ts";
import { locate, type PieceName } from "./packages.ts";
import { type Started, start } from "./processes.ts";

/** A virtual machine. Its serial line is the process's output, read all the time, and its input. */
export type Machine = Started;

export interface MachineOptions {
  readonly mac: string;
  /** Tells the machines of a scenario apart. */
  readonly name?: string;
  readonly nic?: string;
}

export interface BiosOptions extends MachineOptions {
  /** A disk image that is booted when the network boots nothing. */
  readonly disk?: string;
  /** The disk is booted before the network. */
  readonly diskFirst?: boolean;
  /** A reset starts the machine anew; without this it ends the machine. */
  readonly restarts?: boolean;
  /** With a video card: the BIOS then leaves the serial line to the programs. */
  readonly video?: boolean;
  /** In MiB; 128 when absent, with which memtest86+ shows its title soonest. */
  readonly memory?: number;
}

export interface UefiOptions extends MachineOptions {
  /** UEFI HTTP Boot instead of PXE. */
  readonly http?: boolean;
  readonly firmware?: keyof typeof FIRMWARE;
  /** A screen beside the serial line: memtest86+ as a UEFI program refuses to run without one. */
  readonly screen?: boolean;
  /** The card's own ROM: iPXE drives it and asks for the boot file, where the firmware has no driver for the card. */
  readonly rom?: boolean;
  /** In MiB; 512 when absent. */
  readonly memory?: number;
}

// The serial line is QEMU's own standard output, which is a file: it never makes QEMU wait, and so loses no character.
// /dev/kvm cannot be relied on where the lab runs, so every machine is emulated.
const COMMON = ["-accel", "tcg", "-display", "none", "-vga", "none", "-no-user-config"];
const SERIAL = ["-chardev", "stdio,id=serial,signal=off,mux=off", "-serial", "chardev:serial", "-monitor", "none"];

interface UefiFirmware {
  readonly qemu: PieceName;
  readonly machine: readonly string[];
  readonly code: PieceName;
  readonly variables: PieceName;
}

// These images keep their variables where only system management mode may write.
const GUARDED = ["-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on"];
const PC = [...GUARDED, "-global", "ICH9-LPC.disable_s3=1"];
const VIRT = ["-machine", "virt", "-cpu", "cortex-a57"];
const VIRT32 = ["-machine", "virt", "-cpu", "cortex-a15"];

const FIRMWARE = {
  x64: { qemu: "qemuX64", machine: ["-machine", "q35"], code: "ovmfCode", variables: "ovmfVars" },
  /** Secure Boot with Microsoft's keys. */
  secure: { qemu: "qemuX64", machine: PC, code: "ovmfSecureCode", variables: "ovmfSecureVars" },
  ia32: { qemu: "qemuX64", machine: PC, code: "ovmfIa32Code", variables: "ovmfIa32Vars" },
  arm64: { qemu: "qemuArm64", machine: VIRT, code: "aavmfCode", variables: "aavmfVars" },
  arm32: { qemu: "qemuArm", machine: VIRT32, code: "aavmf32Code", variables: "aavmf32Vars" },
} as const satisfies Readonly<Record<string, UefiFirmware>>;

const BOARDS = {
  arm64: { qemu: "qemuArm64", args: ["-machine", "virt", "-cpu", "cortex-a57", "-bios"], uboot: "ubootArm64" },
  arm32: { qemu: "qemuArm", args: ["-machine", "virt", "-cpu", "cortex-a15", "-bios"], uboot: "ubootArm" },
  /** OpenSBI starts it. */
  riscv64: { qemu: "qemuRiscv64", args: ["-machine", "virt", "-bios", "OPENSBI", "-kernel"], uboot: "ubootRiscv64" },
} as const satisfies Readonly<Record<string, { qemu: PieceName; args: readonly string[]; uboot: PieceName }>>;

async function network(lan: Switch, name: string): Promise<string[]> {
  const tap = await addTap(lan, `tap-${name}`.slice(0, 15));
  return ["-netdev", `tap,id=net0,ifname=${tap},script=no,downscript=no`];
}

/** Starts a PC with SeaBIOS, whose network card has the iPXE ROM. `graphics=off` sends text and keys over the serial line. */
export async function startBios(
  lab: Lab,
  lan: Switch,
  { mac, name = "bios", nic = "e1000", disk, diskFirst, restarts = false, video = false, memory = 128 }: BiosOptions,
): Promise<Machine> {
  locate("ipxeRom");
  const device = ["-device", `${nic},netdev=net0,mac=${mac},bootindex=1`];
  const screen = video ? ["-machine", "pc", ...COMMON, "-vga", "std"] : ["-machine", "pc,graphics=off", ...COMMON];
  const args = [
    ...[...screen, "-m", String(memory), ...(restarts ? [] : ["-no-reboot"])],
    ...(await network(lan, name)),
    ...device,
    ...(disk === undefined
      ? []
      : [
          "-drive",
          `if=none,id=disk,format=raw,file=${disk}`,
          "-device",
          `ide-hd,drive=disk,bootindex=${diskFirst ? 0 : 2}`,
        ]),
  ];
  return start(lab, lan.netns, { name: `qemu-${name}`, command: locate("qemuX64"), args: [...args, ...SERIAL] });
}

/** Starts a UEFI machine that boots by its firmware's own PXE or HTTP client over IPv4: edk2, x64 unless said otherwise. */
export async function startUefi(
  lab: Lab,
  lan: Switch,
  { mac, name = "uefi", nic = "virtio-net-pci", http = false, firmware = "x64", ...more }: UefiOptions,
): Promise<Machine> {
  const { screen = false, rom = false, memory = 512 } = more;
  if (rom) locate("ipxeRom");
  const variables = join(lab.folder, `${name}-vars.fd`);
  const { qemu, machine, code, variables: fresh } = FIRMWARE[firmware];
  copyFileSync(locate(fresh), variables);
  const flash = (unit: number, file: string, more = "") => [
    "-drive",
    `if=pflash,format=raw,unit=${unit},file=${file}${more}`,
  ];
  const args = [
    ...[...machine, ...COMMON, "-m", String(memory), "-no-reboot"],
    ...flash(0, locate(code), ",readonly=on"),
    ...flash(1, variables),
    ...(await network(lan, name)),
    ...(screen ? ["-device", "VGA"] : []),
    // Without a ROM on the card the PXE client is the firmware's own. No IPv6 PXE: it would be tried for a minute first.
    ...["-device", `${nic}${rom ? "" : ",romfile="},netdev=net0,mac=${mac},bootindex=1`],
    ...["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"],
    ...(http ? ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"] : []),
  ];
  return start(lab, lan.netns, { name: `qemu-${name}`, command: locate(qemu), args: [...args, ...SERIAL] });
}

/** Starts a board whose firmware is U-Boot, with 512 MB: it boots by itself unless its countdown is stopped. */
export async function startUboot(
  lab: Lab,
  lan: Switch,
  { mac, name = "uboot", board }: MachineOptions & { readonly board: keyof typeof BOARDS },
): Promise<Machine> {
  const { qemu, args: words, uboot } = BOARDS[board];
  const args = [
    ...words.map((word) => (word === "OPENSBI" ? locate("opensbi") : word)),
    ...[locate(uboot), "-m", "512", ...COMMON, "-no-reboot"],
    ...(await network(lan, name)),
    ...["-device", `virtio-net-pci,romfile=,netdev=net0,mac=${mac}`],
  ];
  return start(lab, lan.netns, { name: `qemu-${name}`, command: locate(qemu), args: [...args, ...SERIAL] });
}
