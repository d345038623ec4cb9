import { type Bootlace, startBootlace } from "../bootlace.ts";
import { BOOT_SERVER, buildHomeLan, type HomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";

/** A machine that boots a kernel for its own processor by its firmware's PXE client. */
interface Kind {
  readonly firmware: "ia32" | "arm64" | "arm32";
  readonly mac: string;
  readonly row: string;
  readonly machine: string;
  readonly boots: string;
  /** In the order in which it fetches them. */
  readonly files: readonly [string, ...string[]];
}

const KINDS: readonly Kind[] = [
  {
    firmware: "ia32",
    mac: "52:54:00:ae:10:01",
    row: "uefi-ia32-grub-linux",
    machine: "OVMF for ia32, virtio-net",
    boots: "shim → GRUB → Linux for i386",
    files: [
      "debian-installer/i386/bootnetia32.efi",
      "debian-installer/i386/grubia32.efi",
      "debian-installer/i386/grub/grub.cfg",
      "debian-installer/i386/linux",
    ],
  },
  {
    firmware: "arm64",
    mac: "52:54:00:ae:10:02",
    row: "uefi-arm64-grub-linux",
    machine: "AAVMF, virtio-net",
    boots: "shim → GRUB → Linux for arm64",
    files: [
      "debian-installer/arm64/bootnetaa64.efi",
      "debian-installer/arm64/grubaa64.efi",
      "debian-installer/arm64/grub/grub.cfg",
      "debian-installer/arm64/linux",
    ],
  },
  {
    firmware: "arm32",
    mac: "52:54:00:ae:10:03",
    row: "uefi-arm32-linux",
    machine: "AAVMF for 32-bit ARM, virtio-net",
    boots: "a rule → Linux for armhf, which is an EFI program itself",
    files: ["debian-installer/armhf/vmlinuz"],
  },
];

export const uefiOthersLinux: Scenario = {
  name: "uefi-others-linux",
  proves: "32-bit OVMF and AAVMF of both sizes boot Debian's netboot trees as they are unpacked, to a kernel that runs",
  rows: KINDS.map(({ row, machine, boots }) => ({ id: row, section: "Other machines", machine, boots })),
  parts: KINDS.map(({ row }) => row),
  async run(lab) {
    const home = await buildHomeLan(lab, { routerLines: [`dhcp-boot=,,${BOOT_SERVER}`] });
    const bootlace = await startBootlace(lab, home.bootServer, { yaml: YAML, tree: TREE });
    const kinds = KINDS.filter(({ row }) => lab.part(row));
    await Promise.all(kinds.map((kind) => bootLinux(lab, home, bootlace, kind)));
  },
};

async function bootLinux(lab: Lab, { lan }: HomeLan, bootlace: Bootlace, kind: Kind): Promise<void> {
  const { firmware, mac, row, files } = kind;
  const machine = await startUefi(lab, lan, { mac, name: firmware, firmware });
  if (files.length > 1) lab.proof(`${firmware}: ${(await machine.output.until(/Welcome to GRUB!/, 300))[0]}`);
  const [linux] = await machine.output.until(/Linux version \S+/, 300);
  lab.row(row, linux, machine.age());
  await bootlace.mustTell({ mac, architecture: `${firmware}-uefi`, bootFile: files[0], files });
  await machine.stop("SIGKILL");
}

const YAML = `root: ./boot
boot:
  - name: kernel without a loader
    when: { arch: arm32-uefi }
    file: debian-installer/armhf/vmlinuz
`;

// Debian's GRUB asks the router's siaddr for its files, whatever the proxy said: hence the router's dhcp-boot line.
const TREE: BootTree = {
  "debian-installer/i386/bootnetia32.efi": { piece: "ia32Shim" },
  "debian-installer/i386/grubia32.efi": { piece: "ia32Grub" },
  "debian-installer/i386/linux": { piece: "ia32Linux" },
  "debian-installer/i386/grub/grub.cfg": {
    text: "linux /debian-installer/i386/linux console=ttyS0 earlyprintk=serial\nboot\n",
  },
  "debian-installer/arm64/bootnetaa64.efi": { piece: "arm64Shim" },
  "debian-installer/arm64/grubaa64.efi": { piece: "arm64Grub" },
  "debian-installer/arm64/linux": { piece: "arm64Linux" },
  "debian-installer/arm64/grub/grub.cfg": {
    text: "linux /debian-installer/arm64/linux console=ttyAMA0 earlycon\nboot\n",
  },
  "debian-installer/armhf/vmlinuz": { piece: "armhfLinux" },
};
