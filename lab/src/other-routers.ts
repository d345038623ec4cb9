import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { listening } from "./ports.ts";
import { type Started, start } from "./processes.ts";

/** What a router says of booting, beside the addresses that it gives. */
export interface BootWords {
  /** The header field `siaddr`. */
  readonly nextServer?: string;
  /** The header field `file`. */
  readonly file?: string;
  /** Options 66, 67 and 60. */
  readonly tftpServerName?: string;
  readonly bootFileName?: string;
  readonly vendorClass?: string;
}

/** Starts ISC dhcpd, which gives addresses in 192.168.11.0/24. */
export async function startDhcpd(lab: Lab, host: Host, words: BootWords = {}): Promise<Started> {
  const name = `dhcpd-${host.role}`;
  const config = join(lab.folder, `${name}.conf`);
  const leases = join(lab.folder, `${name}.leases`);
  writeFileSync(leases, "");
  const { nextServer, file, tftpServerName, bootFileName, vendorClass } = words;
  const said = [
    ...(nextServer === undefined ? [] : [`next-server ${nextServer};`]),
    ...(file === undefined ? [] : [`filename "${file}";`]),
    ...(tftpServerName === undefined ? [] : [`option tftp-server-name "${tftpServerName}";`]),
    ...(bootFileName === undefined ? [] : [`option bootfile-name "${bootFileName}";`]),
    ...(vendorClass === undefined ? [] : [`option vendor-class-identifier "${vendorClass}";`]),
  ];
  const lines = [
    "authoritative;",
    "default-lease-time 3600;",
    "ping-check false;",
    "subnet 192.168.11.0 netmask 255.255.255.0 {",
    "  range 192.168.11.50 192.168.11.99;",
    "  option routers 192.168.11.1;",
    ...said.map((line) => `  ${line}`),
    "}",
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  const args = ["-4", "-d", "-f", "-cf", config, "-lf", leases, "--no-pid", "eth0"];
  const started = start(lab, host.netns, { name, command: locate("dhcpd"), args });
  await started.output.until(/Sending on\s+LPF\/eth0/, 10);
  return started;
}

/** Starts Kea, which gives addresses in 192.168.11.0/24. */
export async function startKea(lab: Lab, host: Host): Promise<Started> {
  const name = `kea-${host.role}`;
  const config = join(lab.folder, `${name}.json`);
  const own = join(lab.folder, name);
  mkdirSync(own, { recursive: true });
  const text = {
    Dhcp4: {
      "interfaces-config": { interfaces: ["eth0"] },
      "lease-database": { type: "memfile", persist: false },
      "valid-lifetime": 3600,
      subnet4: [{ subnet: "192.168.11.0/24", pools: [{ pool: "192.168.11.50-192.168.11.99" }] }],
      loggers: [{ name: "kea-dhcp4", severity: "INFO", output_options: [{ output: "stdout" }] }],
    },
  };
  writeFileSync(config, JSON.stringify(text, null, 2));
  const env = { LD_LIBRARY_PATH: locate("keaLibraries"), KEA_PIDFILE_DIR: own, KEA_LOCKFILE_DIR: own };
  const started = start(lab, host.netns, { name, command: locate("kea"), args: ["-c", config], env });
  await started.output.until(/DHCP4_STARTED/, 15);
  await listening(lab, started, [67]);
  return started;
}
