import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Surroundings } from "../../src/cli/command.ts";
import { initCommand } from "../../src/cli/init.ts";
import type { InitSystem } from "../../src/init/system.ts";
import type { NetworkInterfaces } from "../../src/net/interfaces.ts";
import { commandLine } from "./command-line.ts";
import { type DistributionName, distributions, plant } from "./distributions.ts";

const address = (dotted: string, netmask = "255.255.255.0") => {
  const info = { address: dotted, netmask, mac: "52:54:00:00:00:01", internal: false, cidr: null };
  return { ...info, family: "IPv4" as const };
};

/** A row of `files` in the document. */
export interface FileRow {
  readonly path: string;
  readonly status: string;
  readonly from?: string;
  readonly why?: string;
}

/** Two networks; the default route leads through eth0. */
export const twoNetworks: NetworkInterfaces = {
  lo: [{ ...address("127.0.0.1", "255.0.0.0"), internal: true }],
  wlan0: [address("10.3.0.2", "255.255.0.0")],
  eth0: [address("192.168.11.109")],
};
export const oneNetwork: NetworkInterfaces = { eth0: [address("192.168.11.109")] };

export const routesText = [
  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
  "wlan0\t00000000\t0100030A\t0003\t0\t0\t600\t00000000\t0\t0\t0",
  "eth0\t00000000\t010BA8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
  "eth0\t000BA8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0",
  "",
].join("\n");

/** A folder of this test alone, gone when it is over. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-init-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A machine with a distribution on it, and an empty folder to work in. */
export function machine(name: DistributionName, more: Partial<InitSystem> = {}, around: Partial<Surroundings> = {}) {
  const { osRelease, architecture, files } = distributions[name];
  const top = scratch();
  const root = join(top, "system");
  const work = join(top, "work");
  plant(root, files);
  plant(work, {});
  const system: InitSystem = {
    root,
    osRelease: async () => osRelease,
    routes: async () => routesText,
    architecture,
    isRoot: true,
    installation: () => ({ program: "/usr/bin/bootlace", single: true, onPath: true }),
    ...more,
  };
  const surroundings = { networkInterfaces: () => oneNetwork, ...around };
  const run = (...words: string[]) => commandLine(work, surroundings).run(initCommand(system), ...words);
  return {
    root,
    work,
    run,
    /** With `--json`: the document it printed. */
    async json(...words: string[]) {
      const { code, out } = await run("--json", ...words);
      return { code, document: JSON.parse(out) };
    },
    /** With `--yes --json`: what became of each file. */
    async files(...words: string[]): Promise<Record<string, FileRow>> {
      const { out } = await run("--yes", "--json", ...words);
      return Object.fromEntries(JSON.parse(out).files.map((row: FileRow) => [row.path, row]));
    },
  };
}

/** Every file below a folder, by its path. */
export function contentsOf(work: string): Record<string, string> {
  const entries = readdirSync(work, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const rows = entries
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, "latin1")]);
  return Object.fromEntries(rows);
}
