import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { memtestBySyslinuxEfi } from "../memtest.ts";
import { UEFI_SYSLINUX, UEFI_SYSLINUX_FILES } from "../tree.ts";
import { verdictReported } from "../verdicts.ts";

const MAC = "52:54:00:ae:00:02";

export const uefiX64Pxe: Scenario = {
  name: "uefi-x64-pxe",
  proves: "OVMF's own PXE client boots syslinux.efi and memtest86+ from Bootlace",
  rows: [
    {
      id: "uefi-x64-syslinux-memtest",
      section: "UEFI x64",
      machine: "OVMF, virtio-net",
      boots: "syslinux.efi → memtest86+",
    },
  ],
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: UEFI_SYSLINUX });
    const { shown, seconds } = await memtestBySyslinuxEfi(lab, lan, { mac: MAC, name: "uefi" });
    lab.row("uefi-x64-syslinux-memtest", shown, seconds);
    const bootFile = UEFI_SYSLINUX_FILES[0];
    await bootlace.mustTell({ mac: MAC, architecture: "x64-uefi", bootFile, files: UEFI_SYSLINUX_FILES });
    lab.proof(`logged: DISCOVER, OFFER, ${UEFI_SYSLINUX_FILES.join(", ")}`);
    // The size probe ends with ERROR 8, and syslinux asks for its configuration under many names: neither is a fault.
    const reported = { mac: MAC, verdict: "delivered", confidence: ["likely"], seconds: 90 };
    const { verdicts } = await verdictReported(lab, bootServer, bootlace, reported);
    const beside = verdicts.slice(1).map(({ id }) => id);
    must(beside.join() === "B07,B11", `beside "delivered" stands ${beside.join()}`);
  },
};

const YAML = `root: ./boot
boot:
  - name: uefi
    when: { arch: x64-uefi }
    file: efi/syslinux.efi
`;
