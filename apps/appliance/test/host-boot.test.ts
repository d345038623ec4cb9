import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatFault } from "../src/config/faults.ts";
import { isHostBoot } from "../src/config/host-boot.ts";
import { loadConfig } from "../src/config/load.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-host-boot-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the /boot of the machine", () => {
  const empty = join(folder, "empty.yaml");
  writeFileSync(empty, "");
  /** Started in `/`, as a script of init may do it; the file is one that names no root. */
  const inRoot = (env: Record<string, string>, flags: { name: string; key: string; value: string }[] = []) =>
    loadConfig({ cwd: "/", env, flags });
  const rootOf = (result: ReturnType<typeof loadConfig>) => (result.ok ? result.loaded.config.root : result.faults);

  it("is no root by default", () => {
    const result = inRoot({});
    expect(result.ok ? [] : result.faults.map(formatFault)).toEqual([
      "defaults: error[E050] root: root is not set, and the default (/boot) holds this machine's own kernels. Set root or --root to the folder with the boot files, or start in another folder. To serve it anyway, use --root /boot.",
    ]);
  });

  it("is one when it is named, and any other folder is, named or not", () => {
    expect(rootOf(inRoot({}, [{ name: "--root", key: "root", value: "/boot" }]))).toBe("/boot");
    expect(rootOf(inRoot({ BOOTLACE_ROOT: "boot" }))).toBe("/boot");
    expect(rootOf(inRoot({ BOOTLACE_CONFIG: empty }))).toBe(join(folder, "boot"));
    expect(rootOf(loadConfig({ cwd: folder, env: { BOOTLACE_CONFIG: empty } }))).toBe(join(folder, "boot"));
  });

  it("is known by a link too", () => {
    const [host, other, link] = ["host", "other", "link"].map((name) => join(folder, name)) as [string, string, string];
    mkdirSync(host);
    mkdirSync(other);
    symlinkSync(host, link);
    const known = (path: string) => isHostBoot(path, host);
    expect([host, link, other, join(folder, "none")].map(known)).toEqual([true, true, false, false]);
    expect(isHostBoot(join(folder, "none"), join(folder, "neither"))).toBe(false);
  });
});
