import { startBootlace } from "../bootlace.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";

/** A machine that boots Debian's shim, GRUB and kernel, each for its own processor. */
interface Kind {
  readonly firmware: "ia32" | "arm64";
  readonly mac: string;
  readonly row: string;
  readonly architecture: string;
  readonly files: readonly string[];
}

const KINDS: readonly Kind[] = [
  {
    firmware: "ia32",
    mac: "52:54:00:ae:10:01",
    row: "uefi-ia32-grub-linux",
    architecture: "ia32-uefi",
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
    architecture: "arm64-uefi",
    files: [
      "debian-installer/arm64/bootnetaa64.efi",
      "debian-installer/arm64/grubaa64.efi",
      "debian-installer/arm64/grub/grub.cfg",
      "debian-installer/arm64/linux",
    ],
  },
];

export const uefiOthersLinux: Scenario = {
  name: "uefi-others-linux",
  proves: "32-bit OVMF and AAVMF boot Debian's netboot trees as they are unpacked: shim, GRUB, and a kernel that runs",
  rows: [
    {
      id: "uefi-ia32-grub-linux",
      section: "Other machines",
      machine: "OVMF for ia32, virtio-net",
      boots: "shim → GRUB → Linux for i386",
    },
    {
      id: "uefi-arm64-grub-linux",
      section: "Other machines",
      machine: "AAVMF, virtio-net",
      boots: "shim → GRUB → Linux for arm64",
    },
  ],
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab, { routerLines: [`dhcp-boot=,,${BOOT_SERVER}`] });
    const bootlace = await startBootlace(lab, bootServer, { tree: TREE });
    for (const { firmware, mac, row, architecture, files } of KINDS) {
      const machine = await startUefi(lab, lan, { mac, name: firmware, firmware });
      lab.proof((await machine.output.until(/Welcome to GRUB!/, 240))[0]);
      const [linux] = await machine.output.until(/Linux version \S+/, 240);
      lab.row(row, linux, machine.age());
      await bootlace.mustTell({ mac, architecture, bootFile: files[0] ?? "", files });
      await machine.stop("SIGKILL");
    }
  },
};

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
};
