import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Artefacts, artefacts } from "../artefacts.ts";
import { median } from "../bench/figures.ts";
import { machineLine } from "../bench/machine.ts";
import { markdownTable, rewriteMarked } from "../bench/marked-text.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, type Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk, start } from "../processes.ts";

const PAGE = fileURLToPath(new URL("../../../docs/reference/binary.md", import.meta.url));
const ROUNDS = 7;

interface Contestant {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The file that people load down. */
  readonly file: string;
  readonly rounds: number;
}

function contestantsOf({ x64, arm64, bundle }: Artefacts): Contestant[] {
  const debian = locate("debianArmhf");
  const emulated = { rounds: 3 };
  return [
    { name: "Node 24 and `bootlace.cjs`", command: process.execPath, args: [bundle], file: bundle, rounds: ROUNDS },
    { name: "`bootlace-linux-x64`", command: x64, args: [], file: x64, rounds: ROUNDS },
    {
      name: "`bootlace-linux-arm64`, emulated",
      command: locate("userArm64"),
      args: ["-L", locate("arm64"), arm64],
      file: arm64,
      ...emulated,
    },
    {
      name: "Debian 12's Node 18 for armhf and `bootlace.cjs`, emulated",
      command: locate("userArm"),
      args: ["-L", debian, join(debian, "usr/bin/node"), bundle],
      file: bundle,
      ...emulated,
    },
  ];
}

/** Milliseconds for `bootlace version`, and until `bootlace serve` is ready. */
async function measure(lab: Lab, host: Host, { command, args }: Contestant, round: number): Promise<[number, number]> {
  const began = performance.now();
  await runOk(lab, host.netns, command, [...args, "version"]);
  const version = performance.now() - began;
  const cwd = join(lab.folder, "empty");
  const from = performance.now();
  const name = `serve-${round}`;
  const env = { STATE_DIRECTORY: join(lab.folder, "state") };
  const served = start(lab, host.netns, { name, command, args: [...args, "serve"], cwd, env });
  await served.output.until(/"event":"bootlace\.ready"/, 60);
  const ready = performance.now() - from;
  await served.stop("SIGTERM", 15);
  return [version, ready];
}

export const benchBinary: Scenario = {
  name: "bench-binary",
  proves: "how large the executables and packages are, and how fast they start; rewrites docs/reference/binary.md",
  onlyByName: true,
  async run(lab) {
    const made = await artefacts(lab);
    const host = await addHost(lab, "alone");
    mkdirSync(join(lab.folder, "empty"));
    const contestants = contestantsOf(made);
    const samples = contestants.map((): [number, number][] => []);
    let round = 0;
    for (let turn = 0; turn < ROUNDS; turn++) {
      for (const [at, contestant] of contestants.entries()) {
        if (turn < contestant.rounds) samples[at]?.push(await measure(lab, host, contestant, round++));
      }
    }
    const size = (path: string) => `${(statSync(path).size / 1e6).toFixed(1)} MB`;
    const milliseconds = (values: readonly number[]) => `${median(values).toFixed(0)} ms`;
    const starts = contestants.map(({ name, file }, at) => {
      const taken = samples[at] ?? [];
      return [name, size(file), milliseconds(taken.map(([one]) => one)), milliseconds(taken.map(([, two]) => two))];
    });
    const packages = [made.debs.amd64, made.debs.arm64, made.alpine].map((path) => [
      `\`${path.slice(path.lastIndexOf("/") + 1)}\``,
      size(path),
      "",
      "",
    ]);
    const table = markdownTable(["", "size", "`bootlace version`", "`serve` is ready"], [...starts, ...packages]);
    rewriteMarked(PAGE, "bench-binary", `${machineLine(new Date())}.\n\n${table}`);
    lab.proof(`\n${table}`);
  },
};
