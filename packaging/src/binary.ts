/**
 * `npm run binary -- TARGET…` makes a single executable for each target, the bundle for the Node.js of a distribution,
 * their SBOMs and the sums of everything: `npm run binary -- linux-x64 linux-arm64 [--out DIR]`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Bundle, makeBundle, writeBundle } from "./bundle.ts";
import { writeExecutable } from "./executable.ts";
import { readLock } from "./lock.ts";
import { nodeFor } from "./node-runtime.ts";
import { readOrder } from "./order.ts";
import { makeSbom, type SbomRequest } from "./sbom.ts";
import { buildTime } from "./stamp.ts";
import { writeSums } from "./sums.ts";
import type { Target } from "./targets.ts";

async function makeAll(out: string, targets: readonly Target[]): Promise<void> {
  const time = buildTime();
  const lock = readLock();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const describe = (name: string, { packages }: Bundle, node?: SbomRequest["node"]) => {
    const file = { name, bytes: readFileSync(join(out, name)) };
    const sbom = makeSbom({ file, packages, lock, time, ...(node === undefined ? {} : { node }) });
    writeFileSync(join(out, `${name}.cdx.json`), sbom);
    console.log(`${name}  ${(file.bytes.length / 1e6).toFixed(1)} MB`);
  };
  const forDistributions = await makeBundle("distribution");
  writeBundle(join(out, "bootlace.cjs"), forDistributions);
  describe("bootlace.cjs", forDistributions);
  const forExecutable = await makeBundle("executable");
  for (const target of targets) {
    const node = nodeFor(target);
    const name = `bootlace-${target.name}`;
    writeExecutable(join(out, name), forExecutable, node);
    describe(name, forExecutable, { locked: node.locked, parts: process.versions as Record<string, string> });
  }
  writeSums(out);
}

const order = readOrder(process.argv.slice(2));
if (order.ok) await makeAll(resolve(order.out), order.targets);
else {
  console.error(order.problem);
  process.exitCode = 2;
}
