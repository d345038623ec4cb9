import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { kindOf, macOf } from "./crowd/kinds.ts";
import type { CrowdPlan, CrowdResult, KindName } from "./crowd/plan.ts";
import { LabFailure, must } from "./failure.ts";
import { filler } from "./filler.ts";
import { BOOT_SERVER } from "./home-lan.ts";
import type { Lab } from "./lab.ts";
import { addHost, configure, type Host, plugIn, type Switch } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { runOk, type Started, start } from "./processes.ts";
import type { BootTree } from "./tree.ts";

const PROGRAM = fileURLToPath(new URL("./programs/crowd.ts", import.meta.url));

/** What the router has for a crowd, around the boot server's address. */
const POOLS = [
  [18, 108],
  [110, 254],
] as const;

/** Lines for the router's dnsmasq: room for a crowd, and leases that outlive it. */
export const CROWD_POOL = POOLS.map(
  ([first, last]) => `dhcp-range=192.168.11.${first},192.168.11.${last},255.255.255.0,1h`,
);

/** The boot server of a crowd: one kind of machine for each way to a boot file. */
export const CROWD_YAML = `root: ./boot
boot:
  - name: BIOS by 4011
    when: { arch: x86-bios, mac: "52:54:00:02" }
    file: pxelinux/pxelinux.0
    form: server
  - name: BIOS
    when: { arch: x86-bios }
    file: pxelinux/pxelinux.0
  - name: UEFI by 4011
    when: { arch: x64-uefi }
    file: efi/syslinux.efi
    form: server
  - name: HTTP Boot
    when: { firmware: uefi-http }
    url: "http://{address}:8069/efi/syslinux.efi"
`;

/** Boot loaders as Debian has them. */
export const CROWD_TREE: BootTree = {
  "pxelinux/pxelinux.0": { piece: "pxelinux" },
  "pxelinux/ldlinux.c32": { piece: "ldlinuxBios" },
  "pxelinux/pxelinux.cfg/default": { text: "DEFAULT linux\nLABEL linux\n  LINUX ../linux/vmlinuz\n" },
  "efi/syslinux.efi": { piece: "syslinuxX64" },
  "efi/ldlinux.e64": { piece: "ldlinuxX64" },
};

/** One in ten by HTTP Boot, one in ten loads its kernel with the npm package, half of the others ask at 4011. */
export const MIX: readonly KindName[] = [
  "bios",
  "uefi-4011",
  "bios-4011",
  "uefi-4011",
  "bios",
  "http",
  "bios-4011",
  "uefi-4011",
  "npm",
  "bios",
];

/** Puts a kernel of that many bytes into the boot tree of a crowd. */
export function plantKernel(root: string, bytes: number): void {
  mkdirSync(join(root, "linux"), { recursive: true });
  writeFileSync(join(root, "linux/vmlinuz"), filler(bytes));
}

/**
 * A host for a crowd. Its interface has no address, so that what machines without a lease broadcast comes from 0.0.0.0;
 * the addresses that the router may give them lie on loopback, from where the host answers for them on the LAN. So all of
 * them have one Ethernet address, and a MAC address each only in DHCP.
 */
export async function addCrowdHost(lab: Lab, lan: Switch): Promise<Host> {
  const host = await addHost(lab, "crowd");
  await plugIn(host, lan);
  await holdAddresses(
    lab,
    host,
    POOLS.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at)),
  );
  return host;
}

/** The address that the router's line below keeps for the lone machine. */
const LONE = 17;
const LONE_KIND = kindOf("bios");
const LONE_NUMBER = 5000;

/** A single machine of a crowd's kind, with an Ethernet address of its own, which is that of its DHCP messages. */
export const LONE_MACHINE = {
  mac: macOf(LONE_KIND, LONE_NUMBER),
  first: LONE_NUMBER,
  machines: 1,
  mix: [LONE_KIND.name],
};
export const LONE_LEASE = `dhcp-host=${LONE_MACHINE.mac},192.168.11.${LONE}`;

export async function addLoneHost(lab: Lab, lan: Switch): Promise<Host> {
  const host = await addHost(lab, "pc");
  await plugIn(host, lan, { mac: LONE_MACHINE.mac });
  await holdAddresses(lab, host, [LONE]);
  return host;
}

/** @param last the last bytes of the addresses */
async function holdAddresses(lab: Lab, host: Host, last: readonly number[]): Promise<void> {
  const [first] = last;
  // Scope host: such an address is never chosen as the sender of what is not bound to it.
  const lines = last.map((octet) => `address add 192.168.11.${octet}/32 dev lo scope host\n`);
  await runOk(lab, host.netns, locate("ip"), ["-batch", "-"], { input: lines.join("") });
  // npm tftp has no option for its own address.
  await configure(host, "route", "add", "192.168.11.0/24", "dev", "eth0", "src", `192.168.11.${first}`);
  await configure(host, "route", "add", "default", "dev", "eth0");
}

export interface CrowdRun {
  readonly started: Started;
  /** Waits until `reportAt` machines have some of their kernel. */
  loading(seconds?: number): Promise<void>;
  /** Waits for the end; throws a LabFailure unless every machine booted. */
  booted(seconds: number): Promise<CrowdResult>;
}

/** Switches a crowd on; what arrives must be what lies below `root`. */
export function switchOnCrowd(
  lab: Lab,
  host: Host,
  root: string,
  plan: Pick<CrowdPlan, "machines"> & Partial<CrowdPlan> & { readonly name: string },
): CrowdRun {
  const { name, machines } = plan;
  const scratch = join(lab.folder, name);
  mkdirSync(scratch, { recursive: true });
  const whole: CrowdPlan = {
    server: BOOT_SERVER,
    roots: [root],
    scratch,
    first: 0,
    boots: machines,
    lanes: machines,
    pace: 0,
    within: 1000,
    resets: false,
    reportAt: 0,
    mix: MIX,
    ...plan,
  };
  const file = join(scratch, "plan.json");
  writeFileSync(file, JSON.stringify(whole));
  const started = start(lab, host.netns, { name, command: process.execPath, args: [PROGRAM, file] });
  const exited = (seconds: number) =>
    started.output.until(/^\{.*\}$/m, seconds).then(([line]) => JSON.parse(line) as CrowdResult);
  return {
    started,
    async loading(seconds = 60) {
      await started.output.until(/^loading$/m, seconds);
    },
    async booted(seconds) {
      const result = await exited(seconds);
      const exit = await started.exited;
      must("code" in exit && exit.code === 0, `the crowd ended with ${JSON.stringify(exit)}`);
      if (result.failed > 0) {
        throw new LabFailure(`${result.failed} of ${whole.boots} did not boot:\n${result.failures.join("\n")}`);
      }
      must(result.booted === whole.boots, `${result.booted} of ${whole.boots} booted`);
      return result;
    },
  };
}
