import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Bootlace, startBootlace } from "../bootlace.ts";
import { readDhcp } from "../bootp.ts";
import { followPage, pageBlock } from "../doc-page.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, ROUTER } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { isDhcpReply } from "../lan-laws.ts";
import type { Host, Switch } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { type Machine, startUboot } from "../qemu.ts";
import type { BootTree } from "../tree.ts";
import { ubootHello } from "../uboot-hello.ts";
import { verdictReported } from "../verdicts.ts";

const PAGE = "how-to/u-boot.md";
const SCRIPT = "boot.scr.uimg";

// Whatever the card says, these builds of U-Boot ask with this address.
const MAC = "52:52:52:52:52:52";

/** Where the router names server and file. All boards ask with one address, so one after the other. */
const BY_NAME = [
  { part: "uboot-arm64-grub-linux", boots: arm64ByName },
  { part: "uboot-riscv64-uefi-program", boots: riscvByName },
];
/** Where U-Boot finds its script first. */
const BY_SCRIPT = [
  { part: "uboot-riscv64-script-uboot", boots: riscvByScript },
  { part: "uboot-arm32-script-linux", boots: arm32ByScript },
];

export const uboot: Scenario = {
  name: "uboot",
  proves: "U-Boot for ARM and RISC-V boots from Bootlace untouched where the router names the boot server",
  rows: [
    {
      id: "uboot-arm64-grub-linux",
      section: "Other machines",
      machine: "U-Boot for arm64, virtio-net",
      boots: "the router names server and file, nothing typed: U-Boot's UEFI → GRUB → Linux for arm64",
    },
    {
      id: "uboot-arm32-script-linux",
      section: "Other machines",
      machine: "U-Boot for 32-bit ARM, virtio-net",
      boots:
        "the router names the server, nothing typed: boot.scr.uimg → pxelinux.cfg/default-arm → Linux and initrd for armhf → the installer's first screen",
    },
    {
      id: "uboot-riscv64-uefi-program",
      section: "Other machines",
      machine: "OpenSBI, U-Boot for 64-bit RISC-V, virtio-net",
      boots: "the router names server and file, nothing typed: U-Boot's UEFI → a UEFI program",
    },
    {
      id: "uboot-riscv64-script-uboot",
      section: "Other machines",
      machine: "OpenSBI, U-Boot for 64-bit RISC-V, virtio-net",
      boots: "the router names the server, nothing typed: boot.scr.uimg → pxelinux.cfg/default-riscv → another U-Boot",
    },
  ],
  parts: [...BY_NAME, ...BY_SCRIPT].map(({ part }) => part),
  async run(lab) {
    const routerLines = pageBlock(PAGE, "As UEFI firmware", "dnsmasq").trim().split("\n");
    const { lan, bootServer } = await buildHomeLan(lab, { routerLines: [...routerLines, ...RISCV_LINES] });
    mkdirSync(join(lab.folder, bootServer.role, "boot"), { recursive: true });
    writeFileSync(join(lab.folder, bootServer.role, "boot", RISCV_FILE), ubootHello());
    const bootlace = await startBootlace(lab, bootServer, { tree: NAMED });

    for (const { boots } of BY_NAME.filter(({ part }) => lab.part(part))) await boots(lab, lan, bootlace);
    const scripted = BY_SCRIPT.filter(({ part }) => lab.part(part));
    if (scripted.length === 0) return;
    // With a script U-Boot does not come as far as UEFI.
    await followPage(lab, bootServer, bootlace.folder, PAGE, "The script");
    await packSecondUboot(lab, bootServer, bootlace);
    for (const { boots } of scripted) await boots(lab, lan, bootlace);
  },
};

async function arm64ByName(lab: Lab, lan: Switch, bootlace: Bootlace): Promise<void> {
  const arm64 = await startUboot(lab, lan, { mac: MAC, name: "arm64", board: "arm64" });
  lab.proof((await arm64.output.until(/Booting \S*grubaa64.efi/, 120))[0]);
  lab.proof((await arm64.output.until(/Welcome to GRUB!/, 120))[0]);
  await linuxRuns(lab, arm64, "uboot-arm64-grub-linux");
  await served(lab, bootlace, ["debian-installer/arm64/grubaa64.efi", "debian-installer/arm64/linux"]);
}

async function riscvByName(lab: Lab, lan: Switch, bootlace: Bootlace): Promise<void> {
  const efi = await startUboot(lab, lan, { mac: MAC, name: "riscv64-efi", board: "riscv64" });
  const [hello] = await efi.output.until(/Hello, world!/, 120);
  lab.row("uboot-riscv64-uefi-program", hello, efi.age());
  lab.proof((await efi.output.until(/Running on UEFI \S+/, 10))[0]);
  await efi.stop("SIGKILL");
  await served(lab, bootlace, [RISCV_FILE]);
  const offer = bootlace.records().find(({ event, arch }) => event === "dhcp.offer" && arch === "riscv64-uefi");
  must(offer?.bootFile === RISCV_FILE, `it was offered something else: ${JSON.stringify(offer)}`);
}

async function riscvByScript(lab: Lab, lan: Switch, bootlace: Bootlace): Promise<void> {
  const riscv = await startUboot(lab, lan, { mac: MAC, name: "riscv64", board: "riscv64" });
  await riscv.output.until(/U-Boot 20/, 60);
  lab.proof((await riscv.output.until(/Retrieving file: pxelinux.cfg\/default-riscv/, 60))[0]);
  lab.proof((await riscv.output.until(/Starting kernel/, 60))[0]);
  const [second] = await riscv.output.until(/U-Boot 20\S+/, 60);
  lab.row("uboot-riscv64-script-uboot", second, riscv.age());
  await riscv.stop("SIGKILL");
  await served(lab, bootlace, [SCRIPT, "pxelinux.cfg/default-riscv", "uboot.uimg"]);
}

async function arm32ByScript(lab: Lab, lan: Switch, bootlace: Bootlace): Promise<void> {
  const config = pageBlock(PAGE, "The script", "pxelinux");
  writeFileSync(join(bootlace.folder, "boot/pxelinux.cfg/default-arm"), `${config}  initrd initrd.gz\n`);
  const arm32 = await startUboot(lab, lan, { mac: MAC, name: "arm32", board: "arm32" });
  lab.proof((await arm32.output.until(/Retrieving file: pxelinux.cfg\/default-arm/, 60))[0]);
  lab.proof((await arm32.output.until(/Linux version \S+/, 240))[0]);
  const [screen] = await arm32.output.until(/Select a language/, 600);
  lab.row("uboot-arm32-script-linux", screen, arm32.age());
  await arm32.stop("SIGKILL");
  await served(lab, bootlace, [SCRIPT, "vmlinuz", "initrd.gz"]);
}

export const ubootAlone: Scenario = {
  name: "uboot-alone",
  proves:
    "U-Boot drops our offer, and the verdict says so; once its environment names the script, it boots beside any router",
  rows: [
    {
      id: "uboot-arm64-proxy-offer",
      section: "Other machines",
      machine: "U-Boot for arm64, virtio-net",
      boots: "the router only gives addresses: our offer names server and file",
      cannot:
        "U-Boot drops offers without an address (`yiaddr` 0) unless built with `SERVERIP_FROM_PROXYDHCP`, which Debian's is not; it asks the router. [What helps](how-to/u-boot.md).",
    },
    {
      id: "check-uboot-arm64",
      section: "Boot check",
      machine: "U-Boot for arm64, virtio-net",
      boots: "the boot check by TFTP, started by `bootefi` → back to the prompt at a key",
    },
    {
      id: "uboot-arm64-own-setting",
      section: "Other machines",
      machine: "U-Boot for arm64, virtio-net",
      boots:
        "the router only gives addresses: `boot_script_dhcp` set once → boot.scr.uimg → pxelinux.cfg/01-MAC → Linux",
    },
  ],
  async run(lab) {
    const { lan, bootServer, capture } = await buildHomeLan(lab, { vendorClasses: ["U-Boot"] });
    const yaml = pageBlock(PAGE, "Builds that accept proxyDHCP", "yaml");
    const bootlace = await startBootlace(lab, bootServer, { yaml, tree: { vmlinuz: { piece: "arm64Linux" } } });
    await followPage(lab, bootServer, bootlace.folder, PAGE, "The script");
    const config = pageBlock(PAGE, "The script", "pxelinux");
    writeFileSync(join(bootlace.folder, "boot", "pxelinux.cfg", `01-${MAC.replaceAll(":", "-")}`), config);

    const machine = await startUboot(lab, lan, { mac: MAC, board: "arm64" });
    await machine.output.until(/Hit any key to stop autoboot/, 60);
    machine.write("\r");
    await machine.output.until(/=> /, 30);
    machine.write("dhcp\r");
    const [asks] = await machine.output.until(/TFTP from server [\d.]+/, 60);
    must(asks.endsWith(` ${ROUTER}`), `U-Boot heeded somebody else: ${asks}`);
    const [name] = await machine.output.until(/Filename '[^']+'/, 10);
    lab.row("uboot-arm64-proxy-offer", `${asks}, ${name}`, machine.age());
    const offered = (await capture.datagrams())
      .filter((datagram) => isDhcpReply(datagram, BOOT_SERVER))
      .map(({ payload }) => readDhcp(payload))
      .filter((reply) => reply?.yiaddr === "0.0.0.0" && reply.siaddr === BOOT_SERVER && reply.file === SCRIPT);
    must(offered.length > 0, "no offer of ours is in the capture");
    await verdictReported(lab, bootServer, bootlace, { mac: MAC, verdict: "B06", confidence: ["likely"], seconds: 60 });

    machine.write("\u0003");
    const program = "bootlace-check/arm64-uefi.efi";
    for (const line of [`tftpboot \${kernel_addr_r} ${BOOT_SERVER}:${program}`, `bootefi \${kernel_addr_r}`]) {
      await machine.output.until(/=> /, 60);
      machine.write(`${line}\r`);
    }
    const [check] = await machine.output.until(/Network boot works: this program came over the network and runs\./, 60);
    lab.row("check-uboot-arm64", check, machine.age());
    await machine.output.until(/Press a key for the next boot device/, 30);
    machine.write(" ");

    for (const line of pageBlock(PAGE, "U-Boot names the server", "uboot").trim().split("\n")) {
      await machine.output.until(/=> /, 30);
      machine.write(`${line}\r`);
    }
    lab.proof((await machine.output.until(/Retrieving file: pxelinux.cfg\/01-\S+/, 120))[0]);
    await linuxRuns(lab, machine, "uboot-arm64-own-setting");
    await served(lab, bootlace, [SCRIPT, "vmlinuz"]);
  },
};

async function linuxRuns(lab: Lab, machine: Machine, row: string): Promise<void> {
  const [linux] = await machine.output.until(/Linux version \S+/, 240);
  lab.row(row, linux, machine.age());
  await machine.stop("SIGKILL");
}

async function served(lab: Lab, bootlace: Bootlace, files: readonly string[]): Promise<void> {
  for (const wanted of files) {
    await eventually(lab, `${wanted} in the log`, 5, () =>
      bootlace.records().find(({ event, file }) => event === "tftp.done" && String(file).replace(/^\//, "") === wanted),
    );
  }
}

const RISCV_FILE = "bootriscv64.efi";
// dnsmasq takes the last line that fits.
const RISCV_LINES = [
  "dhcp-vendorclass=set:riscv,PXEClient:Arch:00027",
  `dhcp-boot=tag:riscv,${RISCV_FILE},,${BOOT_SERVER}`,
];

/** There is no kernel for RISC-V in this Debian: U-Boot itself is packed as one, for `bootm`. */
async function packSecondUboot(lab: Lab, host: Host, { folder }: Bootlace): Promise<void> {
  const image = join(folder, "boot", "uboot.uimg");
  mkdirSync(dirname(image), { recursive: true });
  const kind = ["-A", "riscv", "-O", "linux", "-T", "kernel", "-C", "none", "-a", RISCV_BASE, "-e", RISCV_BASE];
  await runOk(lab, host.netns, locate("mkimage"), [...kind, "-d", locate("ubootRiscv64"), image]);
}

/** Where U-Boot for RISC-V is built to begin. */
const RISCV_BASE = "0x80200000";

const NAMED: BootTree = {
  "debian-installer/arm64/grubaa64.efi": { piece: "arm64Grub" },
  "debian-installer/arm64/linux": { piece: "arm64Linux" },
  "debian-installer/arm64/grub/grub.cfg": {
    text: "linux /debian-installer/arm64/linux console=ttyAMA0 earlycon\nboot\n",
  },
  vmlinuz: { piece: "armhfLinux" },
  "initrd.gz": { piece: "armhfInitrd" },
  "pxelinux.cfg/default-riscv": { text: "default second\nlabel second\n  kernel uboot.uimg\n" },
};
