import { architectureByCode } from "@bootlace/dhcp-core";
import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import { describe, expect, it } from "vitest";
import { decisionContext } from "../src/app/services/dhcp.ts";
import type { ExplainRequest } from "../src/app/types.ts";
import { growTree } from "../src/catalogue/tree.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { Config } from "../src/config/schema.ts";
import { explainRequest } from "../src/policy/explain.ts";
import { oneTimeBootFor, stepOneTimeBoots } from "../src/policy/one-time-boot.ts";
import { readOneTimeBootRequest } from "../src/policy/one-time-boot-request.ts";
import { createPolicy } from "../src/policy/policy.ts";
import { ruleBook } from "../src/policy/rules.ts";
import { readyRow } from "./helpers/image-rows.ts";
import { loopbackConfig } from "./helpers/loopback.ts";

const iface: ServedInterface = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };
const mac = "52:54:00:12:34:56";

function client(code: number, fields: Partial<BootClient> = {}): BootClient {
  const arch = architectureByCode(code);
  return {
    mac,
    hardwareType: 1,
    ...(arch === undefined ? {} : { arch }),
    archCodes: [code],
    firmware: code === 0 ? "bios" : "uefi",
    vendorClass: "PXEClient",
    matchedClass: "PXEClient",
    http: false,
    userClasses: [],
    ...fields,
  };
}

const ipxe = (code: number) => client(code, { firmware: "ipxe", ipxe: { features: ["http"] } });
const httpBoot = client(16, { firmware: "uefi-http", http: true, matchedClass: "HTTPClient" });
const ipxeFiles = ["undionly.kpxe", "ipxe-x64.efi"];

function bookOf(yaml: string, files: readonly string[], { images = true, next = {} } = {}) {
  const parsed = parseConfig(yaml, "test.yaml");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const tree = growTree(files.map((path) => ({ path })));
  const once = Object.keys(next).length === 0 ? undefined : next;
  return ruleBook(
    parsed.config,
    () => tree,
    () => once,
    undefined,
    () => images,
  );
}

const script = (name: string) => ({
  file: `images/${name}.ipxe?mac=${mac}`,
  url: `http://{address}:8069/images/${encodeURIComponent(name)}.ipxe?mac=${mac}`,
});

describe("a client without a rule", () => {
  it("that would get iPXE without a script gets the menu of the images, once there is one", () => {
    expect(bookOf("", ipxeFiles).choose(client(0), iface)).toEqual({
      kind: "boot",
      file: "undionly.kpxe",
      script: script("menu"),
    });
    expect(bookOf("", ipxeFiles).choose(ipxe(7), iface)).toMatchObject({
      file: "ipxe-x64.efi",
      script: script("menu"),
    });
    expect(bookOf("", []).choose(ipxe(0), iface)).toMatchObject({ script: script("menu") });
    expect(bookOf("", ipxeFiles, { images: false }).choose(ipxe(7), iface)).not.toHaveProperty("script");
  });

  it("keeps the script of the root, and the loader that the root has for it", () => {
    expect(bookOf("", [...ipxeFiles, "boot.ipxe"]).choose(ipxe(7), iface)).toMatchObject({
      script: { file: `boot.ipxe?mac=${mac}` },
    });
    const plan = bookOf("", ["pxelinux.0", "undionly.kpxe"]).choose(ipxe(0), iface);
    expect(plan).toMatchObject({ kind: "boot", file: "pxelinux.0" });
    expect(plan).not.toHaveProperty("script");
  });
});

describe("a rule with an image", () => {
  const book = (files: readonly string[]) => bookOf("boot: [{ image: debian-live }]", files);
  const entry = (files: readonly string[]) => bookOf("boot: [{ image: debian-live/rescue }]", files);

  it("brings other firmware to iPXE, and iPXE to the script of the image", () => {
    expect(book(ipxeFiles).choose(client(0), iface)).toMatchObject({ file: "undionly.kpxe" });
    expect(book(ipxeFiles).choose(ipxe(0), iface)).toMatchObject({ rule: "rule 1", script: script("debian-live") });
    expect(entry([]).choose(ipxe(7), iface)).toMatchObject({ script: script("debian-live+rescue") });
  });

  it("gives UEFI HTTP Boot iPXE, and the image itself where there is no iPXE", () => {
    const url = (plan: unknown) => (plan as { url?: string }).url;
    expect(url(book(ipxeFiles).choose(httpBoot, iface))).toBe("http://{address}:8069/ipxe-x64.efi");
    expect(url(entry(["shimx64.efi"]).choose(httpBoot, iface))).toBe("http://{address}:8069/images/debian-live.iso");
  });

  it("is refused with another script, and where the name cannot be one", () => {
    const faults = (yaml: string) => {
      const parsed = parseConfig(yaml, "test.yaml");
      return parsed.ok ? [] : parsed.faults.map(({ code, problem }) => `${code} ${problem}`);
    };
    expect(faults("boot: [{ image: a, script: b.ipxe }]")).toEqual([
      "E031 the rule boots a disc image, but also sets script",
    ]);
    expect(faults("boot: [{ image: a/b/c }]")).toEqual(['E028 "a/b/c" is not the name of a disc image']);
    expect(faults("boot: [{ image: a, ignore: true }]")).toEqual([
      "E031 the rule ignores its clients, but also sets image",
    ]);
  });
});

describe("a one-time boot of an image", () => {
  it("comes before the rules, without what they name", () => {
    const next = { image: "debian-live/rescue" };
    const book = bookOf("boot: [{ script: other.ipxe, delay: 1, form: server }]", ipxeFiles, { next });
    expect(book.choose(ipxe(7), iface)).toEqual({
      kind: "boot",
      file: "ipxe-x64.efi",
      script: script("debian-live+rescue"),
      rule: "next boot",
      form: "server",
      delayMilliseconds: 1000,
      ipxeLoops: [],
    });
    const file = bookOf("boot: [{ image: debian-live }]", ipxeFiles, { next: { script: "once.ipxe" } });
    expect(file.choose(ipxe(7), iface)).toMatchObject({ script: { file: `once.ipxe?mac=${mac}` } });
  });

  it("is over when its script was fetched, or a file of the image", () => {
    const read = readOneTimeBootRequest({ mac, image: "debian-live/rescue" });
    if (!read.ok) throw new Error(read.fault.problem);
    const set = stepOneTimeBoots(new Map(), { type: "set", time: 1, mac, action: read.action });
    const taken = stepOneTimeBoots(set, { type: "answered", time: 2, mac, visible: true });
    const after = (file: string) => oneTimeBootFor(stepOneTimeBoots(taken, { type: "fetched", file, mac }), mac, 3);
    for (const file of [
      "images/debian-live+rescue.ipxe",
      "/images/Debian-Live/live/vmlinuz",
      "images/debian-live.iso",
    ]) {
      expect(after(file), file).toBeUndefined();
    }
    for (const file of ["undionly.kpxe", "images/menu.ipxe", "images/debian/x"])
      expect(after(file), file).toBeDefined();
  });

  it("is refused beside another wish", () => {
    const fault = (request: object) => {
      const read = readOneTimeBootRequest({ mac, ...request });
      return read.ok ? undefined : `${read.fault.code} ${read.fault.problem}`;
    };
    expect(fault({ image: "a", script: "b.ipxe" })).toBe("E031 image and script exclude each other");
    expect(fault({ image: "a", ignore: true })).toBe("E031 ignore and image exclude each other");
    expect(fault({ image: "../a" })).toBe('E028 "../a" is not the name of a disc image');
  });
});

describe("explain", () => {
  const text = (boot: Config["boot"], request: Partial<ExplainRequest> = {}) => {
    const config = loopbackConfig("/srv/boot", 68, { boot });
    const policy = createPolicy(config, { now: () => 0, macOf: () => undefined, keepOneTimeBoots: () => undefined });
    policy.see({ kind: "appliance", event: { type: "images", time: 0, images: [readyRow("debian-live")] } });
    const context = decisionContext(config, policy.choose, [iface]);
    const explained = explainRequest(
      { mac, arch: "x64-uefi", userClass: ["iPXE"], ...request },
      { context, book: policy.book() },
    );
    return explained.ok ? [explained.explanation.text, explained.explanation.rules.at(-1)?.why] : explained.problem;
  };

  it("says that iPXE gets the menu of the images, and why", () => {
    expect(text([])).toEqual([
      expect.stringContaining(`images/menu.ipxe%3Fmac=${mac}" (the menu of the disc images) from`),
      "no rule matched, and iPXE has no script but the menu of the disc images",
    ]);
  });

  it("names the image of a rule", () => {
    expect(text([{ image: "debian-live/rescue" }])).toEqual([
      expect.stringContaining(" (disc image debian-live/rescue) from"),
      "it has no conditions",
    ]);
  });
});
