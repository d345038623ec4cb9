import { startBootlace } from "../bootlace.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import { UEFI_SYSLINUX } from "../tree.ts";

export const uefiX64Pxe: Scenario = {
  name: "uefi-x64-pxe",
  proves: "OVMF's own PXE client boots syslinux.efi and memtest86+ from Bootlace",
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    await startBootlace(lab, bootServer, { yaml: YAML, tree: UEFI_SYSLINUX });
    const machine = await startUefi(lab, lan, { mac: "52:54:00:ae:00:02" });
    lab.proof((await machine.output.until(/NBP file downloaded successfully/, 120))[0]);
    lab.proof((await machine.output.until(/SYSLINUX 6\.04/, 90))[0]);
    lab.proof((await machine.output.until(/Memtest86\+ v\d+\.\d+/, 90))[0]);
  },
};

const YAML = `root: ./boot
boot:
  - name: uefi
    when: { arch: x64-uefi }
    file: efi/syslinux.efi
`;
