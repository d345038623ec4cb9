import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../failure.ts";
import { buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { addHost, configure, plugIn } from "../namespaces.ts";
import { type Example, examplesOf } from "../npm/consumer.ts";
import { rootWithNode } from "../npm/node-root.ts";
import { packAll } from "../npm/tarballs.ts";
import { tryExample } from "../npm/trials.ts";
import { start } from "../processes.ts";
import { blocksOf } from "../readme.ts";

const PROJECT = "/root/mine";
const SETTINGS = "--noEmit --strict --target es2023 --module nodenext";

export const libraryInDebian: Scenario = {
  name: "library-in-debian",
  proves:
    "the libraries, installed by the README's command in an empty folder of a minimal Debian: their examples type-check, run as they stand, and serve",
  async run(lab) {
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    const typescript = `typescript@${devDependencies.typescript}`;
    const tarballs = await packAll(lab);
    const root = await rootWithNode(lab, tarballs, [typescript]);
    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const { netns } = bootServer;
    const inside = (path: string) => join(root.folder, path);
    const type = (line: string) => root.type(netns, PROJECT, line);

    const lines = blocksOf(readFileSync("README.md", "utf8")).map(({ text }) => text.trim());
    const install = lines.filter((text) => text.startsWith("npm install ../"));
    must(install.length === 1, `the README says ${install.length} times how the libraries are installed`);
    mkdirSync(inside(PROJECT));
    const said = await type(install[0] ?? "");
    lab.proof(`installed in an empty folder: ${said.trim().split("\n")[0]}`);

    const libraries = tarballs.filter(({ library }) => library);
    const readmes = libraries.map(({ name }) => [
      name,
      readFileSync(inside(`${PROJECT}/node_modules/${name}/README.md`), "utf8"),
    ]);
    const examples = readmes.flatMap(([name = "", text = ""]) => examplesOf(name, text));
    const fileOf = (example: Example) => `example-${examples.indexOf(example)}.mts`;
    for (const example of examples) writeFileSync(inside(join(PROJECT, fileOf(example))), example.code);
    await type(`npm install --save-dev ${typescript}`);
    await type(`npx tsc ${SETTINGS} *.mts`);
    writeFileSync(inside(join(PROJECT, "wrong.mts")), `${examples[0]?.code}const wrong: number = createPacket;\n`);
    const wrong = await root.run(netns, "/bin/sh", "-c", `cd ${PROJECT} && npx tsc ${SETTINGS} wrong.mts`);
    must(wrong.code !== 0 && wrong.stdout.includes("TS2322"), `a wrong type is not found: ${wrong.stdout}`);
    lab.proof(`${examples.length} examples type-check with ${typescript}`);

    const pc = await addHost(lab, "pc");
    await plugIn(pc, lan, { addresses: ["192.168.11.61/24"] });
    await configure(pc, "route", "add", "default", "dev", "eth0");
    const srv = inside("srv");
    for (const folder of ["tftp", "boot", "uploads"]) mkdirSync(join(srv, folder));
    for (const folder of ["tftp", "boot"]) writeFileSync(join(srv, folder, "hello.txt"), "hello");
    const stage = {
      ...{ lab, bootServer, pc, capture, mark: 0 },
      print: (example: Example) => type(`node ${fileOf(example)}`),
      start(example: Example) {
        const { command, args } = root.program(PROJECT, "/usr/local/bin/node", fileOf(example));
        return { server: start(lab, netns, { name: fileOf(example), command, args }), srv };
      },
    };
    for (const example of examples) {
      await tryExample(stage, example);
      lab.proof(`${example.library}, "${example.heading}": does what it says`);
    }
  },
};
