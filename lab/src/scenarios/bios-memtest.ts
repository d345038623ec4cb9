import { type Program, startBootlace } from "../bootlace.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { startBios } from "../qemu.ts";
import { BIOS_MEMTEST, BIOS_MEMTEST_FILES } from "../tree.ts";

const MAC = "52:54:00:ae:00:01";

export const biosMemtest: Scenario = {
  name: "bios-memtest",
  proves: "SeaBIOS with the iPXE ROM boots pxelinux.0 and memtest86+, all from Bootlace",
  rows: [
    {
      id: "bios-pxelinux-memtest",
      section: "BIOS",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots: "pxelinux.0 → memtest86+",
    },
  ],
  async run(lab) {
    const { shown, seconds } = await bootMemtest(lab);
    lab.row("bios-pxelinux-memtest", shown, seconds);
  },
};

/** Boots memtest86+ from the Bootlace of the workspace, or from another one. */
export async function bootMemtest(lab: Lab, program?: Program): Promise<{ shown: string; seconds: number }> {
  const { lan, bootServer } = await buildHomeLan(lab);
  const other = program === undefined ? {} : { program };
  const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: BIOS_MEMTEST, ...other });
  const machine = await startBios(lab, lan, { mac: MAC });
  lab.proof((await machine.output.until(/PXELINUX 6\.04/, 180))[0]);
  const [shown] = await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180);
  const seconds = machine.age();
  lab.proof(shown);
  const bootFile = BIOS_MEMTEST_FILES[0];
  await bootlace.mustTell({ mac: MAC, architecture: "x86-bios", bootFile, files: BIOS_MEMTEST_FILES });
  lab.proof(`logged: DISCOVER, OFFER, ${BIOS_MEMTEST_FILES.join(", ")}`);
  return { shown, seconds };
}

const YAML = `root: ./boot
boot:
  - name: bios
    when: { arch: x86-bios }
    file: pxelinux/pxelinux.0
`;
