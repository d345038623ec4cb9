import { startBootlace } from "../bootlace.ts";
import { optionText, readDhcp } from "../bootp.ts";
import type { Capture } from "../capture.ts";
import { must } from "../failure.ts";
import { buildLan, obeysLaws } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { isDhcpReply } from "../lan-laws.ts";
import { addHost, plugIn } from "../namespaces.ts";
import type { Datagram } from "../pcap.ts";
import { startBios, startUefi } from "../qemu.ts";
import { BIOS_MEMTEST, UEFI_SYSLINUX } from "../tree.ts";

const HOME = "192.168.11.109";
const WORKSHOP = "192.168.12.109";
const UDP_PORTS = new Set([67, 4011]);

export const twoLans: Scenario = {
  name: "two-lans",
  proves: "one Bootlace on two LANs boots a machine on each, and names the right address on each",
  rows: [
    {
      id: "net-two-lans-bios",
      section: "Networks",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots: "first of two LANs of one Bootlace: pxelinux.0",
    },
    {
      id: "net-two-lans-uefi",
      section: "Networks",
      machine: "OVMF, virtio-net",
      boots: "second of two LANs of one Bootlace: syslinux.efi → memtest86+ loaded",
    },
  ],
  async run(lab) {
    const home = await buildLan(lab, 11, "-home");
    const workshop = await buildLan(lab, 12, "-workshop");
    const bootServer = await addHost(lab, "boot");
    await plugIn(bootServer, home.lan, { interface: "eth0", addresses: [`${HOME}/24`] });
    await plugIn(bootServer, workshop.lan, { interface: "eth1", addresses: [`${WORKSHOP}/24`] });
    await startBootlace(lab, bootServer, { yaml: "root: ./boot\n", tree: { ...BIOS_MEMTEST, ...UEFI_SYSLINUX } });

    const bios = await startBios(lab, home.lan, { mac: "52:54:00:ae:00:21" });
    const uefi = await startUefi(lab, workshop.lan, { mac: "52:54:00:ae:00:22" });
    await bios.output.until(new RegExp(`Next server: ${HOME}`), 180);
    lab.row("net-two-lans-bios", (await bios.output.until(/PXELINUX 6\.04/, 180))[0], bios.age());
    await uefi.output.until(new RegExp(`Server IP address is ${WORKSHOP}`), 180);
    lab.row("net-two-lans-uefi", (await uefi.output.until(/Loading memtest\.bin\.\.\. ok/, 180))[0], uefi.age());

    const captures = [home.capture, workshop.capture];
    const counts = [await onlyOwnAddress(home.capture, HOME), await onlyOwnAddress(workshop.capture, WORKSHOP)];
    lab.proof(`DHCP replies with the LAN's own address: ${counts.join(" and ")}, none with the other's`);
    await obeysLaws(captures, HOME);
    await obeysLaws(captures, WORKSHOP);
  },
};

/** Counts the proxy's replies on a LAN; throws a LabFailure for one that leaves by or names another address. */
async function onlyOwnAddress(capture: Capture, own: string): Promise<number> {
  const datagrams = await capture.datagrams();
  const other = own === HOME ? WORKSHOP : HOME;
  const stray = datagrams.find((datagram) => isDhcpReply(datagram, other) || names(datagram, other));
  must(stray === undefined, `${other} is named on the LAN of ${own}, at ${stray?.time}`);
  const replies = datagrams.filter((datagram) => isDhcpReply(datagram, own));
  for (const reply of replies) {
    const message = readDhcp(reply.payload);
    must(message?.siaddr === own, `a reply on the LAN of ${own} has siaddr ${message?.siaddr}`);
    must(optionText(message, 66) === own, `a reply on the LAN of ${own} has option 66 ${optionText(message, 66)}`);
  }
  must(replies.length > 0, `nothing from ${own} on its LAN`);
  return replies.length;
}

function names(datagram: Datagram, address: string): boolean {
  if (!UDP_PORTS.has(datagram.sourcePort)) return false;
  const bytes = Buffer.from(address.split(".").map(Number));
  const payload = Buffer.from(datagram.payload);
  return payload.includes(bytes) || payload.includes(address, 0, "latin1");
}
