import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Capture } from "../capture.ts";
import { LabFailure, must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, configure, type Host, plugIn } from "../namespaces.ts";
import { type Consumer, createConsumer, type Example, typeCheck, typeCheckWithNode } from "../npm/consumer.ts";
import { execute } from "../npm/environment.ts";
import { NODES, nodeOf } from "../npm/node-versions.ts";
import { folderOutside, packAll } from "../npm/tarballs.ts";
import { offerTo } from "../offer.ts";
import { locate } from "../packages.ts";
import { listening } from "../ports.ts";
import { runOk, type Started, start } from "../processes.ts";

export const npmLibrary: Scenario = {
  name: "npm-library",
  proves:
    "the libraries, installed in an empty project, type-check and run as their READMEs say, on each Node.js from 22.12 on",
  async run(lab) {
    const folder = folderOutside(lab, "library");
    const libraries = (await packAll(lab, folder)).filter(({ library }) => library);
    const project = join(folder, "project");
    const consumer = await createConsumer(lab, project, libraries);
    const checked = await typeCheck(lab, consumer);
    await typeCheckWithNode(lab, consumer, "24.19.2");
    lab.proof(`${consumer.examples.length} examples type-check, with @types/node and without: ${checked.join(", ")}`);

    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const pc = await addHost(lab, "pc");
    await plugIn(pc, lan, { addresses: ["192.168.11.61/24"] });
    await configure(pc, "route", "add", "default", "dev", "eth0");
    for (const version of NODES) {
      const node = await nodeOf(lab, version);
      await requires(lab, consumer, node);
      for (const example of consumer.examples) {
        await runs({ lab, consumer, example, version, node, bootServer, pc, capture });
      }
      lab.proof(`Node.js ${version}: every example does what it says; CommonJS requires all three`);
    }
  },
};

/** A CommonJS program gets at every name by `require`. */
async function requires(lab: Lab, { folder }: Consumer, node: string): Promise<void> {
  const names = await execute(lab, node, [join(folder, "out/cjs/consumer.js")], { cwd: folder });
  for (const name of ["decodePacket", "createProxyDhcp", "createTftpServer"]) {
    must(names.split(/\s/).includes(name), `require() does not give ${name}: ${names}`);
  }
}

interface Trial {
  readonly lab: Lab;
  readonly consumer: Consumer;
  readonly example: Example;
  readonly version: (typeof NODES)[number];
  readonly node: string;
  readonly bootServer: Host;
  readonly pc: Host;
  readonly capture: Capture;
}

/** What each example must do, by library and heading. */
const TRIALS: Readonly<Record<string, (trial: Trial) => Promise<void>>> = {
  "@bootlace/dhcp-core: @bootlace/dhcp-core": async ({ lab, consumer, example, node }) => {
    const printed = await execute(lab, node, [consumer.compiled(example)], { cwd: consumer.folder });
    must(printed === example.prints, `the README does not say what it prints:\n${printed}`);
  },
  "@bootlace/proxy-dhcp: @bootlace/proxy-dhcp": async (trial) => {
    const { lab, pc, capture, version } = trial;
    const { server } = startExample(trial);
    await listening(lab, server, [67, 4011]);
    const mac = `52:54:00:ae:02:${version.slice(0, 2)}`;
    const xid = 0x70000000 + NODES.indexOf(version);
    const vendorClass = "PXEClient:Arch:00007:UNDI:003016";
    const offer = await offerTo(lab, pc, capture, { mac, xid, vendorClass, architecture: 7 });
    must(offer.file === "bootx64.efi" && offer.siaddr === BOOT_SERVER, `offered "${offer.file}"`);
    await server.output.until(new RegExp(`${mac} \\{[^]*kind: 'offer'`), 5);
    await server.stop();
  },
  "@bootlace/tftp-serve: Serve a folder": async (trial) => {
    const { lab, pc } = trial;
    const { server } = startExample(trial);
    await listening(lab, server, [69]);
    must((await fetchText(lab, pc, `tftp://${BOOT_SERVER}/hello.txt`)) === "hello", "hello.txt came otherwise");
    await server.stop();
  },
  "@bootlace/tftp-serve: Serve what you make": async (trial) => {
    const { lab, bootServer } = trial;
    const { server } = startExample(trial);
    await listening(lab, server, [6969]);
    must((await fetchText(lab, bootServer, `${LOCAL}/boot.ipxe`)).startsWith("#!ipxe\n"), "boot.ipxe is no script");
    must((await fetchText(lab, bootServer, `${LOCAL}/who.cfg`)) === "client 127.0.0.1\n", "who.cfg is wrong");
    await server.stop();
  },
  "@bootlace/tftp-serve: Watch transfers": async (trial) => {
    const { lab, bootServer } = trial;
    const { server } = startExample(trial);
    await listening(lab, server, [6969]);
    await fetchText(lab, bootServer, `${LOCAL}/hello.txt`);
    await server.output.until(/127\.0\.0\.1 asks for "hello\.txt"\n(.*\n)*5 octets, 0 sent again/, 5);
    await server.stop();
  },
  "@bootlace/tftp-serve: Stop": async (trial) => {
    const exit = await startExample(trial).server.exited;
    must("code" in exit && exit.code === 0, `it ended with ${JSON.stringify(exit)}`);
  },
  "@bootlace/tftp-serve: Take uploads": async (trial) => {
    const { lab, bootServer } = trial;
    const { server, srv } = startExample(trial);
    await listening(lab, server, [6969]);
    const upload = ["--silent", "--show-error", "--upload-file", join(srv, "tftp/hello.txt"), `${LOCAL}/new.txt`];
    await runOk(lab, bootServer.netns, locate("curl"), upload);
    must(existsSync(join(srv, "uploads/new.txt")), "the upload did not arrive");
    await server.stop();
  },
};

const LOCAL = "tftp://127.0.0.1:6969";

async function runs(trial: Trial): Promise<void> {
  const name = `${trial.example.library}: ${trial.example.heading}`;
  const attempt = TRIALS[name];
  if (attempt === undefined) throw new LabFailure(`nothing says what the example "${name}" must do`);
  await attempt(trial);
}

/** Runs an example as it stands, on the boot server; /srv is a folder of this run there, and nowhere else. */
function startExample({ lab, consumer, example, version, node, bootServer }: Trial): { server: Started; srv: string } {
  const name = `example-${consumer.examples.indexOf(example)}-${version}`;
  const srv = join(lab.folder, `${name}-srv`);
  for (const folder of ["tftp", "uploads"]) mkdirSync(join(srv, folder), { recursive: true });
  writeFileSync(join(srv, "tftp/hello.txt"), "hello");
  // ip netns exec gives a mount namespace, and what is mounted in it stays in it.
  const args = ["-euc", 'mount --bind "$1" /srv && exec "$2" "$3"', "sh", srv, node, consumer.compiled(example)];
  const server = start(lab, bootServer.netns, { name, command: "/bin/sh", args, cwd: consumer.folder });
  return { server, srv };
}

async function fetchText(lab: Lab, host: Host, url: string): Promise<string> {
  return (await runOk(lab, host.netns, locate("curl"), ["--silent", "--show-error", url])).stdout.toString();
}
