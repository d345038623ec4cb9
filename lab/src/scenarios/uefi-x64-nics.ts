import { startBootlace } from "../bootlace.ts";
import { buildHomeLan } from "../home-lan.ts";
import { inLanes, type Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import { verdictReported } from "../verdicts.ts";

/** The cards of which the ROM has iPXE for UEFI, and for which OVMF has no driver of its own. */
const CARDS = ["e1000", "e1000e", "rtl8139", "vmxnet3"] as const;
const rowOf = (nic: string) => `uefi-x64-nic-${nic}`;
const macOf = (nic: (typeof CARDS)[number]) => `52:54:00:ae:00:3${CARDS.indexOf(nic)}`;

export const uefiX64Nics: Scenario = {
  name: "uefi-x64-nics",
  proves: "OVMF boots over each emulated card that has a UEFI ROM, by the iPXE in that ROM",
  rows: CARDS.map((nic) => ({
    id: rowOf(nic),
    section: "UEFI x64",
    machine: `OVMF, iPXE ROM, ${nic}`,
    boots: "the boot check, as there is no boot file",
  })),
  parts: CARDS.map(rowOf),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, {});
    const boot = async (nic: (typeof CARDS)[number]) => {
      const machine = await startUefi(lab, lan, { mac: macOf(nic), name: nic, nic, rom: true });
      const [shown] = await machine.output.until(/this program came over the network and runs/, 180);
      lab.row(rowOf(nic), shown, machine.age());
      const reported = { mac: macOf(nic), verdict: "checked", confidence: ["likely"], seconds: 30 };
      await verdictReported(lab, bootServer, bootlace, reported);
      await machine.stop("SIGKILL");
    };
    // Two at once: a machine is emulated by one core.
    await inLanes(
      2,
      CARDS.filter((nic) => lab.part(rowOf(nic))),
      boot,
    );
  },
};
