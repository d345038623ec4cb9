import { type Bootlace, startBootlace } from "../bootlace.ts";
import { BOOT_SERVER, buildHomeLan, type HomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";
import { verdictReported } from "../verdicts.ts";

const MAC = "52:54:00:ae:00:03";
const SECURE_MAC = "52:54:00:ae:00:13";
const LOADER_FILES = ["shimx64.efi", "grubx64.efi", "grub/grub.cfg"] as const;
const PROOF = "GRUB read its grub.cfg from Bootlace";

export const uefiX64Grub: Scenario = {
  name: "uefi-x64-grub",
  proves: "OVMF boots Debian's shim, GRUB and kernel without a rule, to the installer and with Secure Boot enforced",
  rows: [
    {
      id: "uefi-x64-shim-grub-linux",
      section: "UEFI x64",
      machine: "OVMF, virtio-net",
      boots:
        "shim → GRUB → Debian's kernel and initrd → the installer's first screen; the router names the boot server",
    },
    {
      id: "uefi-x64-secure-linux",
      section: "UEFI x64",
      machine: "OVMF with Microsoft's keys, virtio-net",
      boots: "Secure Boot enforced: signed shim → signed GRUB → signed kernel",
    },
    {
      id: "uefi-x64-secure-unsigned-kernel",
      section: "UEFI x64",
      machine: "OVMF with Microsoft's keys, virtio-net",
      boots: "Secure Boot enforced: signed shim → signed GRUB → memtest86+",
      cannot: "Debian's memtest86+ is not signed, and shim refuses it.",
    },
  ],
  async run(lab) {
    // Debian's GRUB asks the router's siaddr for its files, whatever the proxy said.
    const home = await buildHomeLan(lab, { routerLines: [`dhcp-boot=,,${BOOT_SERVER}`] });
    const bootlace = await startBootlace(lab, home.bootServer, { yaml: "root: ./boot\n", tree: TREE });
    await Promise.all([toTheInstaller(lab, home, bootlace), withSecureBoot(lab, home, bootlace)]);
  },
};

async function toTheInstaller(lab: Lab, { lan }: HomeLan, bootlace: Bootlace): Promise<void> {
  const machine = await startUefi(lab, lan, { mac: MAC, memory: 1024 });
  await machine.output.until(/NBP file downloaded successfully/, 180);
  await machine.output.until(/Welcome to GRUB!/, 180);
  lab.proof((await machine.output.until(new RegExp(PROOF), 180))[0]);
  lab.proof((await machine.output.until(/Linux version \S+/, 300))[0]);
  const [shown] = await machine.output.until(/Select a language/, 300);
  lab.row("uefi-x64-shim-grub-linux", shown, machine.age());
  const files = [...LOADER_FILES, "linux", "initrd.gz"];
  await bootlace.mustTell({ mac: MAC, architecture: "x64-uefi", bootFile: files[0] ?? "", files });
  lab.proof(`logged: DISCOVER, OFFER, ${files.join(", ")}`);
  await machine.stop("SIGKILL");
}

async function withSecureBoot(lab: Lab, { lan, bootServer }: HomeLan, bootlace: Bootlace): Promise<void> {
  const machine = await startUefi(lab, lan, { mac: SECURE_MAC, name: "secure", firmware: "secure", memory: 1024 });
  await machine.output.until(/The kernel is signed/, 300);
  machine.write("m");
  const [refused] = await machine.output.until(/bad shim signature/, 120);
  lab.row("uefi-x64-secure-unsigned-kernel", refused, machine.age());
  const unsigned = { mac: SECURE_MAC, verdict: "unclear", confidence: ["likely"], seconds: 90 };
  await verdictReported(lab, bootServer, bootlace, unsigned);
  // GRUB wants a key after its error, then it shows its menu again.
  await machine.output.until(/Press any key to continue/, 60);
  machine.write("k");
  await machine.output.until(/The kernel is signed/, 60);
  machine.write("k");
  await machine.output.until(/Linux version \S+/, 300);
  const [shown] = await machine.output.until(/secureboot: Secure boot enabled/, 60);
  lab.row("uefi-x64-secure-linux", shown, machine.age());
  await machine.stop("SIGKILL");
}

const TREE: BootTree = {
  "shimx64.efi": { piece: "shim" },
  "grubx64.efi": { piece: "grubNet" },
  "memtest.efi": { piece: "memtestEfi" },
  linux: { piece: "debianLinux" },
  "initrd.gz": { piece: "debianInitrd" },
  "grub/grub.cfg": {
    text: `echo "${PROOF}"
if [ "$net_default_mac" = "${SECURE_MAC}" ]; then
  menuentry "The kernel is signed" --hotkey=k { linux /linux console=ttyS0,115200 }
  menuentry "memtest86+ is not signed" --hotkey=m { linux /memtest.efi }
else
  linux /linux console=ttyS0,115200
  initrd /initrd.gz
  boot
fi
`,
  },
};
