import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN } from "../bootlace.ts";
import { LabFailure, must } from "../failure.ts";
import type { Lab } from "../lab.ts";
import { addHost, type Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { listening } from "../ports.ts";
import { run, type Started, start } from "../processes.ts";
import { folderName } from "../run-name.ts";
import { type Account, openAccount } from "./account.ts";

/** A TFTP server that takes part. */
export interface Contestant {
  readonly name: string;
  /** The arguments it is started with, beyond its root. */
  readonly settings: string;
  readonly command: () => string;
  /** `folder` is its own. */
  readonly args: (root: string, folder: string) => string[];
  readonly version: (lab: Lab, host: Host) => Promise<string>;
}

/** A contestant at 127.0.0.1 port 69 of a namespace of its own. */
export interface Running {
  readonly contestant: Contestant;
  readonly host: Host;
  readonly process: Started;
  readonly account: Account;
}

async function versionBy(lab: Lab, host: Host, command: string, args: string[], pattern: RegExp): Promise<string> {
  const { stdout, stderr } = await run(lab, host.netns, command, args);
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? "?";
}

/** Bootlace as the appliance that it is, its DHCP and HTTP switched off. `tftp` are further lines below that key. */
export function bootlace(tftp: string): Contestant {
  return {
    name: "Bootlace",
    settings: tftp === "" ? "defaults" : tftp,
    command: () => process.execPath,
    args(root, folder) {
      must(existsSync(BOOTLACE_MAIN), `${BOOTLACE_MAIN} is missing: npm run build`);
      const config = join(folder, "bootlace.yaml");
      const off = ["dhcp", "http", "admin"].map((key) => `${key}: { enabled: false }\n`).join("");
      const state = `state: { directory: ${join(folder, "state")} }\n`;
      writeFileSync(
        config,
        `interfaces: [lo]\nroot: ${root}\n${off}${state}tftp: { ${tftp} }\nlog: { format: json }\n`,
      );
      const profile = process.env.BENCH_PROFILE === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
      return [...profile, BOOTLACE_MAIN, "serve", "--config", config];
    },
    version: (lab, host) =>
      versionBy(lab, host, process.execPath, [BOOTLACE_MAIN, "version"], /(\d+\.\d+\.\d+)/).then(
        (version) => `${version}, Node ${process.version.slice(1)}`,
      ),
  };
}

export function dnsmasq(...settings: string[]): Contestant {
  return {
    name: "dnsmasq",
    settings: settings.join(" ") || "defaults",
    command: () => locate("dnsmasq"),
    args: (root, folder) => [
      "--keep-in-foreground",
      `--log-facility=${join(folder, "dnsmasq.log")}`,
      "--conf-file=/dev/null",
      "--port=0",
      "--user=root",
      "--pid-file=",
      "--interface=lo",
      "--bind-interfaces",
      "--enable-tftp",
      `--tftp-root=${root}`,
      ...settings,
    ],
    version: (lab, host) => versionBy(lab, host, locate("dnsmasq"), ["--version"], /version (\S+)/),
  };
}

export const tftpdHpa: Contestant = {
  name: "tftpd-hpa",
  settings: "defaults",
  command: () => locate("tftpdHpa"),
  args: (root) => ["--foreground", "--listen", "--ipv4", "--secure", "--user", "root", root],
  version: (lab, host) => versionBy(lab, host, locate("tftpdHpa"), ["-V"], /tftp-hpa (\d\S*?),/),
};

export function atftpd(...settings: string[]): Contestant {
  return {
    name: "atftpd",
    settings: settings.join(" ") || "defaults",
    command: () => locate("atftpd"),
    args: (root, folder) => [
      "--daemon",
      "--no-fork",
      "--no-multicast",
      "--user",
      "root.root",
      "--logfile",
      join(folder, "atftpd.log"),
      ...settings,
      root,
    ],
    version: (lab, host) => versionBy(lab, host, locate("atftpd"), ["-V"], /atftp-(\S+)/),
  };
}

let started = 0;

/**
 * Starts a contestant in a new namespace. What it writes goes straight into a file: a reader in the lab would take
 * part of the two cores.
 */
export async function startContestant(
  lab: Lab,
  contestant: Contestant,
  root: string,
  folder: string,
): Promise<Running> {
  const role = `${contestant.name.toLowerCase()}-${++started}`;
  const host = await addHost(lab, role);
  const log = join(folder, `${role}.log`);
  const words = [log, contestant.command(), ...contestant.args(root, folder)];
  const process = start(lab, host.netns, {
    name: role,
    command: "/bin/sh",
    args: ["-c", 'exec "$@" >"$0" 2>&1', ...words],
  });
  try {
    await listening(lab, process, [69]);
  } catch (error) {
    const said = existsSync(log) ? readFileSync(log, "utf8").slice(-2000) : "";
    throw new LabFailure(`${error instanceof Error ? error.message : String(error)}\n${said}`);
  }
  // After the namespace, whose own view of /sys hides the control groups.
  const account = openAccount(`${folderName(lab.run)}-${role}`, process.pid);
  return { contestant, host, process, account };
}
