import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import { describe, expect, it } from "vitest";
import { growTree } from "../src/catalogue/tree.ts";
import { parseConfig } from "../src/config/parse.ts";
import { ruleBook } from "../src/policy/rules.ts";
import { type Machine, SERVER, story } from "./helpers/story.ts";

const eth0: ServedInterface = { name: "eth0", address: SERVER, netmask: "255.255.255.0" };
const tree = growTree([{ path: "bootx64.efi", machine: "x64" }, { path: "pxelinux.0" }]);

/** What a machine comes to under a config, with a boot file for it in the root. */
function verdictUnder(yaml: string, machine: Machine) {
  const parsed = parseConfig(yaml, "test");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { choose } = ruleBook(parsed.config, () => tree);
  const plan = (client: BootClient) => choose(client, eth0);
  return story({ plan, machine }).discover().wait(1).primary();
}

const pc = { arch: 0 };
const httpClient = { arch: 16, http: true };

describe("the configuration keeps the boot file from a client", () => {
  it("TFTP is switched off", () => {
    expect(verdictUnder("tftp: { enabled: false }", pc)).toMatchObject({
      id: "B17",
      confidence: "certain",
      severity: "failure",
      facts: { silence: { code: "tftp-off" } },
      sentence: expect.stringContaining("tftp is switched off"),
      fix: expect.stringContaining("tftp.enabled"),
    });
  });

  it.each([
    ["a file of ours", "file: pxelinux.0", pc],
    ["a URL, which a BIOS cannot fetch", "url: http://192.168.11.17/x", pc],
    ["a script, and the client is iPXE without HTTP Boot files", "script: menu.ipxe", pc],
  ])("TFTP is switched off and the rule names %s", (_what, rule, machine) => {
    const yaml = `tftp: { enabled: false }\nboot: [{ name: office, ${rule} }]`;
    expect(verdictUnder(yaml, machine)).toMatchObject({
      id: "B17",
      facts: { silence: { code: "tftp-off", rule: "office" } },
      sentence: expect.stringMatching(/, rule "office"$/),
    });
  });

  it("HTTP is switched off, and the client boots by HTTP", () => {
    expect(verdictUnder("http: { enabled: false }", httpClient)).toMatchObject({
      id: "B17",
      facts: { silence: { code: "http-off" } },
      sentence: expect.stringContaining("http is switched off"),
      fix: expect.stringContaining("http.enabled"),
    });
  });

  it("the client boots by HTTP, and the rule names a TFTP server", () => {
    const yaml = "boot: [{ name: office, file: x.efi, server: 192.168.11.17 }]";
    expect(verdictUnder(yaml, httpClient)).toMatchObject({
      id: "B17",
      facts: { silence: { code: "http-client-tftp-server", rule: "office" } },
      sentence: expect.stringContaining("the rule names a TFTP server"),
      fix: expect.stringContaining("arch: x64-uefi-http"),
    });
  });

  it("is not said where a boot file is missing, or somebody wants silence", () => {
    const off = "bootCheck: { enabled: false }";
    const missing = verdictUnder(off, { arch: 11 });
    expect(missing).toMatchObject({ id: "B10", fix: expect.stringContaining("put a boot file for arm64-uefi") });
    expect(verdictUnder("boot: [{ ignore: true }]", pc)).toMatchObject({ id: "unanswered" });
  });
});
