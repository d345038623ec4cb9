import { fileURLToPath } from "node:url";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { buildHomeLan, type HomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, configure, type Host, linkOf, plugIn } from "../namespaces.ts";
import { start } from "../processes.ts";
import { startBios, startUefi } from "../qemu.ts";
import { filesReported } from "../reported-files.ts";
import { ipv6Prefix, startDnsmasq } from "../router.ts";
import { BIOS_MEMTEST, BIOS_MEMTEST_FILES, UEFI_SYSLINUX, UEFI_SYSLINUX_FILES } from "../tree.ts";
import { cpuSeconds, droppedDatagrams, vitalsOf } from "../vitals.ts";

const NOISE = fileURLToPath(new URL("../programs/noise.ts", import.meta.url));
const RATE = 1000;
/** The noise ends before, with the boots in it. */
const SECONDS = 600;
/** What the machine that makes the noise must manage at least, for the row to be true. */
const AT_LEAST = 0.9;
const MACS = {
  ipv6: ["52:54:00:ae:23:01", "52:54:00:ae:23:02"],
  dhcp: ["52:54:00:ae:23:03", "52:54:00:ae:23:04"],
} as const;
const ADDRESSES = { ipv6: ["192.168.11.60", "192.168.11.61"], dhcp: ["192.168.11.62", "192.168.11.63"] } as const;
type Kind = keyof typeof MACS;
const KINDS = ["ipv6", "dhcp"] as const;

const HOLDS = "a BIOS and a UEFI machine get all their files meanwhile; nothing replies to the noise or logs it";

export const noise: Scenario = {
  name: "noise",
  proves: "a LAN full of packets for others does not disturb Bootlace",
  rows: [
    {
      id: "noise-ipv6",
      section: "Faults",
      done: `${RATE} packets a second by IPv6: DHCPv6, mDNS, LLMNR, requests to ports 69 and 4011; a second router that advertises`,
      holds: HOLDS,
    },
    {
      id: "noise-dhcp",
      section: "Faults",
      done: `${RATE} machines a second that are not network-booting send DISCOVER, and the router replies to them`,
      holds: HOLDS,
    },
  ],
  parts: KINDS.map((kind) => `noise-${kind}`),
  async run(lab) {
    const routerLines = KINDS.flatMap((kind) => MACS[kind].map((mac, at) => `dhcp-host=${mac},${ADDRESSES[kind][at]}`));
    const home = await buildHomeLan(lab, { routerLines, snap: 700 });
    const bootlace = await startBootlace(lab, home.bootServer, {
      yaml: "root: ./boot\n",
      tree: { ...BIOS_MEMTEST, ...UEFI_SYSLINUX },
    });
    const neighbour = await addHost(lab, "neighbour");
    await plugIn(neighbour, home.lan, { addresses: [`${ipv6Prefix(66)}1/64`] });
    // Who has no address broadcasts by a route to everywhere.
    await configure(neighbour, "route", "add", "default", "dev", "eth0");
    await startDnsmasq(lab, neighbour, { lines: ["enable-ra", `dhcp-range=${ipv6Prefix(66)},ra-only`], ports: [] });
    for (const kind of KINDS) {
      if (lab.part(`noise-${kind}`)) lab.row(`noise-${kind}`, await within(lab, home, bootlace, neighbour, kind));
    }
    const own = `ip6 and udp and ether src ${(await linkOf(home.bootServer)).mac}`;
    const sent = await home.capture.count(own);
    must(sent === 0, `Bootlace sent ${sent} packets by IPv6`);
  },
};

/** Boots two machines within the noise; gives what that cost. */
async function within(lab: Lab, { lan }: HomeLan, bootlace: Bootlace, host: Host, kind: Kind): Promise<string> {
  const args = [NOISE, kind, String(RATE), String(SECONDS)];
  const source = start(lab, host.netns, { name: `noise-${kind}`, command: process.execPath, args });
  await source.output.until(/^[1-9]\d* sent$/m, 30);
  const before = { cpu: cpuSeconds(bootlace.process), memory: vitalsOf(bootlace.process).memory };
  const began = source.age();
  const lines = bootlace.records().length;
  const [biosMac, uefiMac] = MACS[kind];
  const bios = await startBios(lab, lan, { mac: biosMac, name: `bios-${kind}` });
  const uefi = await startUefi(lab, lan, { mac: uefiMac, name: `uefi-${kind}` });
  await bios.output.until(/Memtest86\+ v\d+\.\d\d/, 240);
  const [biosSeconds] = [bios.age(), await bios.stop("SIGKILL")];
  await uefi.output.until(/Loading memtest\.bin\.\.\. ok/, 240);
  const [uefiSeconds] = [uefi.age(), await uefi.stop("SIGKILL")];
  const seconds = source.age() - began;
  const cpu = cpuSeconds(bootlace.process) - before.cpu;
  const { memory } = vitalsOf(bootlace.process);
  await source.stop("SIGKILL");
  const sent = Number(
    source.output
      .text()
      .match(/\d+(?= sent)/g)
      ?.at(-1),
  );
  must(sent >= AT_LEAST * RATE * source.age(), `only ${sent} packets in ${source.age().toFixed(0)} s`);
  await filesReported(lab, bootlace, ADDRESSES[kind][0], BIOS_MEMTEST_FILES);
  await filesReported(lab, bootlace, ADDRESSES[kind][1], UEFI_SYSLINUX_FILES);
  const foreign = bootlace.records().slice(lines).filter(isForeign);
  must(foreign.length === 0, `${foreign.length} lines about the noise: ${JSON.stringify(foreign[0])}`);
  const dropped = [67, 68, 4011, 69].map((port) => droppedDatagrams(bootlace.process, port));
  return [
    `BIOS ${biosSeconds.toFixed(0)} s, UEFI ${uefiSeconds.toFixed(0)} s`,
    `${sent} packets; Bootlace used ${((100 * cpu) / seconds).toFixed(0)} % of a core, its memory ${before.memory.toFixed(0)} → ${memory.toFixed(0)} MiB`,
    `datagrams without room in the sockets of 67, 68, 4011, 69: ${dropped.join(", ")}`,
  ].join("; ");
}

/** A line that is about a machine, and about none of ours. */
function isForeign({ mac, ip }: Readonly<Record<string, unknown>>): boolean {
  const own: readonly unknown[] = [...MACS.ipv6, ...MACS.dhcp];
  return (mac !== undefined && !own.includes(mac)) || String(ip).includes(":");
}
