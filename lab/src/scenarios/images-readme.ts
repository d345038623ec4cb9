import { linkSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBootlace } from "../bootlace.ts";
import { readyImage } from "../discs/offered.ts";
import { runImage } from "../discs/run-images.ts";
import { must } from "../failure.ts";
import { buildHomeLan, ROUTER } from "../home-lan.ts";
import { initJson } from "../init.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { Switch } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { type Machine, startBios, startUefi } from "../qemu.ts";
import { commandsUnder } from "../readme.ts";
import type { BootRow } from "../record/rows.ts";

const README = fileURLToPath(new URL("../../../README.md", import.meta.url));
const LOGIN = /live-system login:/;
const UP = "\u001b[A";
const MEMORY = 1280;
const BIOS = "page-readme-iso-bios";
const UEFI = "page-readme-iso-uefi";

const row = (id: string, machine: string, boots: string): BootRow => ({
  id,
  section: "Disc images",
  machine: `${machine}, ${MEMORY} MiB`,
  boots,
});

/** Up from the local disk, which is last in the menu and starts by itself; then the first entry of the image. */
async function chooseImage({ output, write }: Machine, menu: RegExp, entry: RegExp): Promise<void> {
  await output.until(menu, 240);
  write(UP);
  write("\r");
  await output.until(entry, 60);
  write("\r");
}

export const imagesReadme: Scenario = {
  name: "images-readme",
  proves: "after bootlace init the README's one command, cp, brings a disc image into the menus of BIOS and UEFI",
  rows: [
    row(
      BIOS,
      "SeaBIOS, iPXE ROM, virtio-net",
      "`bootlace init`, the README's `cp` → pxelinux.0 → its menu → the image",
    ),
    row(UEFI, "OVMF, virtio-net", "`bootlace init`, the README's `cp` → snponly.efi → its menu → the image"),
  ],
  parts: [BIOS, UEFI],
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    await runOk(lab, bootServer.netns, locate("ip"), ["route", "add", "default", "via", ROUTER]);
    const folder = join(lab.folder, bootServer.role);
    await initJson(lab, bootServer, "--yes", folder);
    const server = await startBootlace(lab, bootServer, {});
    const [line = "", ...more] = commandsUnder(readFileSync(README, "utf8"), "Boot an ISO");
    const [, file = ""] = /^cp (\S+\.iso) boot\/images\/$/.exec(line) ?? [];
    must(file !== "" && more.length === 0, `the README does not say to copy one image: ${line}, ${more}`);
    linkSync(await runImage(lab, bootServer, "debian-live"), join(folder, file));
    await runOk(lab, bootServer.netns, "/bin/sh", ["-ec", line], { cwd: folder });
    lab.proof(`${line}: ${await readyImage(lab, server, file.replace(/\.iso$/, ""))}`);
    await Promise.all([lab.part(BIOS) && bios(lab, lan), lab.part(UEFI) && uefi(lab, lan)]);
  },
};

async function bios(lab: Lab, lan: Switch): Promise<void> {
  const machine = await startBios(lab, lan, { mac: "52:54:00:ae:28:01", nic: "virtio-net-pci", memory: MEMORY });
  await chooseImage(machine, /Automatic boot in \d+ second/, /Back/);
  lab.row(BIOS, (await machine.output.until(LOGIN, 420))[0], machine.age());
  await machine.stop("SIGKILL");
}

async function uefi(lab: Lab, lan: Switch): Promise<void> {
  const machine = await startUefi(lab, lan, { mac: "52:54:00:ae:28:02", memory: MEMORY });
  await chooseImage(machine, /Boot from the local disk/, /Back/);
  lab.row(UEFI, (await machine.output.until(LOGIN, 420))[0], machine.age());
  await machine.stop("SIGKILL");
}
