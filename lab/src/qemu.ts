import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.ts";
import { addTap, type Switch } from "./namespaces.ts";
import { locate } from "./packages.ts";
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
  /** A reset starts the machine anew; without this it ends the machine. */
  readonly restarts?: boolean;
}

export interface UefiOptions extends MachineOptions {
  /** UEFI HTTP Boot instead of PXE. */
  readonly http?: boolean;
  /** Secure Boot with Microsoft's keys. */
  readonly secure?: boolean;
  /** A screen beside the serial line: memtest86+ as a UEFI program refuses to run without one. */
  readonly screen?: boolean;
}

// The serial line is QEMU's own standard output, which is a file: it never makes QEMU wait, and so loses no character.
// /dev/kvm cannot be relied on where the lab runs, so every machine is emulated.
const COMMON = ["-accel", "tcg", "-display", "none", "-vga", "none", "-no-user-config"];
const SERIAL = ["-chardev", "stdio,id=serial,signal=off,mux=off", "-serial", "chardev:serial", "-monitor", "none"];

async function network(lan: Switch, name: string): Promise<string[]> {
  const tap = await addTap(lan, `tap-${name}`.slice(0, 15));
  return ["-netdev", `tap,id=net0,ifname=${tap},script=no,downscript=no`];
}

/** Starts a PC with SeaBIOS, whose network card has the iPXE ROM. `graphics=off` sends text and keys over the serial line. */
export async function startBios(
  lab: Lab,
  lan: Switch,
  { mac, name = "bios", nic = "e1000", disk, restarts = false }: BiosOptions,
): Promise<Machine> {
  locate("ipxeRom");
  const device = ["-device", `${nic},netdev=net0,mac=${mac},bootindex=1`];
  const args = [
    ...["-machine", "pc,graphics=off", "-m", "256", ...COMMON, ...(restarts ? [] : ["-no-reboot"])],
    ...(await network(lan, name)),
    ...device,
    ...(disk === undefined
      ? []
      : ["-drive", `if=none,id=disk,format=raw,file=${disk}`, "-device", "ide-hd,drive=disk,bootindex=2"]),
  ];
  return start(lab, lan.netns, { name: `qemu-${name}`, command: locate("qemuX64"), args: [...args, ...SERIAL] });
}

/** Starts an x64 UEFI machine (OVMF) that boots by OVMF's own PXE or HTTP client over IPv4. */
export async function startUefi(
  lab: Lab,
  lan: Switch,
  { mac, name = "uefi", nic = "virtio-net-pci", http = false, secure = false, screen = false }: UefiOptions,
): Promise<Machine> {
  const variables = join(lab.folder, `${name}-vars.fd`);
  copyFileSync(locate(secure ? "ovmfSecureVars" : "ovmfVars"), variables);
  const flash = (unit: number, file: string, more = "") => [
    "-drive",
    `if=pflash,format=raw,unit=${unit},file=${file}${more}`,
  ];
  // The variables of Secure Boot may be written in system management mode only.
  const guarded = ["-global", "driver=cfi.pflash01,property=secure,value=on", "-global", "ICH9-LPC.disable_s3=1"];
  const args = [
    ...["-machine", secure ? "q35,smm=on" : "q35", "-m", "512", ...COMMON, "-no-reboot", ...(secure ? guarded : [])],
    ...flash(0, locate(secure ? "ovmfSecureCode" : "ovmfCode"), ",readonly=on"),
    ...flash(1, variables),
    ...(await network(lan, name)),
    ...(screen ? ["-device", "VGA"] : []),
    // No ROM on the card: the PXE client is the firmware's own. No IPv6 PXE: it would be tried for a minute first.
    ...["-device", `${nic},romfile=,netdev=net0,mac=${mac},bootindex=1`],
    ...["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"],
    ...(http ? ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"] : []),
  ];
  return start(lab, lan.netns, { name: `qemu-${name}`, command: locate("qemuX64"), args: [...args, ...SERIAL] });
}
