import type { FileNeed } from "../file-facts.ts";
import type { PeMachine } from "../pe.ts";
import { grubModuleNeeds, neededLibraries } from "./elf.ts";
import { folderOf, needAt, pathFrom } from "./reading.ts";
import { readLoader } from "./syslinux-binaries.ts";

/** What UEFI puts behind the names of shim's second stage and key manager, and Syslinux behind its core. */
const suffixes: ReadonlyMap<PeMachine, readonly [shim: string, syslinux?: string]> = new Map([
  ["x64", ["x64", "ldlinux.e64"]],
  ["x86", ["ia32", "ldlinux.e32"]],
  ["arm64", ["aa64"]],
  ["arm32", ["arm"]],
  ["riscv64", ["riscv64"]],
  ["loongarch64", ["loongarch64"]],
]);

/** The name under which shim fetches its second stage. */
export function shimSecondStage(machine: PeMachine): string | undefined {
  const [suffix] = suffixes.get(machine) ?? [];
  return suffix === undefined ? undefined : `grub${suffix}.efi`;
}

/** What a UEFI program fetches from the folder it came from, as far as its name says which one it is. */
export function efiLoaderNeeds(path: string, machine: PeMachine): FileNeed[] | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const [suffix, core] = suffixes.get(machine) ?? [];
  if (/^shim[^/]*\.efi/.test(name) && suffix !== undefined) {
    return [
      beside(path, "program", `grub${suffix}.efi`, { otherwise: ["grub.efi"] }),
      beside(path, "program", `mm${suffix}.efi`, { optional: true }),
    ];
  }
  return /^syslinux[^/]*\.efi$/.test(name) && core !== undefined ? [beside(path, "module", core)] : undefined;
}

/** What PXELINUX fetches first: before 5.00 it was whole in itself (Syslinux NEWS, "Changes in 5.00"). */
export function pxelinuxNeeds(path: string, head: Uint8Array): FileNeed[] | undefined {
  const version = readLoader(head, { core: false })?.version;
  return version === undefined || Number.parseInt(version, 10) < 5
    ? undefined
    : [beside(path, "module", "ldlinux.c32")];
}

/** The libraries of a module of Syslinux, and the modules that one of GRUB needs. */
export function moduleNeeds(path: string, bytes: Uint8Array): FileNeed[] {
  const grub = grubModuleNeeds(bytes);
  // Those that are built into the core are not fetched.
  if (grub !== undefined) return grub.map((name) => beside(path, "module", `${name}.mod`, { optional: true }));
  return neededLibraries(bytes).map((name) => beside(path, "module", name));
}

function beside(
  path: string,
  role: FileNeed["role"],
  name: string,
  options: { optional?: boolean; otherwise?: string[] } = {},
): FileNeed {
  const folder = folderOf(path);
  const otherwise = options.otherwise?.map((other) => pathFrom(folder, other)) ?? [];
  return needAt(0, role, name, { path: pathFrom(folder, name) }, { ...options, otherwise });
}
