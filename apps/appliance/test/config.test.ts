import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { configFaultCodes, formatFault } from "../src/config/faults.ts";
import { findConfig, loadConfig } from "../src/config/load.ts";
import { parseConfig } from "../src/config/parse.ts";
import { configSchema } from "../src/config/schema.ts";
import { brokenConfigs } from "./broken-configs.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fit = "Name a regular file of at most 1048576 bytes; an empty one stands for the defaults.";
execFileSync("mkfifo", [join(folder, "fifo")]);
symlinkSync("fifo", join(folder, "link"));
const socket = createServer().listen(join(folder, "socket"));
afterAll(() => void socket.close());

describe("a broken config", () => {
  it.each(brokenConfigs)("$name", ({ text, lines }) => {
    const result = parseConfig(text, "f");
    const reported = result.ok ? [] : result.faults.map((fault) => shortened(formatFault(fault)));
    expect(reported).toEqual(lines);
  });

  it("is in the corpus for every code but those of an unreadable file, the environment, flags and a reload", () => {
    const reported = new Set(brokenConfigs.flatMap(({ lines }) => lines.map((line) => /\[(E\d+)\]/.exec(line)?.[1])));
    expect(Object.keys(configFaultCodes).filter((code) => !reported.has(code))).toEqual([
      "E001",
      "E040",
      "E041",
      "E042",
      "E050",
      "E051",
      "E052",
      "E053",
    ]);
  });

  it("reports all faults of a file at once, in the order of the file", () => {
    const text =
      brokenConfigs
        .find(({ name }) => name.startsWith("two unknown keys"))
        ?.text.replaceAll("boot:", "tftp: { port: 0 }\nboot:") ?? "";
    const result = parseConfig(text, "f");
    expect(result.ok ? [] : result.faults.map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it("takes a time that grows with its keys, not with their square", () => {
    const milliseconds = (keys: number) => {
      const text = Array.from({ length: keys }, (_, key) => `key${key}: 1\n`).join("");
      const before = process.cpuUsage();
      const result = parseConfig(text, "f");
      expect(result.ok ? 0 : result.faults.length).toBe(keys);
      return process.cpuUsage(before).user / 1000;
    };
    milliseconds(1000);
    // Ten times the keys take a hundred times as long where each is compared with all.
    expect(milliseconds(20_000)).toBeLessThan(30 * Math.max(milliseconds(2000), 10));
  });

  it("does not grow without bound through aliases", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    const result = parseConfig(lines.join("\n"), "f");
    expect(result.ok ? [] : result.faults.map(formatFault)).toEqual([
      "f:2:10: error[E002] YAML syntax: an anchor is repeated more than 500 times.",
    ]);
  });
});

function shortened(line: string): string {
  return line.replace(/(Allowed: x86-bios), nec-pc98.*\.$/, "$1…");
}

describe("a config", () => {
  it("takes over the keys of a mapping by <<: what is written there wins, then the first of a list", () => {
    const text = [
      "hosts:",
      "  pc: { mac: 52:54:00:12:34:56 }",
      "boot:",
      "  - &rule { file: a, when: &when { arch: x86-bios, host: pc }, delay: 0 }",
      "  - &other { server: 192.168.11.17, file: b }",
      "  - <<: [*rule, *other]",
      "    when: { <<: *when, arch: x64-uefi }",
      "    name: both",
      "",
    ].join("\n");
    const result = parseConfig(text, "f");
    expect(result.ok ? result.config.boot[2] : result.faults).toMatchObject({
      name: "both",
      file: "a",
      server: "192.168.11.17",
      when: { arch: ["x64-uefi"], host: ["pc"] },
    });
    expect(result.ok && result.originOf(["boot", 2, "server"])).toEqual({ kind: "file", file: "f", line: 6 });
    expect(result.ok && result.originOf(["boot", 2, "when", "host"])).toEqual({ kind: "file", file: "f", line: 7 });
  });

  it("may merge one anchor into each of many rules", () => {
    const rules = Array.from({ length: 400 }, (_, at) => `  - { <<: *rule, name: r${at} }`).join("\n");
    const result = parseConfig(`boot:\n  - &rule { file: a, name: first }\n${rules}\n`, "f");
    expect(result.ok ? result.config.boot.length : result.faults.slice(0, 2)).toBe(401);
  });

  it.each(["", "# nothing\n", "\ufeff", "---\n", "boot:\ntftp:\n"])("of %j has the defaults", (text) => {
    const result = parseConfig(text, "f");
    expect(result.ok && result.config).toEqual({
      interfaces: [],
      subnets: [],
      root: "./boot",
      dhcp: { enabled: true, mode: "full", port: 67, pxePort: 4011, clientPort: 68, relays: [], vendorClasses: [] },
      tftp: {
        enabled: true,
        port: 69,
        maxBlockSize: 1468,
        maxWindowSize: 16,
        maxTransfers: 1024,
        singlePort: false,
        segmentation: true,
        ignoreOptions: [],
      },
      http: { enabled: true, port: 8069, maxConnections: 1024, maxConnectionsPerClient: 8, allowedHosts: [] },
      images: { enabled: true, folders: [], menu: { timeout: 30 }, settings: {} },
      bootCheck: { enabled: true },
      admin: { enabled: true, address: "127.0.0.1", port: 8067, tcp: true, allowedHosts: [] },
      state: { maxBoots: 1000 },
      hosts: {},
      menus: {},
      log: { level: "info", format: "auto" },
      boot: [],
    });
  });

  it("is frozen through and through", () => {
    const result = parseConfig("boot:\n  - { file: x, when: { mac: [52:54:00] } }\n", "f");
    if (!result.ok) throw new Error("expected a config");
    const rule = result.config.boot[0];
    expect([result.config, result.config.dhcp, rule, rule?.when, rule?.when?.mac].every(Object.isFrozen)).toBe(true);
  });

  it("takes one value where a list may stand", () => {
    const result = parseConfig("interfaces: eth0\nboot:\n  - { file: x, when: { arch: x86-bios } }\n", "f");
    expect(result.ok && [result.config.interfaces, result.config.boot[0]?.when?.arch]).toEqual([
      ["eth0"],
      ["x86-bios"],
    ]);
  });

  it("lets switched-off services share a port", () => {
    expect(parseConfig("dhcp: { port: 69 }\ntftp: { enabled: false }\n", "f").ok).toBe(true);
  });

  it("has a description for every key", () => {
    const without: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string) => {
      for (const [key, value] of Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>)) {
        if (typeof value.description !== "string") without.push(`${path}${key}`);
        walk(value, `${path}${key}.`);
        if (value.additionalProperties) walk(value.additionalProperties as Record<string, unknown>, `${path}${key}.*.`);
        if (value.items !== undefined) walk(value.items as Record<string, unknown>, `${path}${key}[].`);
      }
    };
    walk(z.toJSONSchema(configSchema, { io: "input" }), "");
    expect(without).toEqual([]);
  });
});

describe("a config file", () => {
  it("gives the first user's network in at most twelve lines", () => {
    const file = join(import.meta.dirname, "../examples/first-network.yaml");
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(12);
    const result = loadConfig({ file, cwd: "/" });
    expect(result.ok && result.loaded.config.boot).toEqual([
      { name: "Network Boot", when: { arch: ["x86-bios"] }, file: "pxelinux/pxelinux.0", server: "192.168.11.17" },
    ]);
  });

  it("of the first user is the one the README shows", () => {
    const example = readFileSync(join(import.meta.dirname, "../examples/first-network.yaml"), "utf8");
    expect(readFileSync(join(import.meta.dirname, "../README.md"), "utf8")).toContain(`\`\`\`yaml\n${example}\`\`\``);
  });

  it("has its paths counted from its own folder, the default root too; without a file the working folder counts", () => {
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc/a.yaml"), "root: ../files\nlog: { file: a.log }\n");
    const named = loadConfig({ file: "etc/a.yaml", cwd: folder });
    expect(named.ok && [named.loaded.config.root, named.loaded.config.log.file]).toEqual([
      join(folder, "files"),
      join(folder, "etc/a.log"),
    ]);
    writeFileSync(join(folder, "etc/b.yaml"), "tftp: { port: 1069 }\n");
    const silent = loadConfig({ file: "etc/b.yaml", cwd: folder });
    expect(silent.ok && silent.loaded.config.root).toBe(join(folder, "etc/boot"));
    const none = loadConfig({ cwd: folder });
    expect(none.ok && none.loaded).toMatchObject({ config: { root: join(folder, "boot") } });
  });

  it.each([
    ["missing.yaml", "f:1:1: error[E001] the file does not exist."],
    [".", `f:1:1: error[E001] this is a folder, not a file. ${fit}`],
    ["/dev/null", `f:1:1: error[E001] this is a device, not a file. ${fit}`],
    ["fifo", `f:1:1: error[E001] this is a FIFO, not a file. ${fit}`],
    ["socket", `f:1:1: error[E001] this is a socket, not a file. ${fit}`],
    ["link", `f:1:1: error[E001] this is a FIFO, not a file. ${fit}`],
    ["latin1.yaml", "f:1:1: error[E001] the file is not UTF-8 text."],
    ["large.yaml", `f:1:1: error[E001] the file is larger than 1048576 bytes. ${fit}`],
  ])("that cannot be read: %s", (name, line) => {
    writeFileSync(join(folder, "latin1.yaml"), Buffer.from("root: \xfc\n", "latin1"));
    writeFileSync(join(folder, "large.yaml"), "#".repeat(1024 * 1024 + 1));
    const result = loadConfig({ file: name, cwd: folder });
    expect(result.ok ? [] : result.faults.map((fault) => formatFault({ ...fault, file: "f" }))).toEqual([line]);
  });

  it("is looked for in the usual places, in order", () => {
    const find = (exists: (file: string) => boolean) => findConfig({ cwd: "/here" }, exists);
    expect(find((file) => file === "/here/bootlace.yaml")).toEqual({ file: "bootlace.yaml", named: false });
    expect(find((file) => file === "/etc/bootlace/bootlace.yaml")).toMatchObject({
      file: "/etc/bootlace/bootlace.yaml",
    });
    expect(find(() => true)).toMatchObject({ file: "bootlace.yaml" });
    expect(find(() => false)).toEqual({ named: false });
    const env = { BOOTLACE_CONFIG: "b.yaml" };
    expect(findConfig({ cwd: "/here", env }, () => true)).toEqual({ file: "b.yaml", named: true });
    expect(findConfig({ cwd: "/here", env, file: "c.yaml" }, () => true)).toEqual({ file: "c.yaml", named: true });
  });
});
