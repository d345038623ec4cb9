import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildLoadGenerator, type LoadResult, runLoad } from "../bench/load.ts";
import { BOOTLACE_MAIN, type Bootlace, type Program, startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { filler } from "../filler.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { addHost, addSwitch, configure, type Host, plugIn } from "../namespaces.ts";
import { runOk } from "../processes.ts";

const CLIENTS = 8;
/** Sockets that are made ahead for an address. */
const STOCK = 256;
const MIB = 1024 * 1024;
/** Packets that eight clients need for a file of one MiB. */
const PACKETS = CLIENTS * (Math.floor(MIB / 1468) + 1);

interface Case {
  readonly role: string;
  readonly reported: string;
  readonly mtu?: number;
  /** A line of bootlace.yaml. */
  readonly setting?: string;
  readonly program?: (folder: string) => Program;
  /** Sockets are made ahead. */
  readonly stock: boolean;
  /** For each packet. */
  readonly calls: { readonly least: number; readonly most: number };
}

const WHOLE = { least: 0, most: 0.2 };
const SINGLY = { least: 0.95, most: 1.5 };

/** Hides perl from Bootlace, and from nobody else. */
const withoutPerl = (folder: string): Program => ({
  command: "unshare",
  args: [
    ...["--mount", "sh", "-c", 'mount --bind /dev/null /usr/bin/perl && exec "$@"', "sh"],
    ...[process.execPath, BOOTLACE_MAIN],
  ],
  folder,
});

const CASES: readonly Case[] = [
  { role: "whole", reported: "windows leave whole, and Linux cuts them", stock: true, calls: WHOLE },
  {
    role: "narrow",
    reported: "a cable with an MTU of 1400 refuses them: they go singly",
    mtu: 1400,
    // Else the blocks that are granted fit it.
    setting: "tftp: { maxBlockSize: 1469 }\n",
    stock: true,
    calls: SINGLY,
  },
  { role: "bare", reported: "without perl they go singly", program: withoutPerl, stock: false, calls: SINGLY },
  { role: "off", reported: "switched off", stock: false, setting: "tftp: { segmentation: false }\n", calls: SINGLY },
];

export const tftpSegments: Scenario = {
  name: "tftp-segments",
  proves:
    "windows of TFTP blocks leave by one call where Linux can cut them, and singly where it cannot, byte for byte",
  async run(lab) {
    for (const one of CASES) await serve(lab, one);
  },
};

async function serve(lab: Lab, { role, reported, mtu, setting = "", program, stock, calls }: Case): Promise<void> {
  const lan = await addSwitch(lab, `lan-${role}`);
  const [boot, crowd] = [await addHost(lab, `boot-${role}`), await addHost(lab, `crowd-${role}`)];
  await plugIn(boot, lan, { addresses: [`${BOOT_SERVER}/24`] });
  await plugIn(crowd, lan, { addresses: ["192.168.11.64/24"] });
  if (mtu !== undefined) await configure(boot, "link", "set", "eth0", "mtu", String(mtu));
  const folder = join(lab.folder, role);
  const yaml = `root: ./boot\ndhcp: { enabled: false }\n${setting}`;
  const own = program === undefined ? {} : { program: program(folder) };
  const bootlace = await startBootlace(lab, boot, { yaml, ports: [69], name: role, ...own });
  const root = join(bootlace.folder, "boot");
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "kernel.bin"), filler(MIB));
  const load = { files: ["kernel.bin"], blockSize: 1468, windowSize: 16, clients: CLIENTS };
  const generator = await buildLoadGenerator(lab, crowd);
  const once = async () => {
    const before = await sent(lab, boot);
    const result = await runLoad(lab, crowd, generator, root, load, BOOT_SERVER);
    mustBeWhole(result);
    return ((await sent(lab, boot)) - before) / PACKETS;
  };
  if (stock) await eventually(lab, "the sockets made ahead", 20, () => files(bootlace) > STOCK || undefined);
  const share = await once();
  must(share >= calls.least && share <= calls.most, `${reported}: ${share.toFixed(2)} calls for each packet`);
  must(stock || files(bootlace) < STOCK, `${reported}: ${files(bootlace)} files are open`);
  lab.proof(`${reported}: ${share.toFixed(2)} calls for each packet, ${CLIENTS} files of 1 MiB byte for byte`);
  await bootlace.stop();
}

function files({ process }: Bootlace): number {
  return readdirSync(`/proc/${process.pid}/fd`).length;
}

function mustBeWhole({ ok, fail, corrupt, err }: LoadResult): void {
  must(ok === CLIENTS && fail === 0 && corrupt === 0, `${ok} of ${CLIENTS} clients got their file: ${err}`);
}

/** Datagrams that a machine has sent, as its programs see it (RFC 4113, udpOutDatagrams). */
async function sent(lab: Lab, host: Host): Promise<number> {
  const { stdout } = await runOk(lab, host.netns, "cat", ["/proc/net/snmp"]);
  const [names = [], values = []] = stdout
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("Udp:"))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf("OutDatagrams")]);
}
