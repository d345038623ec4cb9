import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startBootlace, workspaceProgram } from "../bootlace.ts";
import { blockInput, loseOnTheWay } from "../firewall.ts";
import { FILE_SERVER } from "../home-lan.ts";
import { addHost, type Host, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { startTftpdHpa } from "../peers.ts";
import { listening } from "../ports.ts";
import { start } from "../processes.ts";
import { startDnsmasq } from "../router.ts";
import { type BootTree, plantTree } from "../tree.ts";
import type { Case } from "./case.ts";
import type { Site } from "./site.ts";

/** Where a second boot server stands. */
export const OTHER = "192.168.11.110";

type Prepare = NonNullable<Case["prepare"]>;

/** The boot server's own firewall, in the words of nft(8). */
export const firewall =
  (...rules: string[]): Prepare =>
  async ({ lab, bootServer }) =>
    void (await blockInput(lab, bootServer, ...rules));

/** What the boot server sends is lost in the switch. */
export const lostOnTheWay =
  (...rules: string[]): Prepare =>
  async ({ lab, lan }) =>
    void (await loseOnTheWay(lab, lan, "boot-eth0", ...rules));

async function neighbour({ lab, lan }: Site, role: string, address: string): Promise<Host> {
  const host = await addHost(lab, role);
  await plugIn(host, lan, { addresses: [`${address}/24`] });
  return host;
}

/** Another machine with files: by TFTP, or by HTTP on port 80. */
export const fileServer =
  (by: "tftp" | "http" | "nothing", tree: BootTree = {}): Prepare =>
  async (site) => {
    const host = await neighbour(site, "files", FILE_SERVER);
    const root = join(site.lab.folder, "files");
    mkdirSync(root);
    plantTree(root, tree);
    if (by === "tftp") await startTftpdHpa(site.lab, host, root);
    if (by !== "http") return;
    const args = ["httpd", "-f", "-p", "80", "-h", root];
    const started = start(site.lab, host.netns, { name: "httpd", command: locate("busybox"), args });
    await listening(site.lab, started, [], 10);
  };

/** An old dnsmasq that was forgotten: it answers as a proxy too, and has the files that it names or not. */
export const forgottenProxy =
  (...lines: string[]): Prepare =>
  async (site) => {
    const host = await neighbour(site, "other", OTHER);
    await startDnsmasq(site.lab, host, { lines: ["dhcp-range=192.168.11.0,proxy", ...lines], ports: [67] });
  };

/** A second Bootlace with its own folder. */
export const secondBootlace =
  (tree: BootTree): Prepare =>
  async (site) => {
    const host = await neighbour(site, "other", OTHER);
    const program = workspaceProgram(join(site.lab.folder, "other"));
    await startBootlace(site.lab, host, { yaml: "root: ./boot\n", tree, ports: [67], program });
  };

/** Kilobits a second that the cable of the boot server carries. */
export const slowLink =
  (kilobits: number): Prepare =>
  async ({ bootServer }) => {
    const rate = ["rate", `${kilobits}kbit`, "burst", "4kb", "latency", "2s"];
    const tc = ["netns", "exec", bootServer.netns, "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", ...rate];
    execFileSync(locate("ip"), tc);
  };
