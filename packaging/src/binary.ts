/**
 * `npm run binary -- TARGET…` builds a single executable for each target, the bundle for the Node.js of a distribution,
 * their SBOMs and the sums of everything: `npm run binary -- linux-x64 linux-arm64 [--packages] [--out DIR]`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeAlpineArchive } from "./alpine.ts";
import { applianceOf } from "./appliance.ts";
import { type Bundle, makeBundle, writeBundle } from "./bundle.ts";
import { writeDeb } from "./deb.ts";
import { writeExecutable } from "./executable.ts";
import { readLock } from "./lock.ts";
import { nodeFor } from "./node-runtime.ts";
import { type Order, readOrder } from "./order.ts";
import { makeSbom, type SbomRequest } from "./sbom.ts";
import { buildTime } from "./stamp.ts";
import { writeSums } from "./sums.ts";

async function make({ out, targets, packages }: Order): Promise<void> {
  const time = buildTime();
  const lock = readLock();
  const inOut = (name: string) => join(out, name);
  const made: string[] = [];
  const report = (name: string) => {
    made.push(name);
    console.log(`${name}  ${(readFileSync(inOut(name)).length / 1e6).toFixed(1)} MB`);
  };
  const describe = (name: string, bundle: Bundle, node?: SbomRequest["node"]) => {
    const file = { name, bytes: readFileSync(inOut(name)) };
    const nodeInside = node === undefined ? {} : { node };
    const sbom = `${name}.cdx.json`;
    writeFileSync(inOut(sbom), makeSbom({ file, packages: bundle.packages, lock, time, ...nodeInside }));
    report(name);
    made.push(sbom);
  };

  mkdirSync(out, { recursive: true });
  const forDistributions = await makeBundle("distribution");
  writeBundle(inOut("bootlace.cjs"), forDistributions);
  describe("bootlace.cjs", forDistributions);
  const appliance = applianceOf(inOut("bootlace.cjs"));
  const licenses = appliance.says("licenses");
  if (packages) report(writeAlpineArchive(out, { bundle: inOut("bootlace.cjs"), appliance, licenses, time }));

  const forExecutable = await makeBundle("executable");
  for (const target of targets) {
    const node = nodeFor(target);
    const name = `bootlace-${target.name}`;
    writeExecutable(inOut(name), forExecutable, node);
    describe(name, forExecutable, { locked: node.locked, parts: process.versions as Record<string, string> });
    if (!packages) continue;
    const all = `${licenses}\nNode.js ${node.locked.version}\n\n${readFileSync(node.license, "utf8")}`;
    report(writeDeb(out, { target, executable: inOut(name), licenses: all, appliance, time }));
  }
  writeSums(out, made);
}

const order = readOrder(process.argv.slice(2));
if (order.ok) await make({ ...order.order, out: resolve(order.order.out) });
else {
  console.error(order.problem);
  process.exitCode = 2;
}
