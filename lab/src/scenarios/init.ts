import { join } from "node:path";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, ROUTER } from "../home-lan.ts";
import { bootlace, fingerprint, initJson } from "../init.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { MEMTEST, MEMTEST_MEMORY } from "../memtest.ts";
import type { Switch } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { startBios, startUefi } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";

const BIOS_MAC = "52:54:00:ae:0f:01";
const UEFI_MAC = "52:54:00:ae:0f:02";
const SECURE_MAC = "52:54:00:ae:0f:03";
/** What a BIOS machine fetches until memtest86+ runs. */
const BIOS_FILES = ["pxelinux.0", "ldlinux.c32", "pxelinux.cfg/default", "menu.c32", "libutil.c32", "memtest"];

const BIOS_BOOTS = [
  { part: "init-bios-memtest", boots: biosMemtest },
  { part: "init-bios-local", boots: biosLocal },
];
const UEFI_BOOTS = [
  { part: "uefi-x64-snponly-memtest", boots: uefiMemtest },
  { part: "init-uefi-next-device", boots: uefiNext },
];

export const init: Scenario = {
  name: "init",
  proves: "bootlace init makes, of Debian's packages, a folder from which BIOS and UEFI machines boot memtest86+",
  rows: [
    ...bootRows("By the pages", "SeaBIOS, iPXE ROM, e1000", {
      "init-bios-memtest": "`bootlace init`: pxelinux.0 → its menu → memtest86+",
      "init-bios-local": "`bootlace init`: pxelinux.0 → its menu → the local disk",
    }),
    ...bootRows("UEFI x64", "OVMF, virtio-net", {
      "uefi-x64-snponly-memtest": "bootlace init: snponly.efi → menu script by HTTP → memtest86+ by HTTP",
    }),
    ...bootRows("By the pages", "OVMF, virtio-net", {
      "init-uefi-next-device": "`bootlace init`: snponly.efi → iPXE's menu by HTTP → the next device",
    }),
  ],
  parts: [...BIOS_BOOTS, ...UEFI_BOOTS].map(({ part }) => part),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    await runOk(lab, bootServer.netns, locate("ip"), ["route", "add", "default", "via", ROUTER]);
    const folder = join(lab.folder, bootServer.role);

    const made = await initJson(lab, bootServer, "--yes", folder);
    const network = { interface: "eth0", address: BOOT_SERVER, subnet: "192.168.11.0/24", router: ROUTER };
    must(
      JSON.stringify(made.networks) === JSON.stringify([network]),
      `init found the networks ${JSON.stringify(made.networks)}`,
    );
    must(made.missing.needed.length === 0, `init misses ${JSON.stringify(made.missing.needed)}`);
    must(
      made.files.every(({ status }) => status === "made"),
      `not all was made: ${JSON.stringify(made.files)}`,
    );
    lab.proof(`${made.files.length} files made; network ${network.subnet}, router ${ROUTER}`);
    const config = join(folder, "bootlace.yaml");
    lab.proof((await bootlace(lab, bootServer, "check", config)).trim());

    const before = fingerprint(folder);
    const again = await initJson(lab, bootServer, "--yes", folder);
    must(
      again.files.every(({ status }) => status === "kept"),
      `the second run says ${JSON.stringify(again.files)}`,
    );
    must(fingerprint(folder) === before, "the second run has changed a file");
    lab.proof(`second run: ${again.files.length} files kept, not a byte changed`);

    const server = await startBootlace(lab, bootServer, {});
    // Two at once: a machine is emulated by one core.
    await Promise.all(
      [BIOS_BOOTS, UEFI_BOOTS].map(async (boots) => {
        for (const { boots: one } of boots.filter(({ part }) => lab.part(part))) await one(lab, lan, server);
      }),
    );
  },
};

async function biosMemtest(lab: Lab, lan: Switch, server: Bootlace): Promise<void> {
  const bios = await startBios(lab, lan, { mac: BIOS_MAC });
  await bios.output.until(/Automatic boot in \d+ seconds/, 180);
  bios.write("s\r");
  lab.row("init-bios-memtest", (await bios.output.until(MEMTEST, 180))[0], bios.age());
  const files = BIOS_FILES.map((name) => `pxelinux/${name}`);
  await server.mustTell({ mac: BIOS_MAC, architecture: "x86-bios", bootFile: "pxelinux/pxelinux.0", files });
  await bios.stop("SIGKILL");
}

async function biosLocal(lab: Lab, lan: Switch): Promise<void> {
  const local = await startBios(lab, lan, { mac: BIOS_MAC, name: "bios-local" });
  await local.output.until(/Automatic boot in \d+ seconds/, 180);
  local.write("l\r");
  lab.row("init-bios-local", (await local.output.until(/Booting from Hard Disk/, 60))[0], local.age());
  await local.stop("SIGKILL");
}

async function uefiMemtest(lab: Lab, lan: Switch): Promise<void> {
  const uefi = await startUefi(lab, lan, { mac: UEFI_MAC, screen: true, memory: MEMTEST_MEMORY });
  await uefi.output.until(/shown on the first serial line/, 180);
  uefi.write("s");
  lab.row("uefi-x64-snponly-memtest", (await uefi.output.until(MEMTEST, 180))[0], uefi.age());
  await uefi.stop("SIGKILL");
}

async function uefiNext(lab: Lab, lan: Switch, server: Bootlace): Promise<void> {
  const seen = (event: string) => server.records().filter((record) => record.event === event);
  const menus = () => seen("http.done").filter(({ file }) => file === "ipxe/uefi.ipxe").length;
  const verdicts = () => seen("boot.verdict").filter(({ mac }) => mac === UEFI_MAC);
  const before = { menus: menus(), verdicts: verdicts().length };
  const next = await startUefi(lab, lan, { mac: UEFI_MAC, name: "uefi-local" });
  await next.output.until(/shown on the first serial line/, 180);
  next.write("l");
  // This machine has no disk: its next device is the network card again, by HTTP.
  const [started] = await next.output.until(/BdsDxe: starting Boot\d+ "UEFI HTTPv4/, 60);
  lab.row("init-uefi-next-device", started, next.age());
  // Once for the menu that was left, once after HTTP Boot.
  await eventually(lab, "iPXE by HTTP Boot fetches its menu", 60, () => menus() >= before.menus + 2 || undefined);
  const last = await eventually(lab, "a verdict on the menu that was left", 60, () =>
    verdicts().slice(before.verdicts).at(-1),
  );
  const wrong = verdicts().find(({ verdict }) => verdict !== "delivered");
  must(wrong === undefined, `a menu was left, and Bootlace said ${String(wrong?.msg)}`);
  lab.proof(`UEFI, what was said of the menu that was left: ${String(last.msg)}`);
}

/** The router names the boot server as next server: the one place where Debian's GRUB looks for its files. */
export const initSecureBoot: Scenario = {
  name: "init-secure-boot",
  proves: "after bootlace init --secure-boot OVMF with Microsoft's keys boots shim and GRUB to init's menu",
  rows: bootRows("UEFI x64", "OVMF with Microsoft's keys, virtio-net", {
    "uefi-x64-secure-init": "bootlace init --secure-boot, Secure Boot enforced: signed shim → signed GRUB → its menu",
  }),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab, { routerLines: [`dhcp-boot=,,${BOOT_SERVER}`] });
    const folder = join(lab.folder, bootServer.role);
    await bootlace(lab, bootServer, "init", "--yes", "--secure-boot", folder);
    await bootlace(lab, bootServer, "check", join(folder, "bootlace.yaml"));
    const server = await startBootlace(lab, bootServer, {});
    const machine = await startUefi(lab, lan, { mac: SECURE_MAC, firmware: "secure" });
    lab.row("uefi-x64-secure-init", (await machine.output.until(/Boot from the local disk/, 240))[0], machine.age());
    const files = ["shimx64.efi", "grubx64.efi"].map((name) => `secure-boot/${name}`);
    const bootFile = "secure-boot/shimx64.efi";
    await server.mustTell({ mac: SECURE_MAC, architecture: "x64-uefi", bootFile, files: [...files, "grub/grub.cfg"] });
    lab.proof(`logged: ${files.join(", ")}, grub/grub.cfg`);
  },
};
