import { startBootlace } from "../bootlace.ts";
import { pageBlock } from "../doc-page.ts";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import { httpComplete } from "../http-log.ts";
import { eventually, type Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";

const PXE_MAC = "52:54:00:ae:00:23";
const HTTP_MAC = "52:54:00:ae:00:24";

const BY_PXE = "uefi-x64-snponly-grub-linux";
const BY_HTTP = "uefi-x64-http-snponly-linux";

export const uefiX64Ipxe: Scenario = {
  name: "uefi-x64-ipxe",
  proves:
    "beside a plain router OVMF boots snponly.efi, its script leads GRUB to Bootlace, and iPXE boots a kernel by HTTP",
  rows: [
    {
      id: BY_PXE,
      section: "UEFI x64",
      machine: "OVMF, virtio-net",
      boots: "snponly.efi → script by HTTP that sets the next server → GRUB → Debian's kernel, beside a plain router",
    },
    {
      id: BY_HTTP,
      section: "UEFI HTTP Boot",
      machine: "OVMF, virtio-net",
      boots: "URL in our offer → snponly.efi → script → Debian's kernel, all by HTTP",
    },
  ],
  parts: [BY_PXE, BY_HTTP],
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: tree() });
    const scriptOf = (mac: string) =>
      eventually(lab, `the script of ${mac} in the log`, 5, () =>
        bootlace
          .records()
          .find(
            ({ event, mac: whose, file }) => event === "http.done" && whose === mac && String(file).endsWith(".ipxe"),
          ),
      );

    const byPxe = async () => {
      const machine = await startUefi(lab, lan, { mac: PXE_MAC, name: "pxe", memory: 1024 });
      await machine.output.until(/NBP file downloaded successfully/, 180);
      await machine.output.until(/Welcome to GRUB!/, 180);
      const [shown] = await machine.output.until(/Linux version \S+/, 300);
      lab.row(BY_PXE, shown, machine.age());
      const files = ["snponly.efi", "grubx64.efi", "grub/grub.cfg", "linux"];
      await bootlace.mustTell({ mac: PXE_MAC, architecture: "x64-uefi", bootFile: "snponly.efi", files });
      lab.proof(`logged: ${files.join(", ")} by TFTP, ${String((await scriptOf(PXE_MAC)).file)} by HTTP`);
      await machine.stop("SIGKILL");
    };
    const byHttp = async () => {
      const machine = await startUefi(lab, lan, { mac: HTTP_MAC, name: "http", http: true, memory: 1024 });
      await machine.output.until(/URI: \S+snponly\.efi/, 180);
      const [shown] = await machine.output.until(/Linux version \S+/, 300);
      lab.row(BY_HTTP, shown, machine.age());
      must((await scriptOf(HTTP_MAC)).file === "linux.ipxe", "another script was fetched");
      await httpComplete(lab, bootlace, ["snponly.efi", "linux"]);
      await machine.stop("SIGKILL");
    };
    await Promise.all([lab.part(BY_PXE) && byPxe(), lab.part(BY_HTTP) && byHttp()]);
  },
};

const YAML = `root: ./boot
boot:
  - when: { firmware: ipxe, mac: "${PXE_MAC}" }
    script: grub.ipxe
  - when: { firmware: ipxe }
    script: linux.ipxe
  - file: snponly.efi
`;

const tree = (): BootTree => ({
  "snponly.efi": { piece: "snponly" },
  "grubx64.efi": { piece: "grubNet" },
  "grub.ipxe": { text: pageBlock("how-to/ipxe.md", "GRUB after iPXE", "ipxe") },
  "grub/grub.cfg": { text: "linux /linux console=ttyS0,115200\nboot\n" },
  "linux.ipxe": { text: "#!ipxe\nkernel {{base_url}}/linux console=ttyS0,115200\nboot\n" },
  linux: { piece: "debianLinux" },
});
