import { startBootlace } from "../bootlace.ts";
import { readDhcp } from "../bootp.ts";
import { startCapture } from "../capture.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, ROUTER } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { isDhcpReply } from "../lan-laws.ts";
import { addHost, addSwitch, configure, plugIn, setKernel } from "../namespaces.ts";
import { startDhcrelay } from "../peers.ts";
import { startBios, startUefi } from "../qemu.ts";
import { advertisementLines, ipv6Prefix, startDnsmasq } from "../router.ts";
import { BIOS_MEMTEST, UEFI_SYSLINUX } from "../tree.ts";

const RELAY_INSIDE = "192.168.12.1";
const RELAY_OUTSIDE = "192.168.11.254";

export const relay: Scenario = {
  name: "relay",
  proves: "machines on a second segment boot through a relay (ISC dhcrelay, with option 82)",
  rows: [
    {
      id: "net-relay-bios",
      section: "Networks",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots: "behind ISC dhcrelay with option 82: pxelinux.0",
    },
    {
      id: "net-relay-uefi",
      section: "Networks",
      machine: "OVMF, virtio-net",
      boots: "behind ISC dhcrelay with option 82: syslinux.efi",
    },
  ],
  async run(lab) {
    const far = "dhcp-range=192.168.12.50,192.168.12.99,255.255.255.0,1h";
    const { lan, router, bootServer, capture } = await buildHomeLan(lab, { routerLines: [far] });
    const segment = await addSwitch(lab, "segment");
    const between = await addHost(lab, "relay");
    await plugIn(between, lan, { interface: "eth0", addresses: [`${RELAY_OUTSIDE}/24`] });
    await plugIn(between, segment, { interface: "eth1", addresses: [`${RELAY_INSIDE}/24`, `${ipv6Prefix(12)}1/64`] });
    await startDnsmasq(lab, between, { lines: advertisementLines(12), ports: [] });
    await setKernel(between, "net.ipv4.ip_forward=1");
    for (const host of [router, bootServer])
      await configure(host, "route", "add", "192.168.12.0/24", "via", RELAY_OUTSIDE);
    const inside = await startCapture(lab, segment);
    await startBootlace(lab, bootServer, { yaml: YAML, tree: { ...BIOS_MEMTEST, ...UEFI_SYSLINUX } });
    await startDhcrelay(lab, between, { downstream: "eth1", upstream: "eth0", servers: [ROUTER, BOOT_SERVER] });

    const bios = await startBios(lab, segment, { mac: "52:54:00:ae:00:51" });
    await bios.output.until(new RegExp(`Next server: ${BOOT_SERVER}`), 180);
    lab.row("net-relay-bios", (await bios.output.until(/PXELINUX 6\.04/, 180))[0], bios.age());
    await bios.stop("SIGKILL");
    const uefi = await startUefi(lab, segment, { mac: "52:54:00:ae:00:52" });
    await uefi.output.until(new RegExp(`Server IP address is ${BOOT_SERVER}`), 180);
    lab.row("net-relay-uefi", (await uefi.output.until(/NBP file downloaded successfully/, 180))[0], uefi.age());

    const replies = (await capture.datagrams()).filter((datagram) => isDhcpReply(datagram, BOOT_SERVER));
    const relayed = replies.filter((datagram) => readDhcp(datagram.payload)?.giaddr === RELAY_INSIDE);
    must(relayed.length > 0, "no reply of Bootlace went to the relay");
    for (const reply of relayed) {
      const where = `${reply.destination}:${reply.destinationPort}`;
      must(
        where === `${RELAY_INSIDE}:67`,
        `a reply to a relayed request went to ${where}, not to giaddr:67 (RFC 2131 4.1)`,
      );
      // dhcrelay -a puts its circuit into option 82, which must come back (RFC 3046 section 2.2).
      must(readDhcp(reply.payload)?.options.has(82) === true, "a reply to a relayed request lacks option 82");
    }
    lab.proof(`${relayed.length} replies to ${RELAY_INSIDE}:67 with option 82`);
    const asked = (await inside.datagrams()).some((datagram) => datagram.destinationPort === 69);
    must(asked, "no file was asked for on the far segment");
  },
};

const YAML = `root: ./boot
dhcp:
  relays: ${RELAY_INSIDE}
`;
