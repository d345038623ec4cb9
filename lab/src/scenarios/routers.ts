import { type Bootlace, startBootlace } from "../bootlace.ts";
import { startCapture } from "../capture.ts";
import { BOOT_SERVER, obeysLaws, ROUTER } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, addSwitch, type Host, plugIn, type Switch } from "../namespaces.ts";
import { type BootWords, startDhcpd, startKea } from "../other-routers.ts";
import { startBios, startUefi } from "../qemu.ts";
import type { BootRow } from "../record/rows.ts";
import { advertisementLines, ipv6Prefix, startDnsmasq } from "../router.ts";
import { BIOS_MEMTEST, UEFI_SYSLINUX } from "../tree.ts";
import { verdictReported } from "../verdicts.ts";

const THEIRS = "theirs.0";
const BIOS = "SeaBIOS, iPXE ROM, e1000";
const UEFI = "OVMF, virtio-net";
const IPXE_FIRST =
  "iPXE looks into the router's offer before any proxy's, and Bootlace says so (B06, B03 where it hears it).";

function row(id: string, machine: string, boots: string, cannot?: string): BootRow {
  return { id: `net-router-${id}`, section: "Networks", machine, boots, ...(cannot === undefined ? {} : { cannot }) };
}

interface Site {
  readonly lan: Switch;
  readonly router: Host;
  readonly bootServer: Host;
  readonly bootlace: Bootlace;
}

/** A machine, what the router says to it, and how the machine fails. */
interface Meeting {
  readonly id: string;
  /** The last digit of its MAC address. */
  readonly last: number;
  readonly words: "kea" | BootWords;
  readonly failure?: readonly [text: RegExp, verdict: string];
}

const NOTHING = /Nothing to boot[^\n]*\n/;
const ITSELF = { nextServer: ROUTER, tftpServerName: ROUTER };

const MEETINGS: readonly Meeting[] = [
  { id: "kea-bios", last: 1, words: "kea" },
  { id: "kea-uefi", last: 2, words: "kea" },
  { id: "next-server-bios", last: 3, words: ITSELF },
  // Not in option 67: edk2 writes a NUL behind it, over the END that dhcpd puts there, and may then ask the proxy for
  // an address (PXE-E16).
  { id: "file-uefi", last: 4, words: { ...ITSELF, file: THEIRS } },
  {
    id: "file-bios",
    last: 5,
    words: { nextServer: ROUTER, file: THEIRS },
    failure: [/theirs\.0\.+ [^\n]*\n/, "B06"],
  },
  { id: "option-67-bios", last: 6, words: { bootFileName: THEIRS }, failure: [NOTHING, "B06"] },
  { id: "option-60-bios", last: 7, words: { vendorClass: "PXEClient" }, failure: [NOTHING, "B06"] },
  { id: "option-60-uefi", last: 8, words: { vendorClass: "PXEClient" }, failure: [/PXE-E16[^\n]*\n/, "B02"] },
];

export const routers: Scenario = {
  name: "routers",
  proves:
    "Kea and ISC dhcpd as the router; a router with options 60, 66, 67, a boot file and siaddr: what wins, and what we say",
  rows: [
    row("kea-bios", BIOS, "Kea gives the addresses: pxelinux.0"),
    row("kea-uefi", UEFI, "Kea gives the addresses: syslinux.efi"),
    row("next-server-bios", BIOS, "ISC dhcpd names itself in siaddr and option 66, and no file: our pxelinux.0"),
    row(
      "file-uefi",
      UEFI,
      "ISC dhcpd names itself in siaddr and option 66, and a boot file in the header: our syslinux.efi",
    ),
    row("file-bios", BIOS, "ISC dhcpd names a boot file in the header", IPXE_FIRST),
    row("option-67-bios", BIOS, "ISC dhcpd names a boot file in option 67", IPXE_FIRST),
    row(
      "option-60-bios",
      BIOS,
      "ISC dhcpd says PXEClient in option 60",
      "iPXE takes the router for the PXE server (B06).",
    ),
    row(
      "option-60-uefi",
      UEFI,
      "ISC dhcpd says PXEClient in option 60",
      "edk2 takes the router for the PXE server (B02).",
    ),
  ],
  parts: MEETINGS.map(({ id }) => `net-router-${id}`),
  async run(lab) {
    const site = await build(lab);
    const wanted = MEETINGS.filter(({ id }) => lab.part(`net-router-${id}`));
    // Each verdict comes with the silence after its machine: all are awaited at once.
    const verdicts: (() => Promise<unknown>)[] = [];
    for (const { id, last, words, failure } of wanted) {
      const router = await (words === "kea" ? startKea(lab, site.router) : startDhcpd(lab, site.router, words));
      if (failure === undefined) await boots(lab, site, id, last);
      else verdicts.push(await fails(lab, site, id, last, ...failure));
      await router.stop();
    }
    for (const reported of verdicts) await reported();
  },
};

async function build(lab: Lab): Promise<Site> {
  const lan = await addSwitch(lab, "lan");
  const router = await addHost(lab, "router");
  await plugIn(router, lan, { interface: "eth0", addresses: [`${ROUTER}/24`, `${ipv6Prefix(11)}1/64`] });
  const bootServer = await addHost(lab, "boot");
  await plugIn(bootServer, lan, { addresses: [`${BOOT_SERVER}/24`] });
  const capture = await startCapture(lab, lan);
  lab.afterwards(() => obeysLaws([capture], BOOT_SERVER));
  await startDnsmasq(lab, router, { lines: advertisementLines(11), ports: [] });
  const tree = { ...BIOS_MEMTEST, ...UEFI_SYSLINUX };
  const bootlace = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n", tree });
  return { lan, router, bootServer, bootlace };
}

const mac = (last: number) => `52:54:00:ae:0e:0${last}`;

function switchOn(lab: Lab, { lan }: Site, id: string, last: number) {
  const options = { mac: mac(last), name: `m${last}` };
  return id.endsWith("-bios") ? startBios(lab, lan, options) : startUefi(lab, lan, options);
}

/** Boots a machine from our files. */
async function boots(lab: Lab, site: Site, id: string, last: number): Promise<void> {
  const machine = await switchOn(lab, site, id, last);
  const [shown] = await machine.output.until(/PXELINUX 6\.04|NBP file downloaded successfully/, 180);
  lab.row(`net-router-${id}`, shown, machine.age());
  await machine.stop("SIGKILL");
}

/** Sees a machine fail with this text. Gives what waits for Bootlace to say why. */
async function fails(
  lab: Lab,
  site: Site,
  id: string,
  last: number,
  text: RegExp,
  verdict: string,
): Promise<() => Promise<unknown>> {
  const machine = await switchOn(lab, site, id, last);
  const [shown] = await machine.output.until(text, 180);
  lab.row(`net-router-${id}`, shown, machine.age());
  await machine.stop("SIGKILL");
  const expected = { mac: mac(last), verdict, confidence: ["likely", "certain"], seconds: 90 };
  return () => verdictReported(lab, site.bootServer, site.bootlace, expected);
}
