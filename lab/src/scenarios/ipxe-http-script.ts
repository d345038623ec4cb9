import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import { httpComplete } from "../http-log.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Switch } from "../namespaces.ts";
import { startBios } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import type { BootTree } from "../tree.ts";

const MACS = ["52:54:00:ae:03:02", "52:54:00:ae:03:03"] as const;

export const ipxeHttpScript: Scenario = {
  name: "ipxe-http-script",
  proves: "iPXE gets a script filled in for it, by HTTP or, when that is off, by TFTP, and boots memtest86+ by it",
  rows: bootRows("BIOS", "SeaBIOS, iPXE ROM, e1000", {
    "bios-ipxe-script-http": "script by HTTP, filled in for this machine → memtest86+ by HTTP",
    "bios-ipxe-script-tftp": "HTTP switched off: script by TFTP, filled in for this machine → memtest86+ by TFTP",
  }),
  async run(lab) {
    const { lan, bootServer } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: TREE });
    await boot(lab, lan, "bios-ipxe-script-http", MACS[0], `http://${BOOT_SERVER}:8069`);
    await httpComplete(lab, bootlace, ["memtest.bin"]);
    const script = bootlace
      .records()
      .find(({ event, file }) => event === "http.done" && file === "scripts/memtest.ipxe");
    must(script?.mac === MACS[0], `the script is not logged as fetched by ${MACS[0]}: ${JSON.stringify(script)}`);
    lab.proof("logged: the script with the MAC address that asked, and the kernel, over HTTP");

    writeFileSync(join(bootlace.folder, "bootlace.yaml"), `${YAML}http: { enabled: false }\n`);
    process.kill(bootlace.process.pid, "SIGHUP");
    await eventually(lab, "the reload", 10, () => bootlace.records().find(({ event }) => event === "config.reloaded"));
    await boot(lab, lan, "bios-ipxe-script-tftp", MACS[1], `tftp://${BOOT_SERVER}`);
    const kernel = bootlace.records().find(({ event, file }) => event === "tftp.done" && file === "memtest.bin");
    must(kernel !== undefined, "the kernel is not logged as fetched by TFTP");
    lab.proof("logged: the kernel by TFTP after HTTP was switched off by a reload");
  },
};

/** Boots a machine and sees that the script was filled in and that memtest86+ runs. */
async function boot(lab: Lab, lan: Switch, row: string, mac: string, baseUrl: string): Promise<void> {
  const machine = await startBios(lab, lan, { mac, name: `bios-${mac.slice(-2)}` });
  const [reported] = await machine.output.until(/SCRIPT-FOR \S+ FROM \S+ AT \S+(?=\s)/, 90);
  must(reported === `SCRIPT-FOR ${mac} FROM ${BOOT_SERVER} AT ${baseUrl}`, `the script was filled in as "${reported}"`);
  lab.proof(reported);
  const [shown] = await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 90);
  lab.row(row, shown, machine.age());
  await machine.stop("SIGKILL");
}

const YAML = `root: ./boot
boot:
  - name: script
    script: scripts/memtest.ipxe
`;

const TREE: BootTree = {
  "memtest.bin": { piece: "memtestBios" },
  "scripts/memtest.ipxe": {
    text: `#!ipxe
echo SCRIPT-FOR {{mac}} FROM {{next_server}} AT {{base_url}}
kernel {{base_url}}/memtest.bin console=ttyS0,115200
boot
`,
  },
};
