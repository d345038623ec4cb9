import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { runOk } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";

const MAC = "52:54:00:ae:05:01";
const INSTALLED = /INSTALLED SYSTEM/;

export const installOnce: Scenario = {
  name: "install-once",
  proves:
    "a machine that boots from its disk gets a one-time boot: it installs, resets itself, and boots from its disk again",
  rows: bootRows("BIOS", "SeaBIOS, iPXE ROM, e1000, with a disk", {
    "bios-install-once": "an installer's script by `bootlace next`, which resets the machine → its own disk",
  }),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, {
      yaml: YAML,
      tree: { "install.ipxe": { text: INSTALLER } },
    });
    const command = async (...words: string[]) => {
      const finished = await runOk(lab, bootServer.netns, process.execPath, [BOOTLACE_MAIN, ...words]);
      return finished.stdout.toString();
    };
    const disk = join(lab.folder, "disk.img");
    writeFileSync(disk, bootSector("INSTALLED SYSTEM\r\n"));

    await command("next", MAC, "--script", "install.ipxe");
    const machine = await startBios(lab, lan, { mac: MAC, disk, restarts: true });
    lab.proof((await machine.output.until(/INSTALLING 52:54:00:ae:05:01/, 120))[0]);
    const [shown] = await machine.output.until(INSTALLED, 120);
    lab.row("bios-install-once", shown, machine.age());
    must((await command("next")).includes("no one-time boots"), "the one-time boot was not used up");
    // The operator turns the machine off and on: nothing changes any more.
    await machine.stop("SIGKILL");
    const again = await startBios(lab, lan, { mac: MAC, disk, name: "bios-again", restarts: true });
    await again.output.until(INSTALLED, 120);
    await again.stop("SIGKILL");

    const text = [machine, again].map(({ output }) => output.text()).join("");
    must(text.split("INSTALLING").length === 2, "the installer ran more than once");
    const ignored = bootlace.records().filter(({ event, mac }) => event === "dhcp.ignored" && mac === MAC);
    must(ignored.length > 0, "after the installation the rule did not keep Bootlace silent");
    lab.proof("after the reset, and after another start, the machine came up from its disk; the installer ran once");
  },
};

const YAML = `root: ./boot
hosts:
  build-01: { mac: "${MAC}" }
boot:
  - name: from its disk
    when: { host: build-01 }
    ignore: true
`;

/** What an installer does, as far as the network is concerned: it comes up, works, and resets the machine. */
const INSTALLER = `#!ipxe
echo INSTALLING {{mac}}
sleep 2
reboot
`;

/** A disk of one sector, which prints a text by the BIOS and halts (int 10h, function 0Eh). */
function bootSector(text: string): Buffer {
  // mov si, 7C11h; lodsb; test al, al; jz +6; mov ah, 0Eh; int 10h; jmp -11; hlt; jmp -3
  const print = [0xbe, 0x11, 0x7c, 0xac, 0x84, 0xc0, 0x74, 0x06, 0xb4, 0x0e, 0xcd, 0x10, 0xeb, 0xf5];
  const code = [...print, 0xf4, 0xeb, 0xfd];
  const disk = Buffer.alloc(1024 * 1024);
  disk.set(code);
  disk.write(text, code.length, "latin1");
  disk.set([0x55, 0xaa], 510);
  return disk;
}
