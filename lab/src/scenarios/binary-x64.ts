import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { artefacts } from "../artefacts.ts";
import { must } from "../failure.ts";
import type { Scenario } from "../lab.ts";
import { copyRoot } from "../minimal-root.ts";
import { addHost } from "../namespaces.ts";
import { run, runOk } from "../processes.ts";
import { bootMemtest } from "./bios-memtest.ts";

export const binaryX64: Scenario = {
  name: "binary-x64",
  proves:
    "the single executable, alone in an empty folder of a minimal Debian, boots memtest86+; neither NODE_OPTIONS nor OpenSSL settings reach it",
  async run(lab) {
    const { x64, bundle, folder: built } = await artefacts(lab);
    const host = await addHost(lab, "alone");
    await runOk(lab, host.netns, "/usr/bin/sha256sum", ["--check", "--quiet", "SHA256SUMS"], { cwd: built });

    const root = copyRoot(lab);
    const home = join(root.folder, "opt/empty");
    mkdirSync(home, { recursive: true });
    must(readdirSync(home).length === 0, "the folder is not empty");
    must(!existsSync(join(root.folder, "usr/bin/node")), "the minimal Debian has a Node.js");
    copyFileSync(x64, join(home, "bootlace"));
    const said = await root.run(host.netns, "/opt/empty/bootlace", "version");
    must(said.code === 0, `bootlace version exited with ${said.code}: ${said.stderr}`);
    lab.proof(said.stdout.toString().trim());
    const licences = (await root.run(host.netns, "/opt/empty/bootlace", "licenses")).stdout.toString();
    for (const text of [
      "Bootlace 0.",
      "The Bootlace authors",
      "fastify 5.",
      "Node.js is licensed for use as follows",
    ]) {
      must(licences.includes(text), `bootlace licenses does not print "${text}"`);
    }
    lab.proof(`licences inside: ${licences.split("\n").length} lines`);

    // The same injection reaches a Node.js that runs the bundle, so that it would be seen here.
    const mark = "NODE_OPTIONS were obeyed";
    writeFileSync(join(root.folder, "injected.cjs"), `console.error(${JSON.stringify(mark)});`);
    const injected = (path: string) => `NODE_OPTIONS=--require=${path}`;
    const open = await runOk(lab, host.netns, "/usr/bin/env", [
      injected(join(root.folder, "injected.cjs")),
      process.execPath,
      bundle,
      "version",
    ]);
    must(open.stderr.includes(mark), "the injection does not even reach Node.js");
    const shut = await root.run(
      host.netns,
      "/usr/bin/env",
      injected("/injected.cjs"),
      "/opt/empty/bootlace",
      "version",
    );
    must(shut.code === 0 && !shut.stderr.includes(mark), `NODE_OPTIONS reached the executable: ${shut.stderr}`);
    lab.proof("NODE_OPTIONS=--require reaches Node with the bundle, and not the executable");

    // Node reads both at its start, and ends with status 101 here.
    const odd = "nodejs_conf = [ no settings\n";
    mkdirSync(join(root.folder, "etc/ssl"), { recursive: true });
    for (const file of ["etc/ssl/openssl.cnf", "odd.cnf"]) writeFileSync(join(root.folder, file), odd);
    const nodeReads = await run(lab, host.netns, "/usr/bin/env", [
      `OPENSSL_CONF=${join(root.folder, "odd.cnf")}`,
      process.execPath,
      bundle,
      "version",
    ]);
    must(nodeReads.code !== 0, "the odd settings of OpenSSL do not even reach Node.js");
    for (const variables of [[], ["OPENSSL_CONF=/odd.cnf"]]) {
      const calm = await root.run(host.netns, "/usr/bin/env", ...variables, "/opt/empty/bootlace", "version");
      must(calm.code === 0, `settings of OpenSSL reached the executable: ${calm.stderr}`);
    }
    lab.proof("odd settings of OpenSSL end Node with the bundle, and not the executable");

    await bootMemtest(lab, root.program("/opt/empty", "/opt/empty/bootlace"));
    const state = readdirSync(join(home, "state"));
    must(state.includes("boots.db"), `no history was kept: ${state.join(", ")}`);
    lab.proof(`in its state folder: ${state.sort().join(", ")}`);
  },
};
