import { startBootlace } from "../bootlace.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { startUefi } from "../qemu.ts";
import type { BootTree } from "../tree.ts";

const MAC = "52:54:00:ae:00:03";
const FILES = ["shimx64.efi", "grubx64.efi", "grub/grub.cfg"] as const;
const PROOF = "GRUB read its grub.cfg from Bootlace";

export const uefiX64Grub: Scenario = {
  name: "uefi-x64-grub",
  proves: "OVMF boots Debian's shim and GRUB from Bootlace's boot tree, without a rule",
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab, { routerLines: [`dhcp-boot=,,${BOOT_SERVER}`] });
    const bootlace = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n", tree: TREE });
    const machine = await startUefi(lab, lan, { mac: MAC });
    lab.proof((await machine.output.until(/NBP file downloaded successfully/, 180))[0]);
    lab.proof((await machine.output.until(/Welcome to GRUB!/, 180))[0]);
    lab.proof((await machine.output.until(new RegExp(PROOF), 180))[0]);
    await bootlace.mustTell({ mac: MAC, architecture: "x64-uefi", bootFile: FILES[0], files: FILES });
    lab.proof(`logged: DISCOVER, OFFER, ${FILES.join(", ")}`);
  },
};

// Debian's GRUB asks the router's siaddr for its files, whatever the proxy said: hence the router's dhcp-boot line.
const TREE: BootTree = {
  "shimx64.efi": { piece: "shim" },
  "grubx64.efi": { piece: "grubNet" },
  "grub/grub.cfg": { text: `echo "${PROOF}"\nsleep 60\n` },
};
