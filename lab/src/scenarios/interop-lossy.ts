import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { buildBadWire, type Wire, type WireFaults } from "../bad-wire.ts";
import { startBootlace } from "../bootlace.ts";
import { LabFailure } from "../failure.ts";
import { filler } from "../filler.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { run } from "../processes.ts";
import { TFTP_COMBINATIONS, type TftpClient } from "../tftp-clients.ts";

interface Condition {
  readonly name: string;
  readonly suffix: string;
  readonly faults: WireFaults;
  readonly mtu?: number;
  readonly sizes: readonly number[];
  /** Packets get lost or change places. */
  readonly harmful: boolean;
  /** Below `tftp` in bootlace.yaml. */
  readonly tftp?: string;
}

const CONDITIONS: readonly Condition[] = [
  { name: "5 % lost each way", suffix: "loss", faults: { loss: 5 }, harmful: true, sizes: [1, 512 * 3, 1468 * 40 + 1] },
  {
    name: "4 ms ± 3 ms, 10 % reordered, 5 % doubled",
    suffix: "mess",
    faults: { delay: 4, jitter: 3, reorder: 10, duplicate: 5 },
    harmful: true,
    sizes: [1, 512 * 3, 1468 * 20 + 1],
  },
  {
    name: "MTU 576, blocks up to 65464 bytes in fragments",
    suffix: "mtu",
    faults: {},
    harmful: false,
    mtu: 576,
    sizes: [1, 512, 1468 * 3, 200_003],
    tftp: "tftp: { maxBlockSize: 65464, maxWindowSize: 64 }\n",
  },
];

const partOf = ({ suffix }: Condition) => `interop-${suffix}`;

/** Clients at once: most of their time they wait. */
const AT_ONCE = 12;

/** How often a client that loss makes give up is started for one file, as the person at the machine would. */
const ATTEMPTS = 5;

export const interopLossy: Scenario = {
  name: "interop-lossy",
  proves: "five TFTP clients with every option they can ask for get files byte for byte over bad cables",
  parts: CONDITIONS.map(partOf),
  async run(lab) {
    for (const condition of CONDITIONS) {
      if (lab.part(partOf(condition))) await underCondition(lab, condition);
    }
  },
};

async function underCondition(lab: Lab, condition: Condition): Promise<void> {
  const { name, suffix, faults, mtu, sizes, harmful, tftp = "" } = condition;
  const ends = { suffix, near: "192.168.11.20/24", far: `${BOOT_SERVER}/24`, ...(mtu === undefined ? {} : { mtu }) };
  const wire = await buildBadWire(lab, ends, faults);
  const yaml = `root: ./boot\ndhcp: { enabled: false }\n${tftp}`;
  const bootlace = await startBootlace(lab, wire.far, { yaml, ports: [69] });
  const root = join(bootlace.folder, "boot");
  mkdirSync(join(root, "sizes"), { recursive: true });
  for (const size of sizes) writeFileSync(join(root, "sizes", `${size}.bin`), filler(size));

  const clients = TFTP_COMBINATIONS.filter((client) => !harmful || client.underLoss !== "breaks");
  const gets = clients.flatMap((client) => sizes.map((size) => ({ client, file: `sizes/${size}.bin`, attempt: 1 })));
  const complaints: string[] = [];
  let repeated = 0;
  const began = performance.now();
  const worker = async (at: number) => {
    for (let next = gets.shift(); next !== undefined; next = gets.shift()) {
      const complaint = await get(lab, wire, next.client, root, next.file, String(at));
      if (complaint === undefined) continue;
      const again = harmful && next.client.underLoss === "gives-up" && next.attempt < ATTEMPTS;
      if (again) gets.push({ ...next, attempt: next.attempt + 1 });
      else complaints.push(complaint);
      repeated += again ? 1 : 0;
    }
  };
  const count = gets.length;
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => worker(at)));
  if (complaints.length > 0) throw new LabFailure(`${name}: ${complaints.join("\n")}`);
  await bootlace.stop();
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  lab.proof(
    `${name}: ${count} files by ${clients.length} clients in ${seconds} s, ${repeated} of them asked again; the cable: ${await wire.cut()}`,
  );
}

/** Gets one file; returns what was wrong. */
async function get(
  lab: Lab,
  wire: Wire,
  client: TftpClient,
  root: string,
  file: string,
  place: string,
): Promise<string | undefined> {
  const local = join(lab.folder, `got-${place}-${basename(file)}`);
  const { command, args } = client.get(BOOT_SERVER, file, local);
  const { code, stderr, stdout } = await run(lab, wire.near.netns, command, args, { seconds: 180 });
  const said = `status ${code}: ${stderr}${stdout}`;
  if (!existsSync(local)) return `${client.name} brought no ${file}, ${said}`;
  const [want, got] = [readFileSync(join(root, file)), readFileSync(local)];
  rmSync(local);
  if (got.equals(want)) return undefined;
  return `${client.name} brought ${got.length} bytes of ${file} that are not its ${want.length}, ${said}`;
}
