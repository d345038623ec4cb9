import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { effectiveRows } from "../src/config/effective.ts";
import { formatFault, warningText } from "../src/config/faults.ts";
import { type ConfigRequest, loadConfig } from "../src/config/load.ts";
import { type Flag, originText } from "../src/config/overlay.ts";
import { readSetting, settings } from "../src/config/settings.ts";
import { defaultStateDirectory } from "../src/config/state-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-layers-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, "a.yaml"),
  "tftp:\n  port: 1069\n  maxTransfers: 5\nroot: files\nboot:\n  - { file: x, when: { mac: 52:54:00 } }\n",
);

function load(more: Partial<ConfigRequest>) {
  const result = loadConfig({ cwd: folder, file: "a.yaml", ...more });
  if (!result.ok) throw new Error(result.faults.map(formatFault).join("\n"));
  const { config, originOf } = result.loaded;
  return { config, origin: (...path: PropertyKey[]) => originText(originOf(path)), loaded: result.loaded };
}

function faults(more: Partial<ConfigRequest>): string[] {
  const result = loadConfig({ cwd: folder, file: "a.yaml", ...more });
  return result.ok ? [] : result.faults.map(formatFault);
}

const set = (key: string, value: unknown): Flag => ({ name: `--set ${key}`, key, value });

describe("a value", () => {
  it("of the file beats the default, the environment beats the file, a flag beats both", () => {
    const of = (env: Record<string, string>, flags: Flag[]) => {
      const { config, origin } = load({ env, flags });
      return [config.tftp.port, origin("tftp", "port")];
    };
    expect(load({}).origin("dhcp", "port")).toBe("default");
    expect(of({}, [])).toEqual([1069, "a.yaml:2"]);
    expect(of({ BOOTLACE_TFTP_PORT: "2069" }, [])).toEqual([2069, "environment BOOTLACE_TFTP_PORT"]);
    expect(of({ BOOTLACE_TFTP_PORT: "2069" }, [set("tftp.port", "3069")])).toEqual([3069, "--set tftp.port"]);
    expect(of({}, [set("tftp.port", "3069"), set("tftp.port", "4069")])).toEqual([4069, "--set tftp.port"]);
  });

  it("of the file stays beside one of the same section from elsewhere", () => {
    const { config, origin } = load({ env: { BOOTLACE_TFTP_PORT: "2069" } });
    expect([config.tftp.maxTransfers, origin("tftp", "maxTransfers")]).toEqual([5, "a.yaml:3"]);
    expect(origin("boot", 0, "when", "mac")).toBe("a.yaml:6");
  });

  it("that is a path counts from the working folder unless the file has it", () => {
    expect(load({ cwd: "/", file: join(folder, "a.yaml") }).config.root).toBe(join(folder, "files"));
    expect(load({ env: { BOOTLACE_ROOT: "elsewhere" } }).config.root).toBe(join(folder, "elsewhere"));
    const { config } = load({ flags: [set("log.file", "a.log"), set("admin.tokenFile", "/t")] });
    expect([config.log.file, config.admin.tokenFile]).toEqual([join(folder, "a.log"), "/t"]);
  });

  it("may be a list or a switch", () => {
    const { config } = load({
      env: { BOOTLACE_INTERFACES: "eth0, eth1", BOOTLACE_DHCP_ENABLED: "false", BOOTLACE_SUBNETS: "" },
    });
    expect([config.interfaces, config.dhcp.enabled, config.subnets]).toEqual([["eth0", "eth1"], false, []]);
  });

  it("that is wrong is reported with the place it came from, together with all others", () => {
    const env = { BOOTLACE_TFTP_PORT: "many", BOOTLACE_LOG_LEVEL: "loud", HOME: "/root", BOOTLACE_CONFIG: "unused" };
    expect(faults({ env, flags: [set("http.port", "0")] })).toEqual([
      'environment BOOTLACE_TFTP_PORT: error[E010] tftp.port: "many" is not a whole number. Allowed: 1 to 65535.',
      "--set http.port: error[E012] http.port: 0 is below 1. Allowed: 1 to 65535.",
      'environment BOOTLACE_LOG_LEVEL: error[E011] log.level: "loud" is not one of the allowed words. Allowed: error, warn, info, debug.',
    ]);
  });

  it("that clashes with one of the file is reported at the one that came later", () => {
    expect(faults({ env: { BOOTLACE_DHCP_PORT: "1069" } })).toEqual([
      "a.yaml:2:9: error[E033] tftp.port: dhcp.port and tftp.port are both 1069. Give each service its own port.",
    ]);
  });

  it("in the environment without a setting of its name changes nothing, which is a warning with the nearest name", () => {
    const { config, loaded } = load({ env: { BOOTLACE_TFPT_PORT: "69", BOOTLACE_TFTP_PORT: "tcp://172.17.0.3:69" } });
    expect(config.tftp.port).toBe(1069);
    expect(loaded.warnings?.map(warningText)).toEqual([
      'environment "BOOTLACE_TFPT_PORT": unknown setting "BOOTLACE_TFPT_PORT". Did you mean BOOTLACE_TFTP_PORT? Allowed: BOOTLACE_ and the key in capitals, for example BOOTLACE_TFTP_PORT.',
      expect.stringContaining('environment "BOOTLACE_TFTP_PORT": unknown setting'),
    ]);
  });

  it("of a flag without a setting of its name is a fault, with the nearest name", () => {
    expect(faults({ flags: [set("tftp.prot", "69"), set("boot", "[]")] })).toEqual([
      '--set tftp.prot: error[E041] unknown setting "tftp.prot". Did you mean tftp.port? Allowed: the key with dots, such as tftp.port; set rules, hosts and menus in the file.',
      '--set boot: error[E041] unknown setting "boot". Did you mean root? Allowed: the key with dots, such as tftp.port; set rules, hosts and menus in the file.',
    ]);
  });

  it("does not hide a section of the wrong type", () => {
    writeFileSync(join(folder, "wrong.yaml"), "tftp: 5\n");
    expect(faults({ file: "wrong.yaml", env: { BOOTLACE_TFTP_PORT: "69" } })).toEqual([
      "wrong.yaml:1:7: error[E010] tftp: 5 is not a mapping with keys. Allowed: a mapping with keys.",
    ]);
  });
});

describe("the settings", () => {
  it("each have a variable of their own", () => {
    expect(new Set(settings.map(({ variable }) => variable)).size).toBe(settings.length);
    expect(settings.map(({ variable }) => variable)).toContain("BOOTLACE_TFTP_MAX_BLOCK_SIZE");
    expect(settings.length).toBeGreaterThan(25);
  });

  it("of the environment read as the schema would read them from the file, or stay text", () => {
    const number = settings.find(({ variable }) => variable === "BOOTLACE_TFTP_PORT");
    if (number === undefined) throw new Error("no such setting");
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readSetting(number, text);
        expect(typeof read === "number" ? /^-?\d+(\.\d+)?$/.test(text.trim()) : read === text).toBe(true);
      }),
      { seed: 5 },
    );
  });
});

describe("the effective values", () => {
  it("are all of them, each with its origin", () => {
    const rows = effectiveRows(load({ env: { BOOTLACE_TFTP_PORT: "2069", HOME: "/home/a" } }).loaded);
    const texts = rows.map(({ path, value, origin }) => `${path}=${JSON.stringify(value)} ${originText(origin)}`);
    expect(texts).toContain("tftp.port=2069 environment BOOTLACE_TFTP_PORT");
    expect(texts).toContain("tftp.maxTransfers=5 a.yaml:3");
    expect(texts).toContain('boot[0].when.mac=["52:54:00"] a.yaml:6');
    expect(texts).toContain("interfaces=[] default");
    for (const { path } of settings) {
      const name = path.join(".");
      if (!["user", "log.file", "admin.socket", "admin.tokenFile", "images.menu.default"].includes(name))
        expect(rows.map((row) => row.path)).toContain(name);
    }
  });
});

describe("the state folder", () => {
  const nowhere = () => false;
  it.each([
    [{ STATE_DIRECTORY: "/var/lib/a:/var/lib/b", HOME: "/h" }, nowhere, "/var/lib/a"],
    [{ HOME: "/h" }, (path: string) => path === "/var/lib/bootlace", "/var/lib/bootlace"],
    [{ HOME: "/h", XDG_STATE_HOME: "/x" }, nowhere, "/x/bootlace"],
    [{ HOME: "/h", XDG_STATE_HOME: "relative" }, nowhere, "/h/.local/state/bootlace"],
    [{ HOME: "/h" }, nowhere, "/h/.local/state/bootlace"],
    [{}, nowhere, undefined],
  ])("for %j", (env, canWrite, expected) => {
    expect(defaultStateDirectory(env, canWrite)?.directory).toBe(expected);
  });

  it("of the config wins", () => {
    const { config, origin } = load({ env: { BOOTLACE_STATE_DIRECTORY: "s", STATE_DIRECTORY: "/var/lib/a" } });
    expect([config.state.directory, origin("state", "directory")]).toEqual([
      join(folder, "s"),
      "environment BOOTLACE_STATE_DIRECTORY",
    ]);
  });
});
