import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { filler } from "../filler.ts";
import { BOOT_SERVER, buildHomeLan, buildLan, type HomeLan, obeysLaws } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { MEMTEST, MEMTEST_MEMORY, MEMTEST_OR_STUCK } from "../memtest.ts";
import { addSwitch, configure, type Host, linkOf, plugIn, type Switch } from "../namespaces.ts";
import { type Machine, startBios, startUefi } from "../qemu.ts";
import { BIOS_MEMTEST, type BootTree, UEFI_SYSLINUX } from "../tree.ts";

const NEXT_ADDRESS = "192.168.11.110";
const WORKSHOP = "192.168.12.109";
/** What machines load long enough for somebody to pull a cable out meanwhile. */
const LARGE = 5 * 1024 * 1024 + 411;
/** Of it, and of all files before it, when that happens. */
const UNDER_WAY = 1024 * 1024;

const CONFIG = (kernel: string) => `SERIAL 0 115200
DEFAULT memtest
LABEL memtest
  LINUX ${kernel}
  INITRD large.img
  APPEND console=ttyS0,115200
`;
const TREE: BootTree = {
  ...BIOS_MEMTEST,
  ...UEFI_SYSLINUX,
  "pxelinux/pxelinux.cfg/default": { text: CONFIG("memtest86+/memtest.bin") },
  "efi/pxelinux.cfg/default": { text: CONFIG("memtest.bin").replace(/^SERIAL.*\n/, "") },
};

const AFTERWARDS = "then a machine boots, without a restart of Bootlace";

/** In this order: the last two change the network for good. */
const FAULTS = [
  { part: "net-link-down", happens: linkDown },
  { part: "net-replugged", happens: replugged },
  { part: "net-address-changed", happens: addressChanged },
  { part: "net-second-interface", happens: secondInterface },
];

export const netFaults: Scenario = {
  name: "net-faults",
  proves: "an interface that goes down and up, another switch, a new address, one more interface: machines boot on",
  rows: [
    {
      id: "net-link-down",
      section: "Faults",
      done: "the interface goes down and up again while pxelinux loads 5 MiB",
      holds: "the transfer continues to its last byte, and the machine boots; Bootlace logs that it has no interface",
    },
    {
      id: "net-replugged",
      section: "Faults",
      done: "the network cable is moved to another switch while syslinux.efi loads 5 MiB",
      holds: "the transfer continues to its last byte, and the machine boots",
    },
    {
      id: "net-address-changed",
      section: "Faults",
      done: `the boot server gets a new address, and ${BOOT_SERVER} is gone`,
      holds: `offers name the new address, and no packet has the old one; ${AFTERWARDS}`,
    },
    {
      id: "net-second-interface",
      section: "Faults",
      done: "a second interface on another LAN appears later",
      holds: `offers there name its own address; ${AFTERWARDS}`,
    },
  ],
  parts: FAULTS.map(({ part }) => part),
  async run(lab) {
    const home = await buildHomeLan(lab, { snap: 600 });
    const { bootServer } = home;
    const bootlace = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n", tree: TREE });
    for (const folder of ["pxelinux", "efi"]) {
      writeFileSync(join(bootlace.folder, "boot", folder, "large.img"), filler(LARGE));
    }
    for (const { part, happens } of FAULTS) if (lab.part(part)) await happens(lab, home, bootlace);
  },
};

async function linkDown(lab: Lab, { lan, bootServer }: HomeLan, bootlace: Bootlace): Promise<void> {
  const machine = await startBios(lab, lan, { mac: "52:54:00:ae:22:01" });
  await underWay(lab, bootServer, machine);
  const before = interfacesReported(bootlace);
  await configure(bootServer, "link", "set", "eth0", "down");
  await reported(lab, bootlace, before + 1, "waiting for an interface to serve");
  await configure(bootServer, "link", "set", "eth0", "up");
  await reported(lab, bootlace, before + 2, `serving eth0 ${BOOT_SERVER}`);
  const [shown] = await machine.output.until(MEMTEST, 240);
  lab.row("net-link-down", `${await oneTransfer(lab, bootlace, "pxelinux/large.img")}; ${shown} after ${age(machine)}`);
  await machine.stop("SIGKILL");
}

async function replugged(lab: Lab, { lan, bootServer }: HomeLan, bootlace: Bootlace): Promise<void> {
  const machine = await startUefi(lab, lan, { mac: "52:54:00:ae:22:02", memory: MEMTEST_MEMORY });
  await underWay(lab, bootServer, machine);
  const before = interfacesReported(bootlace);
  const { mac } = await linkOf(bootServer);
  await configure(bootServer, "link", "delete", "eth0");
  await reported(lab, bootlace, before + 1, "waiting for an interface to serve");
  const other = await addSwitch(lab, "other");
  await trunk(lan, other);
  await plugIn(bootServer, other, { addresses: [`${BOOT_SERVER}/24`], mac });
  await reported(lab, bootlace, before + 2, `serving eth0 ${BOOT_SERVER}`);
  const [shown] = await machine.output.until(MEMTEST_OR_STUCK, 240);
  lab.row("net-replugged", `${await oneTransfer(lab, bootlace, "efi/large.img")}; ${shown} after ${age(machine)}`);
  await machine.stop("SIGKILL");
}

/** Another address: a machine boots from it, and nothing comes from the old one. */
async function addressChanged(lab: Lab, { lan, bootServer, capture }: HomeLan, bootlace: Bootlace): Promise<void> {
  const before = interfacesReported(bootlace);
  await configure(bootServer, "address", "delete", `${BOOT_SERVER}/24`, "dev", "eth0");
  await configure(bootServer, "address", "add", `${NEXT_ADDRESS}/24`, "broadcast", "+", "dev", "eth0");
  await reported(lab, bootlace, before + 1, `serving eth0 ${NEXT_ADDRESS}`);
  const since = Date.now() / 1000;
  const bios = await startBios(lab, lan, { mac: "52:54:00:ae:22:03", name: "moved" });
  const [named] = await bios.output.until(new RegExp(`Next server: ${NEXT_ADDRESS}`), 180);
  const [loader] = await bios.output.until(/PXELINUX 6\.04/, 180);
  const datagrams = await capture.datagrams();
  const stray = datagrams.filter((datagram) => datagram.time > since && datagram.source === BOOT_SERVER);
  must(stray.length === 0, `${stray.length} packets still come from ${BOOT_SERVER}`);
  await obeysLaws([capture], NEXT_ADDRESS);
  lab.row("net-address-changed", `${named}; ${loader} after ${age(bios)}; no packet from the old address`);
  await bios.stop("SIGKILL");
}

/** An interface more: a machine boots from it. */
async function secondInterface(lab: Lab, { bootServer, captures }: HomeLan, bootlace: Bootlace): Promise<void> {
  const workshop = await buildLan(lab, 12, "-workshop", { snap: 600 });
  captures.push(workshop.capture);
  const before = interfacesReported(bootlace);
  await plugIn(bootServer, workshop.lan, { interface: "eth1", addresses: [`${WORKSHOP}/24`] });
  await reported(lab, bootlace, before + 1, new RegExp(`^serving eth0 \\S+, eth1 ${WORKSHOP}`));
  const uefi = await startUefi(lab, workshop.lan, { mac: "52:54:00:ae:22:04", name: "workshop" });
  const [server] = await uefi.output.until(new RegExp(`Server IP address is ${WORKSHOP}`), 180);
  const [nbp] = await uefi.output.until(/NBP file downloaded successfully/, 180);
  for (const address of [BOOT_SERVER, NEXT_ADDRESS, WORKSHOP]) await obeysLaws(captures, address);
  lab.row("net-second-interface", `${server}; ${nbp} after ${age(uefi)}`);
  await uefi.stop("SIGKILL");
}

const age = (machine: Machine) => `${machine.age().toFixed(0)} s`;

/** Joins two switches by a cable. */
async function trunk(one: Switch, other: Switch): Promise<void> {
  await configure(one, "link", "add", "trunk", "type", "veth", "peer", "name", "trunk", "netns", other.netns);
  for (const lan of [one, other]) await configure(lan, "link", "set", "trunk", "master", lan.bridge, "up");
}

/** Waits until a machine has a part of what it loads. */
async function underWay(lab: Lab, host: Host, machine: Machine): Promise<void> {
  const before = (await linkOf(host)).sentOctets;
  await eventually(lab, "a transfer that is under way", 240, async () => {
    must(machine.running(), "the machine ended");
    return (await linkOf(host)).sentOctets - before > UNDER_WAY || undefined;
  });
}

function interfacesReported(bootlace: Bootlace): number {
  return bootlace.records().filter(({ event }) => event === "net.interfaces").length;
}

/** Waits for the next word on the interfaces, which must be this. */
async function reported(lab: Lab, bootlace: Bootlace, count: number, words: string | RegExp): Promise<void> {
  const all = await eventually(lab, `"${words}" in the log`, 30, () => {
    const records = bootlace.records().filter(({ event }) => event === "net.interfaces");
    return records.length >= count ? records : undefined;
  });
  const said = String(all[count - 1]?.msg);
  const right = typeof words === "string" ? said.startsWith(words) : words.test(said);
  must(right, `it says "${said}", not "${words}"`);
}

/** A file must have been asked for once, and served to its last byte. */
async function oneTransfer(lab: Lab, bootlace: Bootlace, file: string): Promise<string> {
  const about = (event: string) =>
    bootlace.records().filter((record) => record.event === event && String(record.file).endsWith(file));
  const done = await eventually(lab, `the end of ${file}`, 30, () => about("tftp.done")[0]);
  must(
    done.bytes === LARGE && about("tftp.done").length === 1,
    `${file} was served ${about("tftp.done").length} times`,
  );
  must(about("tftp.aborted").length === 0, `a transfer of ${file} was given up`);
  const { seconds, retransmissions } = done;
  must(Number(retransmissions) > 0, `no block of ${file} was lost: the transfer was not under way`);
  return `one transfer, ${Number(seconds).toFixed(0)} s with ${retransmissions} blocks repeated`;
}
