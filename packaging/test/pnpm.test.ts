import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { place } from "../src/places.ts";

interface Lock {
  readonly packages: Record<string, { version?: string; integrity?: string; resolved?: string }>;
}

const read = (path: string) => JSON.parse(readFileSync(place(path), "utf8"));
const lock = () => read("tools/pnpm/npm-shrinkwrap.json") as Lock;
const sumOf = (bytes: Buffer) => `sha512-${createHash("sha512").update(bytes).digest("base64")}`;

describe("pnpm, which checks all other packages", () => {
  test("has a checksum itself, and nothing runs another one", () => {
    const { packageManager, scripts } = read("package.json");
    const [, version, sum] = /^pnpm@(\d+\.\d+\.\d+)\+sha512\.([0-9a-f]{128})$/.exec(packageManager) ?? [];
    expect([version, sum]).toEqual([expect.any(String), expect.any(String)]);
    for (const script of Object.values(scripts as Record<string, string>)) expect(script).not.toMatch(/npx|\bpnpm@/);
    expect(scripts.setup).toMatch(/^node tools\/pnpm\/run\.js install --frozen-lockfile/);
    const { "": own, ...packages } = lock().packages;
    expect(own).toMatchObject({ optionalDependencies: read("tools/pnpm/package.json").optionalDependencies });
    expect(Object.keys(packages).sort()).toEqual(
      ["linux-arm64", "linux-x64"].map((on) => `node_modules/@pnpm/exe.${on}`),
    );
    for (const row of Object.values(packages)) {
      expect(row).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/) });
      expect(row.resolved).toBeUndefined();
    }
  });
});

/** A registry on this machine with one archive of a package, and the launcher with a lock that has the sum of another. */
async function launcher(served: Buffer, locked: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-pnpm-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const name = `@pnpm/exe.${process.platform}-${process.arch}`;
  const version = lock().packages[`node_modules/${name}`]?.version ?? "";
  const registry = createServer((request, response) => {
    if (request.url?.endsWith(".tgz")) return void response.end(served);
    const dist = { tarball: `http://${request.headers.host}/served.tgz`, integrity: sumOf(served) };
    const versions = { [version]: { name, version, dist } };
    response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
  }).listen(0, "127.0.0.1");
  await once(registry, "listening");
  onTestFinished(() => void registry.close());
  for (const file of ["package.json", "run.js"]) cpSync(place(`tools/pnpm/${file}`), join(folder, file));
  const { packages, ...rest } = lock();
  const row = { ...packages[`node_modules/${name}`], integrity: sumOf(locked) };
  const changed = { ...rest, packages: { ...packages, [`node_modules/${name}`]: row } };
  writeFileSync(join(folder, "npm-shrinkwrap.json"), JSON.stringify(changed));
  return async () => {
    const { port } = registry.address() as AddressInfo;
    const own = { npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: join(folder, "cache") };
    const env = { ...process.env, ...own, npm_config_fetch_retries: "0" };
    const child = spawn(process.execPath, [join(folder, "run.js"), "some", "words"], { env });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    const [code] = await once(child, "close");
    return { code, said };
  };
}

/** An archive of a package with this program in it. */
function archive(program: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-archive-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "package"));
  const { version } = lock().packages[`node_modules/@pnpm/exe.${process.platform}-${process.arch}`] ?? {};
  const manifest = { name: `@pnpm/exe.${process.platform}-${process.arch}`, version };
  writeFileSync(join(folder, "package/package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package/pnpm"), `#!/bin/sh\necho "${program}: $*"\n`, { mode: 0o755 });
  return execFileSync("tar", ["-czf", "-", "-C", folder, "package"]);
}

describe("the launcher of pnpm", () => {
  test("runs the build whose checksum it has", async () => {
    const tested = archive("the tested one");
    const run = await launcher(tested, tested);
    expect(await run()).toEqual({ code: 0, said: "the tested one: some words\n" });
    // Once installed it needs no registry.
    expect(await run()).toEqual({ code: 0, said: "the tested one: some words\n" });
  });

  test("refuses another build of the same version, and runs nothing of it", async () => {
    const run = await launcher(archive("another one"), archive("the tested one"));
    const { code, said } = await run();
    expect([code, said]).toEqual([1, expect.stringContaining("its checksum is another")]);
    expect(said).not.toContain("another one:");
  });
});
