import { startBootlace } from "../bootlace.ts";
import { buildHomeLan } from "../home-lan.ts";
import { inLanes, type Lab, type Scenario } from "../lab.ts";
import type { Switch } from "../namespaces.ts";
import { startBios } from "../qemu.ts";
import { BIOS_MEMTEST, BIOS_MEMTEST_FILES } from "../tree.ts";

/** QEMU's network cards that have an iPXE ROM; `bios-memtest` has e1000. */
const NICS = [
  { nic: "virtio-net-pci", called: "virtio-net" },
  { nic: "rtl8139", called: "rtl8139" },
  { nic: "vmxnet3", called: "vmxnet3" },
  { nic: "e1000e", called: "e1000e" },
  { nic: "pcnet", called: "pcnet" },
  { nic: "ne2k_pci", called: "ne2k" },
  { nic: "i82559er", called: "eepro100" },
] as const;

type Card = (typeof NICS)[number];

const idOf = ({ called }: Card) => `bios-nic-${called}`;
const macOf = (card: Card) => `52:54:00:ae:0d:0${NICS.indexOf(card) + 1}`;

export const biosNics: Scenario = {
  name: "bios-nics",
  proves: "the iPXE ROM of every network card that QEMU has one for boots pxelinux.0 and memtest86+ from Bootlace",
  rows: NICS.map((card) => ({
    id: idOf(card),
    section: "BIOS",
    machine: `SeaBIOS, iPXE ROM, ${card.called}`,
    boots: "pxelinux.0 → memtest86+",
  })),
  parts: NICS.map(idOf),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { tree: BIOS_MEMTEST });
    const cards = NICS.filter((card) => lab.part(idOf(card)));
    // Machines of one core each: two do not take longer than one where there are two cores.
    await inLanes(2, cards, (card) => boot(lab, lan, card));
    const reported = { architecture: "x86-bios", bootFile: BIOS_MEMTEST_FILES[0], files: BIOS_MEMTEST_FILES };
    for (const card of cards) await bootlace.mustTell({ mac: macOf(card), ...reported });
  },
};

async function boot(lab: Lab, lan: Switch, card: Card): Promise<void> {
  const machine = await startBios(lab, lan, { mac: macOf(card), nic: card.nic, name: card.called });
  await machine.output.until(/PXELINUX 6\.04/, 180);
  const [shown] = await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180);
  lab.row(idOf(card), shown, machine.age());
  await machine.stop("SIGKILL");
}
