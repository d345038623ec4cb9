import { startBootlace } from "../bootlace.ts";
import { startCapture } from "../capture.ts";
import { BOOT_SERVER, obeysLaws, ROUTER } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { addHost, addSwitch, plugIn } from "../namespaces.ts";
import { startBios, startUefi } from "../qemu.ts";
import { ipv6Prefix, routerLines, startDnsmasq } from "../router.ts";
import { BIOS_MEMTEST, UEFI_SYSLINUX } from "../tree.ts";
import { type ExpectedVerdict, verdictReported } from "../verdicts.ts";

const mac = (last: number) => `52:54:00:ae:03:0${last}`;

export const failuresRouter: Scenario = {
  name: "failures-router",
  proves: "a silent router, one that says PXEClient and one with a boot file of its own are named as the cause",
  parts: ["router-silent", "router-says-pxeclient", "router-names-a-file"],
  async run(lab) {
    const lan = await addSwitch(lab, "lan");
    const router = await addHost(lab, "router");
    await plugIn(router, lan, { addresses: [`${ROUTER}/24`, `${ipv6Prefix(11)}1/64`] });
    const bootServer = await addHost(lab, "boot");
    await plugIn(bootServer, lan, { addresses: [`${BOOT_SERVER}/24`] });
    const capture = await startCapture(lab, lan);
    lab.afterwards(() => obeysLaws([capture], BOOT_SERVER));
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: { ...BIOS_MEMTEST, ...UEFI_SYSLINUX } });
    const reported = (expected: ExpectedVerdict) => verdictReported(lab, bootServer, bootlace, expected);

    // OVMF asks for broadcast replies: an offer of an address would have been heard.
    if (lab.part("router-silent")) {
      const alone = await startUefi(lab, lan, { mac: mac(1), name: "uefi-1" });
      await reported({ mac: mac(1), verdict: "B01", confidence: ["likely"], seconds: 120 });
      await alone.stop("SIGKILL");
    }
    const says = (...lines: string[]) =>
      startDnsmasq(lab, router, { lines: [...routerLines(11), ...lines], ports: [67] });

    // A bare option 60 beats a proxy offer without option 43 (edk2, PxeBcDhcp4.c).
    if (lab.part("router-says-pxeclient")) {
      const claiming = await says("dhcp-option-force=60,PXEClient", "dhcp-boot=other.efi");
      const claimed = await startUefi(lab, lan, { mac: mac(2), name: "uefi-2" });
      await reported({ mac: mac(2), verdict: "B02", confidence: ["certain"], seconds: 150 });
      await claimed.stop("SIGKILL");
      await claiming.stop();
    }

    // The broadcast of these replies is forced, or nobody but iPXE would see the boot file.
    if (lab.part("router-names-a-file")) {
      await says("dhcp-boot=theirs.0", "dhcp-broadcast");
      const named = await startBios(lab, lan, { mac: mac(3), name: "bios-3" });
      await reported({ mac: mac(3), verdict: "B03", confidence: ["certain"], seconds: 150 });
      await named.stop("SIGKILL");
    }
  },
};

const YAML = `root: ./boot
boot:
  - when: { arch: x64-uefi }
    file: efi/syslinux.efi
    form: server
  - when: { arch: x86-bios }
    file: pxelinux/pxelinux.0
`;
