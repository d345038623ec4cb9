import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { followPage, pageBlock } from "../doc-page.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, type HomeLan } from "../home-lan.ts";
import { httpComplete, httpGaps } from "../http-log.ts";
import { makeIso } from "../iso.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import { verdictReported } from "../verdicts.ts";

const MAC = "52:54:00:ae:03:01";
const PAGE = "how-to/http-boot.md";
/** The machine that the page gives an image. */
const ISO_MAC = "52:54:00:12:34:57";
const ISO = "images/boot.iso";

export const uefiX64Http: Scenario = {
  name: "uefi-x64-http",
  proves: "OVMF's HTTP Boot takes the URL of our offer: shim and GRUB come over HTTP and run, and so does a CD image",
  rows: [
    {
      id: "uefi-x64-http-shim-grub",
      section: "UEFI HTTP Boot",
      machine: "OVMF, virtio-net",
      boots: "URL in our offer → shim → GRUB, both by HTTP",
    },
    {
      id: "uefi-x64-http-grub-config",
      section: "UEFI HTTP Boot",
      machine: "OVMF, virtio-net",
      boots: "URL in our offer → shim → GRUB → grub.cfg and kernel by HTTP",
      cannot: "Debian's signed GRUB for x64 is made without its http module, and ends at its prompt.",
    },
    {
      id: "uefi-x64-http-iso",
      section: "UEFI HTTP Boot",
      machine: "OVMF, virtio-net",
      boots: "URL in our offer → CD image, held in memory → its GRUB → its kernel",
    },
  ],
  async run(lab) {
    const home = await buildHomeLan(lab);
    const folder = join(lab.folder, "boot");
    mkdirSync(folder);
    await followPage(lab, home.bootServer, folder, PAGE, "No settings needed");
    mkdirSync(join(folder, "boot/images"));
    await makeIso(lab, home.bootServer, join(folder, "boot", ISO));
    const yaml = pageBlock(PAGE, "A CD image", "yaml");
    const bootlace = await startBootlace(lab, home.bootServer, { yaml });
    await Promise.all([shimAndGrub(lab, home, bootlace), discImage(lab, home, bootlace)]);
  },
};

async function shimAndGrub(lab: Lab, { lan, bootServer }: HomeLan, bootlace: Bootlace): Promise<void> {
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

  await machine.output.until(/grub> /, 60);
  machine.write("ls (http,192.168.11.109)/\r");
  const [without] = await machine.output.until(/error: [^\n]*/, 60);
  lab.row("uefi-x64-http-grub-config", `grub> ${without}`, machine.age());
  await verdictReported(lab, bootServer, bootlace, {
    mac: MAC,
    verdict: "unclear",
    confidence: ["likely"],
    seconds: 90,
  });
  await machine.stop("SIGKILL");
}

async function discImage(lab: Lab, { lan, bootServer }: HomeLan, bootlace: Bootlace): Promise<void> {
  const machine = await startUefi(lab, lan, { mac: ISO_MAC, name: "iso", http: true, memory: 1024 });
  await machine.output.until(/URI: \S+\/images\/boot\.iso/, 180);
  await machine.output.until(/Welcome to GRUB!/, 180);
  const [shown] = await machine.output.until(/Linux version \S+/, 180);
  lab.row("uefi-x64-http-iso", shown, machine.age());
  await httpComplete(lab, bootlace, [ISO]);
  await verdictReported(lab, bootServer, bootlace, {
    mac: ISO_MAC,
    verdict: "delivered",
    confidence: ["likely"],
    seconds: 60,
  });
  await machine.stop("SIGKILL");
}
