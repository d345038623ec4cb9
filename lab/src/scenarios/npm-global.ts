import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords } from "../bootlace.ts";
import type { Capture } from "../capture.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, configure, type Host, plugIn } from "../namespaces.ts";
import { execute, npm, personEnvironment } from "../npm/environment.ts";
import { NODES, pathOf, TOO_OLD_NODE } from "../npm/node-versions.ts";
import { folderOutside, packAll } from "../npm/tarballs.ts";
import { offerTo } from "../offer.ts";
import { locate } from "../packages.ts";
import { listening } from "../ports.ts";
import { run, runOk, start } from "../processes.ts";
import { BIOS_MEMTEST, plantTree } from "../tree.ts";

/** What the files of an installation may weigh, with the libraries that a user of npm may want beside the program. */
const BYTES = 9_000_000;

const FILE = "pxelinux/pxelinux.0";

export const npmGlobal: Scenario = {
  name: "npm-global",
  proves:
    "npm install -g gives a light bootlace that boots a client on each Node.js from 22.12 on, and says so on an old one",
  async run(lab) {
    const folder = folderOutside(lab, "global");
    const tarballs = await packAll(lab);
    const prefix = join(folder, "prefix");
    const files = tarballs.map(({ file }) => file);
    await npm(lab, ["install", "--global", "--prefix", prefix, ...files], { cwd: folder });
    const { bytes, packages } = weigh(join(prefix, "lib/node_modules"));
    const weight = `${(bytes / 1e6).toFixed(1)} MB in ${packages} packages`;
    must(bytes < BYTES, `the installed daemon is above its budget: ${weight}`);
    must(packages === tarballs.length, `npm has chosen ${packages - tarballs.length} packages by itself`);
    lab.proof(`installed: ${weight}, all of them Bootlace's own`);
    await needsNothing(lab, folder, files);

    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const pc = await addHost(lab, "pc");
    await plugIn(pc, lan, { addresses: ["192.168.11.61/24"] });
    await configure(pc, "route", "add", "default", "dev", "eth0");
    const program = join(prefix, "bin/bootlace");
    for (const version of NODES) await boots(lab, { program, version, bootServer, pc, capture });
    await refusesOldNode(lab, program, bootServer);

    const names = tarballs.map(({ name }) => name);
    await npm(lab, ["uninstall", "--global", "--prefix", prefix, ...names], { cwd: folder });
    must(!existsSync(program), "npm uninstall left the command behind");
  },
};

/** The program alone, with nothing to fetch anything from: what it runs is all in its one archive. */
async function needsNothing(lab: Lab, folder: string, files: readonly string[]): Promise<void> {
  const file = files.find((path) => /\/bootlace-\d/.test(path)) ?? "";
  const [prefix, cache] = [join(folder, "alone"), join(folder, "empty-cache")];
  await npm(lab, ["install", "--global", "--offline", "--cache", cache, "--prefix", prefix, file], { cwd: folder });
  const environment = personEnvironment([await pathOf(lab, NODES[0])]);
  const said = await execute(lab, join(prefix, "bin/bootlace"), ["licenses"], { cwd: folder, environment });
  must(said.includes("fastify 5"), "its licences are not in it");
  lab.proof("the program alone is installed without a registry, with the licences of what is in it");
}

interface Trial {
  readonly program: string;
  readonly version: (typeof NODES)[number];
  readonly bootServer: Host;
  readonly pc: Host;
  readonly capture: Capture;
}

async function boots(lab: Lab, { program, version, bootServer, pc, capture }: Trial): Promise<void> {
  const cwd = join(lab.folder, version);
  mkdirSync(cwd);
  plantTree(join(cwd, "boot"), BIOS_MEMTEST);
  const environment = { ...personEnvironment([await pathOf(lab, version)]), STATE_DIRECTORY: join(cwd, "state") };
  const reported = await execute(lab, program, ["version"], { cwd, environment });
  const own = JSON.parse(await execute(lab, program, ["version", "--json"], { cwd, environment }));
  must(reported.includes(`node ${version}`) && own.node === version, `it runs on another Node.js: ${reported}`);

  const server = start(lab, bootServer.netns, {
    name: `bootlace-${version}`,
    command: program,
    args: ["serve"],
    cwd,
    env: environment,
  });
  await listening(lab, server, [67, 4011, 69]);
  const mac = `52:54:00:ae:01:${version.slice(0, 2)}`;
  const xid = 0x60000000 + NODES.indexOf(version);
  const vendorClass = "PXEClient:Arch:00000:UNDI:002001";
  const offer = await offerTo(lab, pc, capture, { mac, xid, vendorClass, architecture: 0 });
  must(offer.file === FILE && offer.siaddr === BOOT_SERVER, `offered "${offer.file}" from ${offer.siaddr}`);

  const wanted = readFileSync(join(cwd, "boot", FILE));
  for (const url of [`tftp://${BOOT_SERVER}/${FILE}`, `http://${BOOT_SERVER}:8069/${FILE}`]) {
    const got = await runOk(lab, pc.netns, locate("curl"), ["--silent", "--show-error", "--fail", url]);
    must(got.stdout.equals(wanted), `${url} came with other bytes`);
  }
  const exit = await server.stop("SIGTERM", 10);
  must("code" in exit && exit.code === 0, `SIGTERM ended it with ${JSON.stringify(exit)}`);
  // stdout and stderr are one file here: what Node.js itself says on stderr is no JSON, and fails.
  const records = readRecords(server.output.text());
  const loud = records.find(({ level }) => level === "error" || level === "fatal");
  must(loud === undefined, `it logged an error: ${JSON.stringify(loud)}`);
  const history = records.some(({ event }) => event === "history.unavailable") ? "in memory" : "in SQLite";
  lab.proof(`Node.js ${version}: offer, TFTP, HTTP, SIGTERM 0, history ${history}`);
}

async function refusesOldNode(lab: Lab, program: string, { netns }: Host): Promise<void> {
  const { PATH } = personEnvironment([await pathOf(lab, TOO_OLD_NODE)]);
  const refused = await run(lab, netns, "/usr/bin/env", [`PATH=${PATH}`, program, "serve"]);
  const lines = refused.stderr.trimEnd().split("\n");
  const said = lines.length === 1 && refused.stderr.includes(TOO_OLD_NODE) && refused.stderr.includes("22.12 or later");
  must(refused.code === 4 && said, `on Node.js ${TOO_OLD_NODE}, status ${refused.code}: ${refused.stderr}`);
  lab.proof(`Node.js ${TOO_OLD_NODE}: ${lines[0]}`);
}

/** The size of all files below a folder of packages, and the number of packages in it. */
function weigh(folder: string): { bytes: number; packages: number } {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = paths.map((path) => lstatSync(join(folder, path))).filter((entry) => entry.isFile());
  const packages = paths.filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path));
  return { bytes: sizes.reduce((sum, { size }) => sum + size, 0), packages: packages.length };
}
