import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SignalSource } from "../src/os/signals.ts";
import { machine, twoNetworks } from "./helpers/init-system.ts";

/** A person at a terminal who answers one line after the other. */
function person(...lines: string[]) {
  const asked: string[] = [];
  return {
    asked,
    around: {
      stdinIsTerminal: true,
      networkInterfaces: () => twoNetworks,
      ask: async (question: string) => {
        asked.push(question);
        return lines.shift();
      },
    },
  };
}

it("bootlace init makes the folder for disc images, and leaves what is in it", async () => {
  const { work, run } = machine("Debian 12", {});
  expect((await run("--yes", "--dry-run")).code).toBe(0);
  expect(existsSync(join(work, "boot/images"))).toBe(false);
  expect((await run("--yes")).code).toBe(0);
  writeFileSync(join(work, "boot/images/a.iso"), "x");
  expect((await run("--yes")).code).toBe(0);
  expect(readFileSync(join(work, "boot/images/a.iso"), "utf8")).toBe("x");
});

describe("bootlace init asks", () => {
  it("three questions, where there is a choice, and does what was answered", async () => {
    const { asked, around } = person("wlan0", "2", "y");
    const { work, run } = machine("Debian 12", {}, around);
    expect((await run()).code).toBe(0);
    expect(asked.map((question) => question.split("\n")[0])).toEqual([
      "Which network do machines boot from?",
      "What do UEFI machines boot?",
      expect.stringMatching(/^Write 15 files, \d+ kB, to .* \[Y\/n\]: $/),
    ]);
    const config = readFileSync(join(work, "bootlace.yaml"), "utf8");
    expect(config).toMatch(/^interfaces: wlan0$/m);
    expect(config).toMatch(/^ {2}- name: Secure Boot$/m);
  });

  it("one where there is no choice", async () => {
    const { asked, around } = person("");
    const { run } = machine("Alpine", {}, { ...around, networkInterfaces: () => ({ eth0: twoNetworks.eth0 }) });
    expect((await run()).code).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it("nothing about a bootlace.yaml that is there, and nothing at all when there is nothing to write", async () => {
    const { asked, around } = person("y", "y");
    const { work, run } = machine("Debian 12", {}, around);
    writeFileSync(join(work, "bootlace.yaml"), "root: ./boot\n");
    await run();
    expect(asked).toHaveLength(1);
    expect((await run()).code).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["no", ["", "", "n"]],
    ["the end of the input at the first question", []],
    ["the end of the input at the last", ["", ""]],
    ["nothing but nonsense", ["x", "x", "x", "x", "x"]],
  ])("and writes nothing after %s", async (_name, lines) => {
    const { work, run } = machine("Debian 12", {}, person(...lines).around);
    expect(await run()).toMatchObject({ code: 1, err: expect.stringContaining("nothing was written") });
    expect(existsSync(join(work, "boot"))).toBe(false);
    expect(existsSync(join(work, "bootlace.yaml"))).toBe(false);
  });

  it("nobody when there is no terminal: it ends with 2 and names the flag", async () => {
    const { run, json } = machine("Debian 12");
    expect(await run()).toMatchObject({ code: 2, out: "", err: expect.stringContaining("--yes") });
    expect(await json()).toMatchObject({ code: 2, document: { schema: 1, error: { code: "usage" } } });
  });
});

describe("with --yes", () => {
  const around = { networkInterfaces: () => twoNetworks };
  const configOf = (work: string) => readFileSync(join(work, "bootlace.yaml"), "utf8");

  it("it serves the interface of the default route", async () => {
    const { work, run } = machine("Debian 12", {}, around);
    await run("--yes");
    expect(configOf(work)).toMatch(/^interfaces: eth0$/m);
  });

  it("flags say otherwise", async () => {
    const { work, run } = machine("Debian 12", {}, around);
    expect((await run("--yes", "--interface", "wlan0", "--secure-boot")).code).toBe(0);
    expect(configOf(work)).toMatch(/^interfaces: wlan0$/m);
    expect(configOf(work)).toMatch(/^ {2}- name: Secure Boot$/m);
    const again = await run("--yes", "--interface", "eth0");
    expect(again.out).toContain("bootlace.yaml already exists");
    expect(configOf(work)).toMatch(/^interfaces: wlan0$/m);
  });

  it.each([
    [["--interface", "eth7"], "--interface eth7 has no IPv4 address of a LAN; interfaces here: eth0, wlan0"],
    [["--interface", "a/b"], "is not the name of a network interface"],
    [["--from", "pcs"], '--from "pcs": no such folder'],
    [["--secure-boot"], "--secure-boot needs shim and GRUB, and neither was found"],
  ])("%j is refused", async (words, why) => {
    const { work, run } = machine("Alpine", {}, around);
    expect(await run("--yes", ...words)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(existsSync(join(work, "boot"))).toBe(false);
  });

  it("a machine without a network gets a config for all of them", async () => {
    const { work, run } = machine("Debian 12", {}, { networkInterfaces: () => ({}) });
    const { code, out } = await run("--yes");
    expect(code).toBe(0);
    expect(out).toContain("No network interface");
    expect(configOf(work)).toMatch(/^#interfaces: eth0$/m);
  });
});

describe("beside the service of a package", () => {
  const installation = { program: "/usr/bin/bootlace", single: true, unit: "packaged", onPath: true } as const;

  it("its config can be given to that service: the root does not count from its own folder", async () => {
    const { work, run, json } = machine("Debian 12", { installation: () => installation });
    const { document } = await json("--yes");
    expect(readFileSync(join(work, "bootlace.yaml"), "utf8")).toContain(`\nroot: "${work}/boot"\n`);
    const { out } = await run("--yes");
    for (const text of [out, JSON.stringify(document.next)]) {
      expect(text).toContain(`cp --backup ${work}/bootlace.yaml /etc/bootlace/bootlace.yaml`);
      expect(text).not.toContain("install-service");
    }
  });

  it("a config whose root counts from its folder stays where it is", async () => {
    const { work, run } = machine("Debian 12", { installation: () => installation });
    writeFileSync(join(work, "bootlace.yaml"), "root: ./boot\n");
    expect((await run("--yes")).out).not.toContain("cp --backup");
  });
});

describe("what it says", () => {
  it("of a folder that links lead around is in words", async () => {
    const { work, run } = machine("Debian 12");
    symlinkSync("loop", join(work, "loop"));
    expect(await run("--yes", "loop")).toMatchObject({ err: expect.stringContaining("form a loop") });
  });

  it("is a line a file, what machines will get, what is missing, and what to do next", async () => {
    const { run } = machine("Debian 13 on a Raspberry Pi");
    const { out } = await run("--yes");
    expect(out).toMatch(/^made {6}boot\/pxelinux\/pxelinux\.0, \d+ kB, from \S+\/usr\/lib\/PXELINUX\/pxelinux\.0$/m);
    expect(out).toMatch(/^ {2}x86-bios {4}pxelinux\/pxelinux\.0$/m);
    expect(out).toMatch(
      /^ {2}x64-uefi {4}ipxe\/ipxe-x64\.efi; iPXE: http:\/\/192\.168\.11\.109:8069\/ipxe\/uefi\.ipxe$/m,
    );
    expect(out).toMatch(/^ {2}arm64-uefi {2}ipxe\/ipxe-arm64\.efi; iPXE: /m);
    expect(out).toMatch(/^ {2}ia32-uefi {3}boot check \(no boot file of its own\)$/m);
    expect(out).toContain("memtest86+ for BIOS machines: memtest86+ is not packaged for this processor");
    expect(out).toMatch(/Next:\n {2}1\. Check config and boot files:\n {7}bootlace check\n {2}2\. Start the server/);
  });

  it("moves on a terminal, and only there", async () => {
    const plain = await machine("Debian 12").run("--yes");
    expect(plain.out).not.toContain("\x1b");
    const terminal = machine("Debian 12", {}, { stdoutIsTerminal: true });
    expect((await terminal.run("--yes")).out).toContain("\r\x1b[K[1/15] boot/pxelinux/pxelinux.0 100 %");
    expect((await terminal.json("--yes", "other")).code).toBe(0);
  });

  it("is one document with --json", async () => {
    const { json, work } = machine("Debian 12", { isRoot: false });
    const { document } = await json("--yes");
    expect(document).toMatchObject({
      schema: 1,
      directory: work,
      dryRun: false,
      complete: true,
      distribution: { id: "debian", name: "Debian GNU/Linux 12 (bookworm)" },
      networks: [{ interface: "eth0", address: "192.168.11.109", subnet: "192.168.11.0/24", router: "192.168.11.1" }],
      machines: expect.arrayContaining([{ arch: "x86-bios", file: "pxelinux/pxelinux.0" }]),
      missing: { needed: [] },
      unreadable: [],
      next: expect.arrayContaining([expect.objectContaining({ command: "sudo bootlace serve" })]),
    });
  });

  it("names a bootlace.yaml that has faults", async () => {
    const { work, run } = machine("Debian 12");
    writeFileSync(join(work, "bootlace.yaml"), "rot: ./boot\n");
    const { code, out } = await run("--yes");
    expect(code).toBe(0);
    expect(out).toContain("bootlace.yaml already exists and has errors");
  });

  it("ends when a signal asks for it, and reports that something is left to do", async () => {
    const signals: SignalSource = { on: (signal, listener) => listener(signal), off: () => {} };
    const { work, run } = machine("Debian 12", {}, { signals });
    const { code, out } = await run("--yes");
    expect(code).toBe(1);
    expect(out).toContain("Some files could not be created");
    expect(existsSync(join(work, "bootlace.yaml"))).toBe(false);
  });
});
