import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectureByCode, architectures, fieldText, optionValue } from "@bootlace/dhcp-core";
import type { BootClient, Firmware, ServedInterface } from "@bootlace/proxy-dhcp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filledImage } from "../src/boot-files/boot-check/image.ts";
import { checkText } from "../src/boot-files/boot-check/text.ts";
import { builtinCheck, checkProgramFor, checkProgramNamed } from "../src/catalogue/boot-check.ts";
import { growTree } from "../src/catalogue/tree.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { OneTimeBootAction } from "../src/policy/one-time-boot.ts";
import { ruleBook } from "../src/policy/rules.ts";
import { bootRequest, createBootClient } from "./helpers/boot-client.ts";
import { httpReader } from "./helpers/http-reader.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./helpers/loopback.ts";
import { tftpReader } from "./helpers/tftp-reader.ts";

const iface: ServedInterface = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };

function client(code: number, firmware: Firmware, http = false): BootClient {
  const arch = architectureByCode(code);
  return {
    mac: "52:54:00:12:34:56",
    hardwareType: 1,
    ...(arch === undefined ? {} : { arch }),
    archCodes: [code],
    firmware,
    vendorClass: "PXEClient",
    matchedClass: "PXEClient",
    http,
    userClasses: [],
  };
}

/** What a client gets under a config, with these files in the root. */
function chosen(yaml: string, who: BootClient, files: readonly string[] = [], next?: OneTimeBootAction) {
  const parsed = parseConfig(yaml, "test");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const tree = growTree(files.map((path) => ({ path })));
  return ruleBook(
    parsed.config,
    () => tree,
    () => next,
  ).choose(who, iface);
}

const pc = client(0, "bios");
const x64 = client(7, "uefi");

describe("the program for an architecture", () => {
  const programs: Readonly<Record<number, string>> = {
    0: "x86-bios",
    6: "ia32-uefi",
    7: "x64-uefi",
    9: "x64-uefi",
    11: "arm64-uefi",
    15: "ia32-uefi",
    16: "x64-uefi",
    17: "x64-uefi",
    19: "arm64-uefi",
  };
  it.each(architectures.map(({ code, name, http }) => [code, name, http] as const))("%i %s", (code, _name, http) => {
    expect(checkProgramFor(client(code, http ? "uefi-http" : "uefi", http))?.name).toBe(programs[code]);
  });
  it("is not for a Raspberry Pi or U-Boot in its own name, and none of BIOS for HTTP", () => {
    expect(checkProgramFor(client(0, "raspberry-pi"))).toBe(undefined);
    expect(checkProgramFor(client(22, "u-boot"))).toBe(undefined);
    expect(checkProgramFor(client(11, "u-boot"))?.name).toBe("arm64-uefi");
    expect(checkProgramFor(client(0, "uefi-http", true))).toBe(undefined);
    expect(checkProgramFor(client(0, "ipxe"))?.name).toBe("x86-bios");
  });
  it.each([
    ["bootlace-check/x64-uefi.efi", "x64-uefi"],
    ["/bootlace-check//./x64-uefi.efi", "x64-uefi"],
    ["\\Bootlace-Check\\X64-UEFI.EFI", "x64-uefi"],
    ["bootlace-check/x86-bios.0\xff", "x86-bios"],
    ["x64-uefi.efi", undefined],
    ["x/bootlace-check/x64-uefi.efi", undefined],
    ["x/../bootlace-check/x64-uefi.efi", undefined],
    ["bootlace-check/x64-uefi.efi/", "x64-uefi"],
  ])("is found by the name %j", (name, program) => expect(checkProgramNamed(name)?.name).toBe(program));
});

describe("a client without a boot file", () => {
  it.each([
    [pc, "bootlace-check/x86-bios.0"],
    [client(0, "ipxe"), "bootlace-check/x86-bios.0"],
    [client(9, "uefi"), "bootlace-check/x64-uefi.efi"],
    [client(11, "ipxe"), "bootlace-check/arm64-uefi.efi"],
  ])("gets the check by TFTP", (who, file) => expect(chosen("", who)).toEqual({ kind: "boot", file }));

  it("gets its URL by HTTP Boot", () => {
    const url = "http://{address}:8069/bootlace-check/ia32-uefi.efi";
    expect(chosen("", client(15, "uefi-http", true))).toEqual({ kind: "boot", url });
  });

  it.each([
    ["a Raspberry Pi", "", client(0, "raspberry-pi"), "no-raspberry-pi-files"],
    ["U-Boot", "", client(22, "u-boot"), "no-file-for-architecture"],
    ["another architecture", "", client(27, "uefi"), "no-file-for-architecture"],
    ["whoever asks when it is off", "bootCheck: { enabled: false }", pc, "no-file-for-architecture"],
    ["a PXE client without TFTP", "tftp: { enabled: false }", pc, "tftp-off"],
    ["an HTTP client without HTTP", "http: { enabled: false }", client(16, "uefi-http", true), "http-off"],
  ])("is ignored: %s", (_who, yaml, who, code) => {
    expect(chosen(yaml, who)).toEqual({ kind: "ignore", code, reason: expect.any(String) });
  });

  it("has what the tree holds as soon as it is there, and a script for iPXE", () => {
    expect(chosen("", pc, ["pxelinux.0"])).toMatchObject({ file: "pxelinux.0" });
    expect(chosen("", client(0, "ipxe"), ["boot.ipxe"])).not.toHaveProperty("file");
  });
});

describe("a rule", () => {
  const rule = (text: string) => `boot: [{ name: r, ${text} }]`;

  it("may name the check, for each client its own, also when it is off and the tree has a file", () => {
    const yaml = `${rule("file: builtin:check, delay: 1")}\nbootCheck: { enabled: false }`;
    const plan = { kind: "boot", rule: "r", delayMilliseconds: 1000 };
    expect(chosen(yaml, x64, ["bootx64.efi"])).toEqual({ ...plan, file: "bootlace-check/x64-uefi.efi" });
    const url = "http://{address}:8069/bootlace-check/arm64-uefi.efi";
    expect(chosen(yaml, client(19, "uefi-http", true))).toEqual({ ...plan, url });
    const reason = "the boot check has no program for riscv64-uefi";
    expect(chosen(yaml, client(27, "uefi"))).toEqual({
      kind: "ignore",
      rule: "r",
      code: "no-check-for-architecture",
      reason,
    });
  });

  it("for iPXE alone leaves others the check, from here and not from the rule's server", () => {
    const yaml = rule("script: http://192.168.11.17/x.ipxe");
    expect(chosen(yaml, x64)).toMatchObject({ file: "bootlace-check/x64-uefi.efi", rule: "r" });
    expect(chosen(yaml, client(7, "ipxe"))).not.toHaveProperty("file");
    const elsewhere = chosen(rule("script: x.ipxe, server: 192.168.11.17"), x64);
    expect(elsewhere).toEqual({ kind: "boot", rule: "r", file: "bootlace-check/x64-uefi.efi" });
  });

  it("that ignores, and one with a menu, stay as they are; a menu may have it as a line", () => {
    expect(chosen(rule("ignore: true"), x64)).toMatchObject({ kind: "ignore" });
    const menus = "menus: { m: { items: [{ text: Check, file: builtin:check }, { text: Disk, local: true }] } }";
    const items = (who: BootClient) => {
      const plan = chosen(`${rule("menu: m")}\n${menus}`, who);
      return plan.kind === "boot" ? plan.menu?.items : plan;
    };
    expect(items(pc)).toMatchObject([{ text: "Check", file: "bootlace-check/x86-bios.0" }, { text: "Disk" }]);
    expect(items(client(27, "uefi"))).toMatchObject([{ text: "Disk" }]);
  });

  it("of one boot names it too", () => {
    expect(chosen("", x64, ["bootx64.efi"], { file: builtinCheck })).toMatchObject({
      file: "bootlace-check/x64-uefi.efi",
      rule: "next boot",
    });
  });

  it.each([
    ["boot: [{ file: builtin:chekc }]", "E023"],
    ["boot: [{ script: builtin:check }]", "E023"],
    ["boot: [{ file: builtin:check, server: 192.168.11.17 }]", "E031"],
    ["menus: { m: { items: [{ text: a, file: builtin:check, server: 192.168.11.17 }] } }", "E035"],
  ])("cannot say %s", (yaml, code) => {
    const parsed = parseConfig(yaml, "test");
    expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.code)).toEqual([code]);
  });
});

describe("served", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bootlace-boot-check-"));
    mkdirSync(join(folder, "boot/bootlace-check"), { recursive: true });
    writeFileSync(join(folder, "boot/bootlace-check/x64-uefi.efi"), "never served");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function running(clientPort: number) {
    const base = loopbackConfig(join(folder, "boot"), clientPort);
    const config = { ...base, bootCheck: { enabled: true }, http: { ...base.http, enabled: true, port: 0 } };
    return createTestAppliance(config, {
      load: () => ({ ok: true, loaded: loadedOf(config) }),
      macOf: () => undefined,
    });
  }

  const image = (name: "x64-uefi" | "x86-bios", files: readonly string[] = []) => {
    const program = checkProgramNamed(`bootlace-check/${name}.${name === "x86-bios" ? "0" : "efi"}`);
    if (program === undefined) throw new Error("no program");
    const tree = growTree(files.map((path) => ({ path })));
    return Buffer.from(filledImage(name, checkText({ program, root: join(folder, "boot"), tree })));
  };

  it("by TFTP and by HTTP, with the text for this root; a file of that name is never sent", async () => {
    using pxe = await createBootClient();
    await using test = running(pxe.port);
    await test.appliance.start();
    const { packet } = await pxe.ask(bootRequest({ clientArch: [7] }), test.port("dhcp"));
    const file = fieldText(packet.file) ?? "";
    expect([file, optionValue(packet, "bootFileName")]).toEqual([
      "bootlace-check/x64-uefi.efi",
      "bootlace-check/x64-uefi.efi",
    ]);
    using reader = await tftpReader(test.port("tftp"), file);
    await reader.open();
    await reader.read();
    expect(reader.content().equals(image("x64-uefi"))).toBe(true);

    using web = httpReader(test.port("http"));
    const got = await web.ask(`/${file}`);
    expect([got.status, got.headers["content-type"], (await got.body()).equals(image("x64-uefi"))]).toEqual([
      200,
      "application/efi",
      true,
    ]);
  });

  it("with what the folder holds at that time", async () => {
    using pxe = await createBootClient();
    await using test = running(pxe.port);
    await test.appliance.start();
    writeFileSync(join(folder, "boot/pxelinux.0"), "x");
    await test.logged("boot.tree", ({ fields }) => JSON.stringify(fields).includes("pxelinux.0"));
    using reader = await tftpReader(test.port("tftp"), "\\bootlace-check\\X86-BIOS.0");
    await reader.open();
    await reader.read();
    expect(reader.content().equals(image("x86-bios", ["pxelinux.0"]))).toBe(true);
  });

  it("ends a one-time boot that names it", async () => {
    using pxe = await createBootClient();
    await using test = running(pxe.port);
    await test.appliance.start();
    expect(test.appliance.next.set({ mac: "52:54:00:12:34:56", file: builtinCheck })).toMatchObject({ ok: true });
    await pxe.ask(bootRequest({}), test.port("dhcp"));
    using reader = await tftpReader(test.port("tftp"), "bootlace-check/x86-bios.0");
    await reader.open();
    await reader.read();
    await test.logged("tftp.done");
    expect(test.appliance.next.list()).toEqual([]);
  });

  it("is named by explain, with the reason", async () => {
    await using test = running(68);
    await test.appliance.start();
    const explained = test.appliance.explain({ mac: "52:54:00:12:34:56", arch: "x64-uefi" });
    expect(explained).toMatchObject({
      ok: true,
      explanation: {
        text: expect.stringContaining('"bootlace-check/x64-uefi.efi" (the boot check) from'),
        rules: [{ name: "boot tree" }, { name: "boot check", why: "no boot file for x64-uefi in the root" }],
      },
    });
  });
});
