import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, ROUTER } from "../home-lan.ts";
import { bootlace, fingerprint, initJson } from "../init.ts";
import { eventually, type Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { startBios, startUefi } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";

const BIOS_MAC = "52:54:00:ae:0f:01";
const UEFI_MAC = "52:54:00:ae:0f:02";
const SECURE_MAC = "52:54:00:ae:0f:03";
const MEMTEST = /Memtest86\+ v\d+\.\d\d/;
/** What a BIOS machine fetches until memtest86+ runs. */
const BIOS_FILES = ["pxelinux.0", "ldlinux.c32", "pxelinux.cfg/default", "menu.c32", "libutil.c32", "memtest"];

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
    lab.proof(`second run: ${again.files.length} files kept, not an octet changed`);

    const server = await startBootlace(lab, bootServer, {});
    const bios = await startBios(lab, lan, { mac: BIOS_MAC });
    await bios.output.until(/Automatic boot in \d+ seconds/, 180);
    bios.write("s\r");
    lab.row("init-bios-memtest", (await bios.output.until(MEMTEST, 180))[0], bios.age());
    const files = BIOS_FILES.map((name) => `pxelinux/${name}`);
    await server.mustTell({ mac: BIOS_MAC, architecture: "x86-bios", bootFile: "pxelinux/pxelinux.0", files });
    await bios.stop("SIGKILL");

    const uefi = await startUefi(lab, lan, { mac: UEFI_MAC, screen: true });
    await uefi.output.until(/shown on the first serial line/, 180);
    uefi.write("s");
    lab.row("uefi-x64-snponly-memtest", (await uefi.output.until(MEMTEST, 180))[0], uefi.age());
    await uefi.stop("SIGKILL");

    const local = await startBios(lab, lan, { mac: BIOS_MAC, name: "bios-local" });
    await local.output.until(/Automatic boot in \d+ seconds/, 180);
    local.write("l\r");
    lab.row("init-bios-local", (await local.output.until(/Booting from Hard Disk/, 60))[0], local.age());
    await local.stop("SIGKILL");

    const next = await startUefi(lab, lan, { mac: UEFI_MAC, name: "uefi-local" });
    await next.output.until(/shown on the first serial line/, 180);
    next.write("l");
    // This machine has no disk: its next device is the network card again, by HTTP.
    const [started] = await next.output.until(/BdsDxe: starting Boot\d+ "UEFI HTTPv4/, 60);
    lab.row("init-uefi-next-device", started, next.age());
    // Once for memtest86+, once for the menu that was left, once after HTTP Boot.
    await eventually(lab, "iPXE by HTTP Boot fetches its menu", 60, () => {
      const menus = server.records().filter(({ event, file }) => event === "http.done" && file === "ipxe/uefi.ipxe");
      return menus.length >= 3 || undefined;
    });
    const verdicts = server.records().filter(({ event, mac }) => event === "boot.verdict" && mac === UEFI_MAC);
    const wrong = verdicts.find(({ verdict }) => verdict !== "delivered");
    must(verdicts.length > 0 && wrong === undefined, `a menu was left, and Bootlace said ${String(wrong?.msg)}`);
    lab.proof(`UEFI, what was said of the menu that was left: ${String(verdicts.at(-1)?.msg)}`);
  },
};

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
