import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { addHost, configure, type Host, plugIn } from "../namespaces.ts";
import { type Consumer, createConsumer, type Example, typeCheck, typeCheckWithNode } from "../npm/consumer.ts";
import { execute } from "../npm/environment.ts";
import { NODES, nodeOf } from "../npm/node-versions.ts";
import { folderOutside, packAll } from "../npm/tarballs.ts";
import { tryExample } from "../npm/trials.ts";
import { type Started, start } from "../processes.ts";

export const npmLibrary: Scenario = {
  name: "npm-library",
  proves:
    "the libraries, installed in an empty project, type-check and run as their READMEs say, on each Node.js from 22.12 on",
  async run(lab) {
    const folder = folderOutside(lab, "library");
    const libraries = (await packAll(lab)).filter(({ library }) => library);
    const project = join(folder, "project");
    const consumer = await createConsumer(lab, project, libraries);
    const checked = await typeCheck(lab, consumer);
    await typeCheckWithNode(lab, consumer, "24.19.2");
    lab.proof(`${consumer.examples.length} examples type-check, with @types/node and without: ${checked.join(", ")}`);

    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const pc = await addHost(lab, "pc");
    await plugIn(pc, lan, { addresses: ["192.168.11.61/24"] });
    await configure(pc, "route", "add", "default", "dev", "eth0");
    for (const [mark, version] of NODES.entries()) {
      const node = await nodeOf(lab, version);
      await requires(lab, consumer, node);
      const stage = {
        ...{ lab, bootServer, pc, capture, mark },
        print: (example: Example) => execute(lab, node, [consumer.compiled(example)], { cwd: consumer.folder }),
        start: (example: Example) => startExample({ lab, consumer, example, version, node, bootServer }),
      };
      for (const example of consumer.examples) await tryExample(stage, example);
      lab.proof(`Node.js ${version}: every example does what it says; CommonJS requires all of them`);
    }
  },
};

/** A CommonJS program gets at every name by `require`. */
async function requires(lab: Lab, { folder }: Consumer, node: string): Promise<void> {
  const names = await execute(lab, node, [join(folder, "out/cjs/consumer.js")], { cwd: folder });
  for (const name of [
    "decodePacket",
    "imageSource",
    "createProxyDhcp",
    "createTftpServer",
    "createHttpBootServer",
    "createPxeClient",
  ]) {
    must(names.split(/\s/).includes(name), `require() does not give ${name}: ${names}`);
  }
}

interface Call {
  readonly lab: Lab;
  readonly consumer: Consumer;
  readonly example: Example;
  readonly version: string;
  readonly node: string;
  readonly bootServer: Host;
}

/** Runs an example as it stands, on the boot server; /srv is a folder of this run there, and nowhere else. */
function startExample({ lab, consumer, example, version, node, bootServer }: Call): { server: Started; srv: string } {
  const name = `example-${consumer.examples.indexOf(example)}-${version}`;
  const srv = join(lab.folder, `${name}-srv`);
  for (const folder of ["tftp", "boot", "uploads"]) mkdirSync(join(srv, folder), { recursive: true });
  for (const folder of ["tftp", "boot"]) writeFileSync(join(srv, folder, "hello.txt"), "hello");
  // ip netns exec gives a mount namespace, and what is mounted in it stays in it.
  const args = ["-euc", 'mount --bind "$1" /srv && exec "$2" "$3"', "sh", srv, node, consumer.compiled(example)];
  const server = start(lab, bootServer.netns, { name, command: "/bin/sh", args, cwd: consumer.folder });
  return { server, srv };
}
