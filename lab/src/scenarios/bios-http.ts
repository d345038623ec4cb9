import { BOOTLACE_MAIN, type Bootlace, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, type HomeLan } from "../home-lan.ts";
import { httpComplete } from "../http-log.ts";
import type { Lab, Scenario } from "../lab.ts";
import { runOk } from "../processes.ts";
import { type Machine, startBios } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import type { BootTree } from "../tree.ts";
import { verdictReported } from "../verdicts.ts";

const UNDIONLY = "52:54:00:ae:0d:21";
const BY_URL = "52:54:00:ae:0d:22";
const BY_CONFIG = "52:54:00:ae:0d:23";

const BOOTS = [
  { part: "bios-undionly-script", mac: UNDIONLY, boots: byUndionly },
  { part: "bios-lpxelinux-http", mac: BY_URL, boots: byUrl },
  { part: "bios-lpxelinux-tftp-http", mac: BY_CONFIG, boots: byConfig },
];

export const biosHttp: Scenario = {
  name: "bios-http",
  proves: "a BIOS machine gets its files by HTTP: by undionly.kpxe and a script, and by lpxelinux.0 in two ways",
  rows: bootRows("BIOS", "SeaBIOS, iPXE ROM, e1000", {
    "bios-undionly-script": "sent by a script to undionly.kpxe, which asks again → script by HTTP → memtest86+ by HTTP",
    "bios-lpxelinux-http":
      "a URL in our offer → lpxelinux.0, ldlinux.c32, its configuration and memtest86+, all by HTTP",
    "bios-lpxelinux-tftp-http": "lpxelinux.0 by TFTP → memtest86+ by HTTP, from a URL in its configuration",
  }),
  parts: BOOTS.map(({ part }) => part),
  async run(lab) {
    const home = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, home.bootServer, { yaml: YAML, tree: TREE });
    const wanted = BOOTS.filter(({ part }) => lab.part(part));
    for (const { boots } of wanted) await boots(lab, home, bootlace);
    for (const { mac } of wanted) {
      const reported = { mac, verdict: "delivered", confidence: ["likely"], seconds: 60 };
      await verdictReported(lab, home.bootServer, bootlace, reported);
    }
  },
};

async function byUndionly(lab: Lab, { lan, bootServer }: HomeLan, bootlace: Bootlace): Promise<void> {
  const next = ["next", UNDIONLY, "--script", "to-undionly.ipxe"];
  await runOk(lab, bootServer.netns, process.execPath, [BOOTLACE_MAIN, ...next]);
  const machine = await startBios(lab, lan, { mac: UNDIONLY, name: "undionly" });
  await machine.output.until(/undionly\.kpxe\.\.\. ok/, 120);
  await machine.output.until(/using undionly on/, 120);
  const [reported] = await machine.output.until(/SCRIPT-FOR \S+(?=\s)/, 120);
  must(reported === `SCRIPT-FOR ${UNDIONLY}`, `the script was filled in as "${reported}"`);
  await runsMemtest(lab, machine, "bios-undionly-script");
  const script = bootlace.records().find(({ event, file }) => event === "http.done" && file === "memtest.ipxe");
  must(script?.mac === UNDIONLY, `the script is not logged as fetched by ${UNDIONLY}: ${JSON.stringify(script)}`);
  await mustHaveCome(lab, bootlace, 0, ["memtest.bin"]);
}

async function byUrl(lab: Lab, { lan }: HomeLan, bootlace: Bootlace): Promise<void> {
  const from = bootlace.records().length;
  const machine = await startBios(lab, lan, { mac: BY_URL, name: "by-url" });
  await machine.output.until(/PXELINUX 6\.04/, 120);
  await runsMemtest(lab, machine, "bios-lpxelinux-http");
  await mustHaveCome(lab, bootlace, from, [
    "http/lpxelinux.0",
    "http/ldlinux.c32",
    "http/pxelinux.cfg/default",
    "http/memtest.bin",
  ]);
  const other = bootlace
    .records()
    .slice(from)
    .find(({ event }) => String(event).startsWith("tftp."));
  must(other === undefined, `something was asked for by TFTP: ${JSON.stringify(other)}`);
}

async function byConfig(lab: Lab, { lan }: HomeLan, bootlace: Bootlace): Promise<void> {
  const from = bootlace.records().length;
  const machine = await startBios(lab, lan, { mac: BY_CONFIG, name: "by-config" });
  await machine.output.until(/PXELINUX 6\.04/, 120);
  await runsMemtest(lab, machine, "bios-lpxelinux-tftp-http");
  const files = ["tftp/lpxelinux.0", "tftp/ldlinux.c32", "tftp/pxelinux.cfg/default"];
  await bootlace.mustTell({ mac: BY_CONFIG, architecture: "x86-bios", bootFile: "tftp/lpxelinux.0", files });
  await mustHaveCome(lab, bootlace, from, ["memtest.bin"]);
}

async function runsMemtest(lab: Lab, machine: Machine, id: string): Promise<void> {
  const [shown] = await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180);
  lab.row(id, shown, machine.age());
  await machine.stop("SIGKILL");
}

/** Waits until the log, from that line on, has each of the files as sent whole by HTTP. */
async function mustHaveCome(
  lab: Lab,
  { records, folder }: Bootlace,
  from: number,
  files: readonly string[],
): Promise<void> {
  await httpComplete(lab, { records: () => records().slice(from), folder }, files);
}

const YAML = `root: ./boot
boot:
  - when: { mac: "${UNDIONLY}" }
    script: memtest.ipxe
  - when: { mac: "${BY_URL}" }
    url: http://{address}:8069/http/lpxelinux.0
  - when: { mac: "${BY_CONFIG}" }
    file: tftp/lpxelinux.0
`;

const config = (kernel: string) => `SERIAL 0 115200
DEFAULT memtest
LABEL memtest
  LINUX ${kernel}
  APPEND console=ttyS0,115200
`;

const TREE: BootTree = {
  "memtest.bin": { piece: "memtestBios" },
  "undionly.kpxe": { piece: "undionly" },
  "to-undionly.ipxe": { text: "#!ipxe\nchain tftp://{{next_server}}/undionly.kpxe\n" },
  "memtest.ipxe": {
    text: "#!ipxe\necho SCRIPT-FOR {{mac}}\nkernel {{base_url}}/memtest.bin console=ttyS0,115200\nboot\n",
  },
  "http/lpxelinux.0": { piece: "lpxelinux" },
  "http/ldlinux.c32": { piece: "ldlinuxBios" },
  "http/pxelinux.cfg/default": { text: config("memtest.bin") },
  "http/memtest.bin": { piece: "memtestBios" },
  "tftp/lpxelinux.0": { piece: "lpxelinux" },
  "tftp/ldlinux.c32": { piece: "ldlinuxBios" },
  "tftp/pxelinux.cfg/default": { text: config(`http://${BOOT_SERVER}:8069/memtest.bin`) },
};
