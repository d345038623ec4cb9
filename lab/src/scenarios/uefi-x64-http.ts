import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { followPage } from "../doc-page.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { httpGaps } from "../http-log.ts";
import { eventually, type Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";

const MAC = "52:54:00:ae:03:01";

export const uefiX64Http: Scenario = {
  name: "uefi-x64-http",
  proves: "OVMF's HTTP Boot takes the URL of our offer; shim and GRUB come over HTTP and run",
  rows: [
    {
      id: "uefi-x64-http-shim-grub",
      section: "UEFI HTTP Boot",
      machine: "OVMF, virtio-net",
      boots: "URL in our offer → shim → GRUB, both by HTTP",
    },
  ],
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const folder = join(lab.folder, "boot");
    mkdirSync(folder);
    await followPage(lab, bootServer, folder, "how-to/http-boot.md", "Nothing to set");
    const bootlace = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n" });
    const machine = await startUefi(lab, lan, { mac: MAC, http: true });
    const url = `http://${BOOT_SERVER}:8069/efi/bootx64.efi`;
    lab.proof((await machine.output.until(/Start HTTP Boot over IPv4/, 120))[0]);
    lab.proof((await machine.output.until(/URI: (\S+)/, 60))[1] ?? "");
    const [shown] = await machine.output.until(/Welcome to GRUB!/, 90);
    lab.row("uefi-x64-http-shim-grub", shown, machine.age());
    const offer = bootlace.records().find(({ event, mac }) => event === "dhcp.offer" && mac === MAC);
    must(offer?.bootFile === url && offer.arch === "x64-uefi-http", `no offer of ${url}: ${JSON.stringify(offer)}`);
    await eventually(lab, "the log of both files", 5, () =>
      httpGaps(bootlace, ["efi/bootx64.efi", "efi/grubx64.efi"]).length === 0 ? true : undefined,
    );
    lab.proof("logged: OFFER with the URL, efi/bootx64.efi and efi/grubx64.efi over HTTP");
  },
};
