import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, type Bootlace, startBootlace } from "../bootlace.ts";
import { allPages, followPage, pageBlock } from "../doc-page.ts";
import { must } from "../failure.ts";
import { buildHomeLan, buildLan, FILE_SERVER, type HomeLan } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { memtestBySyslinuxEfi } from "../memtest.ts";
import { addHost, type Host, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { listening } from "../ports.ts";
import { runOk, start } from "../processes.ts";
import { startBios, startUefi } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import { type BootTree, plantTree, UEFI_SYSLINUX } from "../tree.ts";

const mac = (last: number) => `52:54:00:ae:00:5${last}`;

const PXE_PORT_ONLY = "net-pxe-port-only";

/** Each with a Bootlace of its own, all on one host. */
const PAGES = [
  { part: "page-ipxe-bios", boots: ipxeBios },
  { part: "page-ipxe-uefi", boots: ipxeUefi },
  { part: "page-tutorial-uefi", boots: uefiTutorial },
  { part: "page-secure-boot", boots: secureBoot },
  { part: "page-install-once", boots: installOnce },
  { part: "net-external-nginx", boots: nginx },
];

export const docsHowto: Scenario = {
  name: "docs-howto",
  proves: "what the how-to pages describe works: iPXE, UEFI, Secure Boot, install-once, nginx, the PXE port alone",
  rows: [
    ...bootRows("By the pages", "SeaBIOS, iPXE ROM, e1000", { "page-ipxe-bios": "iPXE: the script, by HTTP" }),
    ...bootRows("By the pages", "OVMF, virtio-net", {
      "page-ipxe-uefi": "iPXE: snponly.efi → the script, by HTTP",
      "page-tutorial-uefi": "the tutorial: syslinux.efi → memtest86+",
      "page-install-once": "install once: memtest86+ by `bootlace next`, then no reply",
    }),
    ...bootRows("By the pages", "OVMF with Microsoft's keys, virtio-net", {
      "page-secure-boot": "Secure Boot enforced: signed shim → signed GRUB → Debian's menu",
    }),
    ...bootRows("Networks", "OVMF, virtio-net", {
      "net-external-nginx": "files from nginx on another machine, by HTTP Boot: shim → GRUB",
      [PXE_PORT_ONLY]: "dnsmasq gives the addresses and says PXEClient, Bootlace only has port 4011: syslinux.efi",
    }),
  ],
  parts: [...PAGES.map(({ part }) => part), PXE_PORT_ONLY],
  async run(lab) {
    await checkDnsmasqBlocks(lab);
    const nextServer = pageBlock("how-to/secure-boot.md", "GRUB asks the router", "dnsmasq").split("\n");
    const home = await buildHomeLan(lab, { routerLines: nextServer.filter((line) => line.startsWith("dhcp-boot=")) });
    const wanted = PAGES.filter(({ part }) => lab.part(part));
    const oneByOne = async () => {
      for (const { boots } of wanted) await boots(lab, home);
    };
    // That one has a LAN of its own.
    await Promise.all([oneByOne(), lab.part(PXE_PORT_ONLY) && pxePortOnly(lab)]);
  },
};

/** Each piece of a dnsmasq.conf that a page shows is one for the real dnsmasq. */
async function checkDnsmasqBlocks(lab: Lab): Promise<void> {
  const host = await addHost(lab, "dnsmasq");
  let checked = 0;
  for (const { page, blocks } of allPages()) {
    for (const { text } of blocks.filter(({ language }) => language === "dnsmasq")) {
      const file = join(lab.folder, `page-${++checked}.conf`);
      writeFileSync(file, text);
      const { stderr } = await runOk(lab, host.netns, locate("dnsmasq"), ["--test", `--conf-file=${file}`]);
      must(stderr.includes("syntax check OK"), `docs/${page}: ${stderr}`);
    }
  }
  must(checked >= 3, `only ${checked} pieces of dnsmasq.conf were found`);
  lab.proof(`${checked} pieces of dnsmasq.conf: syntax check OK`);
}

/** A Bootlace whose folder was filled as a page says. */
async function serveFilled(
  lab: Lab,
  { bootServer }: HomeLan,
  name: string,
  options: { readonly page: string; readonly heading: string; readonly yaml?: string; readonly tree?: BootTree },
): Promise<Bootlace> {
  const { page, heading, yaml, tree = {} } = options;
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  const written = await followPage(lab, bootServer, folder, page, heading);
  for (const path of written.filter((one) => one.endsWith("pxelinux.cfg/default"))) {
    // The lab reads the serial line; a person looks at the screen.
    appendFileSync(join(folder, path), "  APPEND console=ttyS0,115200\n");
  }
  return startBootlace(lab, bootServer, { name, tree, ...(yaml === undefined ? {} : { yaml }) });
}

const BY_IPXE = { page: "how-to/ipxe.md", heading: "Files" };
const saysIpxe = (address: string) => new RegExp(`This is ${address}, booting from http://\\S+`);

async function ipxeBios(lab: Lab, home: HomeLan): Promise<void> {
  const bootlace = await serveFilled(lab, home, "ipxe-bios", BY_IPXE);
  const bios = await startBios(lab, home.lan, { mac: mac(1), name: "ipxe-bios" });
  lab.row("page-ipxe-bios", (await bios.output.until(saysIpxe(mac(1)), 120))[0], bios.age());
  await eventually(lab, "memtest to be fetched", 60, () =>
    bootlace.records().find(({ event, file }) => event === "http.done" && file === "memtest"),
  );
  await bios.stop("SIGKILL");
  await bootlace.stop();
}

async function ipxeUefi(lab: Lab, home: HomeLan): Promise<void> {
  const bootlace = await serveFilled(lab, home, "ipxe-uefi", BY_IPXE);
  const uefi = await startUefi(lab, home.lan, { mac: mac(2), name: "ipxe-uefi" });
  lab.row("page-ipxe-uefi", (await uefi.output.until(saysIpxe(mac(2)), 180))[0], uefi.age());
  await uefi.stop("SIGKILL");
  await bootlace.stop();
}

async function uefiTutorial(lab: Lab, home: HomeLan): Promise<void> {
  const where = { page: "tutorial/uefi.md", heading: "memtest86+ by syslinux" };
  const bootlace = await serveFilled(lab, home, "uefi", where);
  const { shown, seconds } = await memtestBySyslinuxEfi(lab, home.lan, { mac: mac(3), name: "tutorial-uefi" });
  lab.row("page-tutorial-uefi", shown, seconds);
  await bootlace.stop();
}

async function secureBoot(lab: Lab, home: HomeLan): Promise<void> {
  const where = { page: "how-to/secure-boot.md", heading: "Debian's signed shim and GRUB" };
  const bootlace = await serveFilled(lab, home, "secure-boot", where);
  const machine = await startUefi(lab, home.lan, { mac: mac(4), name: "secure-boot", firmware: "secure" });
  lab.row("page-secure-boot", (await machine.output.until(/Debian installer/, 180))[0], machine.age());
  await machine.stop("SIGKILL");
  await bootlace.stop();
}

async function installOnce(lab: Lab, home: HomeLan): Promise<void> {
  const { bootServer } = home;
  const page = "how-to/install-once.md";
  const yaml = pageBlock(page, "Install a machine once", "yaml");
  const once = Object.fromEntries(
    Object.entries(UEFI_SYSLINUX).map(([path, file]) => [path.replace("efi/", "once/"), file]),
  );
  const bootlace = await startBootlace(lab, bootServer, { name: "install-once", yaml, tree: once });
  const [command = ""] = pageBlock(page, "Install a machine once", "sh").trim().split("\n");
  const [program, ...words] = command.split(" ");
  must(program === "bootlace" && words[0] === "next", `docs/${page} begins with another command: ${command}`);
  const reported = words[1] ?? "";
  const shell = 'cd "$1" && shift && exec "$@"';
  const line = ["-c", shell, "sh", bootlace.folder, process.execPath, BOOTLACE_MAIN, ...words];
  await runOk(lab, bootServer.netns, "/bin/sh", line);
  const seen = (event: string) =>
    bootlace.records().filter((record) => record.event === event && record.mac === reported);

  const first = await startUefi(lab, home.lan, { mac: reported, name: "once-1" });
  const [loading] = await first.output.until(/Loading memtest\.bin/, 180);
  const seconds = first.age();
  await first.stop("SIGKILL");
  const offers = seen("dhcp.offer").length;
  must(offers > 0, "the machine was not sent its file");
  // What syslinux.efi asks for is ignored in the first boot, too.
  const ignored = seen("dhcp.ignored").length;
  const second = await startUefi(lab, home.lan, { mac: reported, name: "once-2" });
  await eventually(lab, "the second boot to be ignored", 120, () => seen("dhcp.ignored")[ignored]);
  await second.stop("SIGKILL");
  must(seen("dhcp.offer").length === offers, "the one-time boot was given twice");
  lab.row("page-install-once", loading, seconds);
  await bootlace.stop();
}

/** The file server of the page is the real nginx, with the lines that the page shows. */
async function nginx(lab: Lab, home: HomeLan): Promise<void> {
  const page = "how-to/external-file-server.md";
  const files = await addHost(lab, "files");
  await plugIn(files, home.lan, { addresses: [`${FILE_SERVER}/24`] });
  const root = join(lab.folder, "nginx-root");
  plantTree(root, { "efi/bootx64.efi": { piece: "shim" }, "efi/grubx64.efi": { piece: "grubNet" } });
  await serveByNginx(lab, files, pageBlock(page, "By HTTP", "nginx").replace("/srv/boot", root));
  const yaml = pageBlock(page, "By HTTP", "yaml");
  const bootlace = await startBootlace(lab, home.bootServer, { name: "nginx", yaml });
  const machine = await startUefi(lab, home.lan, { mac: mac(6), name: "nginx-uefi", http: true });
  lab.proof(`OVMF: ${(await machine.output.until(/URI: http:\/\/192\.168\.11\.17\/\S+/, 120))[0]}`);
  lab.row("net-external-nginx", (await machine.output.until(/Welcome to GRUB!/, 120))[0], machine.age());
  await machine.stop("SIGKILL");
  await bootlace.stop();
}

async function serveByNginx(lab: Lab, host: Host, server: string): Promise<void> {
  const folder = join(lab.folder, "nginx-run");
  mkdirSync(folder);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const paths = temporary.map((kind) => `${kind}_temp_path ${join(folder, kind)};`).join("\n");
  const config = join(folder, "nginx.conf");
  const http = `access_log off;\n${paths}\n${server}`;
  writeFileSync(config, `user root;\ndaemon off;\npid ${join(folder, "pid")};\nevents {}\nhttp {\n${http}}\n`);
  const args = ["-c", config, "-e", join(folder, "error.log")];
  const started = start(lab, host.netns, { name: "nginx", command: locate("nginx"), args });
  await listening(lab, started, [80], 20, "tcp");
}

/** dnsmasq holds port 67 and says PXEClient; Bootlace on the same host answers on port 4011 alone. */
async function pxePortOnly(lab: Lab): Promise<void> {
  const page = "how-to/beside-dnsmasq.md";
  const heading = "Use the PXE port only";
  const lines = pageBlock(page, heading, "dnsmasq").split("\n");
  const { lan, router } = await buildLan(lab, 12, "-pxe", {
    routerLines: lines.filter((line) => line.startsWith("dhcp-option-force=")),
  });
  const yaml = pageBlock(page, heading, "yaml");
  const bootlace = await startBootlace(lab, router, { name: "pxe-port", yaml, tree: UEFI_SYSLINUX, ports: [4011, 69] });
  const machine = await startUefi(lab, lan, { mac: mac(7), name: "pxe-port" });
  const loading = await machine.output.until(/Loading memtest\.bin/, 180);
  const ack = bootlace.records().find(({ event, mac: who }) => event === "dhcp.ack" && who === mac(7));
  must(ack !== undefined, "the answer did not come from port 4011");
  lab.row(PXE_PORT_ONLY, loading[0], machine.age());
  await machine.stop("SIGKILL");
  await bootlace.stop();
}
