import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { pageBlocks } from "../doc-page.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, FILE_SERVER, type HomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, plugIn } from "../namespaces.ts";
import { startTftpdHpa } from "../peers.ts";
import { localPorts } from "../ports.ts";
import { startBios } from "../qemu.ts";
import { BIOS_MEMTEST, BIOS_MEMTEST_FILES, plantTree } from "../tree.ts";

export const biosExternalTftp: Scenario = {
  name: "bios-external-tftp",
  proves:
    "the how-to page's configs: files on another server (Bootlace without DHCP, then tftpd-hpa), Bootlace answers only DHCP",
  rows: [
    {
      id: "net-external-bootlace",
      section: "Networks",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots: "files from a second Bootlace that answers no DHCP: pxelinux.0 → memtest86+",
    },
    {
      id: "net-external-tftpd-hpa",
      section: "Networks",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots: "files from tftpd-hpa on another machine: pxelinux.0 → memtest86+",
    },
  ],
  async run(lab) {
    const home = await buildHomeLan(lab);
    const fileServer = await addHost(lab, "files");
    await plugIn(fileServer, home.lan, { addresses: [`${FILE_SERVER}/24`] });
    const { process } = await startBootlace(lab, home.bootServer, { yaml: BOOT_SERVER_YAML, ports: [67, 4011] });
    must(
      !localPorts(readFileSync(`/proc/${process.pid}/net/udp`, "latin1")).has(69),
      "the boot server listens on port 69",
    );

    const files = await startBootlace(lab, fileServer, { yaml: FILE_SERVER_YAML, tree: BIOS_MEMTEST, ports: [69] });
    const open = localPorts(readFileSync(`/proc/${files.process.pid}/net/udp`, "latin1"));
    must(!open.has(67) && !open.has(4011), "the file server listens on a DHCP port");
    await boot(lab, home, "bootlace", "52:54:00:ae:00:61");
    await files.stop();

    const root = join(lab.folder, "tftpd-hpa");
    plantTree(root, BIOS_MEMTEST);
    await startTftpdHpa(lab, fileServer, root);
    await boot(lab, home, "tftpd-hpa", "52:54:00:ae:00:62");
  },
};

async function boot(lab: Lab, { lan, capture }: HomeLan, server: string, mac: string): Promise<void> {
  const before = (await capture.datagrams()).length;
  const machine = await startBios(lab, lan, { mac, name: `bios-${server}` });
  await machine.output.until(new RegExp(`Next server: ${FILE_SERVER.replaceAll(".", "\\.")}`), 180);
  await machine.output.until(/PXELINUX 6\.04/, 180);
  const proof = (await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180))[0];
  const seconds = machine.age();
  await machine.stop("SIGKILL");
  const requests = (await capture.datagrams()).slice(before).filter((datagram) => datagram.destinationPort === 69);
  const elsewhere = requests.find((datagram) => datagram.destination !== FILE_SERVER);
  must(elsewhere === undefined, `a file was asked of ${elsewhere?.destination}`);
  for (const file of BIOS_MEMTEST_FILES) {
    must(
      requests.some((datagram) => Buffer.from(datagram.payload).includes(`\0\u0001${file}\0`, 0, "latin1")),
      `nobody asked ${FILE_SERVER} for ${file}`,
    );
  }
  lab.row(`net-external-${server}`, proof, seconds);
  lab.proof(`${proof}, every file from ${server} at ${FILE_SERVER}, DHCP from ${BOOT_SERVER}`);
}

const PAGE = "how-to/external-file-server.md";
const [BOOT_SERVER_YAML = "", FILE_SERVER_YAML = ""] = pageBlocks(PAGE)
  .filter(({ heading, language }) => heading === "By TFTP" && language === "yaml")
  .map(({ text }) => text);
