import { startBootlace } from "../bootlace.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { startBios } from "../qemu.ts";
import { verdictReported } from "../verdicts.ts";

const MAC = "52:54:00:ae:0d:11";

const FILES = [
  "pxelinux.0",
  "ldlinux.c32",
  "pxelinux.cfg/default",
  "debian-installer/amd64/boot-screens/vesamenu.c32",
  "debian-installer/amd64/linux",
  "debian-installer/amd64/initrd.gz",
] as const;

export const biosDebian: Scenario = {
  name: "bios-debian",
  proves: "Debian's netboot tree, as its package has it, leads a BIOS machine to the installer's first screen",
  rows: [
    {
      id: "bios-debian-installer",
      section: "BIOS",
      machine: "SeaBIOS, iPXE ROM, virtio-net",
      boots: "Debian's netboot tree: pxelinux.0 → its menu → Linux and initrd → the installer",
    },
  ],
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { tree: { ".": { piece: "debianNetboot" } } });
    const machine = await startBios(lab, lan, { mac: MAC, nic: "virtio-net-pci", memory: 1024 });
    await machine.output.until(/PXELINUX 6\.04/, 180);
    // The menu is for a screen; a person on the serial line leaves it for the prompt, and names the console.
    await machine.output.until(/Press ENTER to boot or TAB to edit/, 60);
    machine.write("\u001b");
    await machine.output.until(/boot:/, 30);
    for (const word of ["install", " vga=normal", " console=ttyS0"]) {
      machine.write(word);
      // The line holds 16 characters that nobody has read yet.
      await machine.output.until(new RegExp(word), 30);
    }
    machine.write("\r");
    const [shown] = await machine.output.until(/Select a language/, 600);
    lab.row("bios-debian-installer", shown, machine.age());
    await machine.stop("SIGKILL");
    await bootlace.mustTell({ mac: MAC, architecture: "x86-bios", bootFile: FILES[0], files: FILES });
    await verdictReported(lab, bootServer, bootlace, {
      mac: MAC,
      verdict: "delivered",
      confidence: ["likely"],
      seconds: 60,
    });
  },
};
