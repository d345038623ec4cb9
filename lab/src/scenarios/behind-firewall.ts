import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBootlace } from "../bootlace.ts";
import { LabFailure, must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import { run, runOk } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import { BIOS_MEMTEST } from "../tree.ts";

const PAGE = fileURLToPath(new URL("../../../docs/reference/ports.md", import.meta.url));
/** curl(1): the time is over. */
const NO_ANSWER = 28;

export const behindFirewall: Scenario = {
  name: "behind-firewall",
  proves: "behind the nftables rules of docs/reference/ports.md a machine boots by TFTP, HTTP is served, and no more",
  rows: bootRows("Networks", "SeaBIOS, iPXE ROM, e1000", {
    "net-behind-firewall": "behind the nftables rules of the page on ports: pxelinux.0 → memtest86+",
  }),
  async run(lab) {
    const { lan, router, bootServer } = await buildHomeLan(lab);
    const [, rules] = /^```nft\n([\s\S]*?)^```$/m.exec(readFileSync(PAGE, "utf8")) ?? [];
    if (rules === undefined) throw new LabFailure(`no rules for nft in ${PAGE}`);
    const file = join(lab.folder, "rules.nft");
    writeFileSync(file, rules);
    await runOk(lab, bootServer.netns, locate("nft"), ["-f", file]);

    const token = join(lab.folder, "token");
    writeFileSync(token, "0123456789abcdef\n");
    const yaml = `root: ./boot\nadmin: { address: 0.0.0.0, tokenFile: ${token} }\n`;
    await startBootlace(lab, bootServer, { yaml, tree: BIOS_MEMTEST });
    const machine = await startBios(lab, lan, { mac: "52:54:00:ae:04:01" });
    const [shown] = await machine.output.until(/Memtest86\+ v\d+\.\d\d/, 180);
    lab.row("net-behind-firewall", shown, machine.age());
    await machine.stop("SIGKILL");

    const fetchedBy = async (host: typeof router, port: number, path: string) => {
      const words = ["-s", "-m", "3", "-o", join(lab.folder, "got"), "-w", "%{http_code}"];
      const url = `http://${BOOT_SERVER}:${port}${path}`;
      const { code, stdout } = await run(lab, host.netns, locate("curl"), [...words, url]);
      return code === 0 ? Number(stdout.toString()) : `curl ${code}`;
    };
    must((await fetchedBy(router, 8069, "/pxelinux/ldlinux.c32")) === 200, "no file comes by HTTP");
    must((await fetchedBy(bootServer, 8067, "/healthz")) === 200, "the API does not answer its own host");
    const closed = await fetchedBy(router, 8067, "/healthz");
    must(closed === `curl ${NO_ANSWER}`, `the API is open to the network: ${closed}`);
    lab.proof("a file by HTTP; the API only on the host itself");
  },
};
