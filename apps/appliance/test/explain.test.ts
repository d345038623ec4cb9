import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectures } from "@bootlace/dhcp-core";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { decisionContext } from "../src/app/services/dhcp.ts";
import type { ExplainRequest } from "../src/app/types.ts";
import type { Config } from "../src/config/schema.ts";
import { explainDatagram } from "../src/policy/explain.ts";
import { createPolicy } from "../src/policy/policy.ts";
import { createTestAppliance, loopbackConfig } from "./helpers/loopback.ts";
import { peImage } from "./helpers/pe-image.ts";

const folder = mkdtempSync(join(tmpdir(), "bootlace-explain-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "boot/efi"), { recursive: true });
writeFileSync(join(folder, "boot/pxelinux.0"), "x");
writeFileSync(join(folder, "boot/boot.ipxe"), "#!ipxe");
writeFileSync(join(folder, "boot/efi/bootx64.efi"), peImage(0x8664));

const rules: Config["boot"] = [
  { name: "not these", when: { mac: ["52:54:00:00"] }, ignore: true },
  { name: "build", when: { host: ["build-01"] }, file: "build.0", server: "192.168.11.17" },
  { name: "menu", when: { mac: ["52:54:00:01"] }, menu: "tools" },
  { name: "by class", when: { userClass: ["special"], arch: ["x86-bios"] }, file: "special.0", form: "server" },
  { name: "late", when: { arch: ["arm64-uefi"] }, file: "late.efi", delay: 0.001 },
  { name: "web", when: { firmware: ["uefi-http"] }, url: "http://{address}/a b.efi" },
];
const more: Partial<Config> = {
  boot: rules,
  hosts: { "build-01": { mac: ["52:54:00:02:00:01"] } },
  menus: {
    tools: {
      prompt: "now",
      timeout: 3,
      items: [
        { text: "memtest", file: "memtest.0" },
        { text: "disk", local: true },
      ],
    },
  },
};

const byte = fc.integer({ min: 0, max: 3 }).map((octet) => octet.toString(16).padStart(2, "0"));
const requests: fc.Arbitrary<ExplainRequest> = fc.record(
  {
    mac: fc.tuple(byte, byte, byte).map((last) => `52:54:00:${last.join(":")}`),
    arch: fc.oneof(
      fc.constantFrom("x86-bios", "x64-uefi", "arm64-uefi", "x64-uefi-http"),
      fc.constantFrom(...architectures.map(({ name }) => name)),
      fc.integer({ min: 0, max: 60 }),
    ),
    userClass: fc.array(fc.oneof(fc.constantFrom("iPXE", "special"), fc.string({ minLength: 1, maxLength: 40 })), {
      maxLength: 2,
    }),
    vendorClass: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("PXEClient", "PXEClient:Arch:00007:UNDI:003016") },
      fc.constantFrom("HTTPClient", "MSFT 5.0"),
      fc.string({ minLength: 1, maxLength: 255 }),
    ),
    uuid: fc.uuid(),
    port: fc.constantFrom("dhcp" as const, "pxe" as const),
    item: fc.constantFrom(0, 0x8000, 0x8001, 9),
  },
  { requiredKeys: ["mac"] },
);

describe("explain", () => {
  it("equals the packet that is sent, for 1,000 random requests", async () => {
    const socket = createSocket("udp4").bind(0);
    await once(socket, "listening");
    const client = socket.address().port;
    let clock = 0;
    await using test = createTestAppliance(
      loopbackConfig(join(folder, "boot"), client, more),
      // A request each ten seconds keeps every rate limit out of the way.
      { now: () => (clock += 10_000), macOf: () => undefined },
      "debug",
    );
    await test.appliance.start();
    let wake: () => void = () => {};
    const heard: string[] = [];
    socket.on("message", (bytes) => {
      heard.push(bytes.toString("hex"));
      wake();
    });
    const counts = { offer: 0, ack: 0, ignore: 0 };
    for (const request of fc.sample(requests, { numRuns: 1000, seed: 11 })) {
      const explained = test.appliance.explain({ ...request, address: "127.0.0.1" });
      if (!explained.ok) throw new Error(explained.problem);
      const { explanation, hex } = explained;
      counts[explanation.decision]++;
      const before = test.records.length;
      socket.send(Buffer.from(hex, "hex"), test.port(request.port ?? "dhcp"), "127.0.0.1");
      while (heard.length < explanation.replies.length) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (explanation.replies.length === 0) {
        // Silence is logged, too: by the record of the ignored request.
        while (!test.records.slice(before).some(({ event }) => event === "dhcp.ignored"))
          await new Promise(setImmediate);
      }
      expect(heard.splice(0)).toEqual(explanation.replies.map((reply) => reply.hex));
    }
    socket.close();
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(50);
  });

  it("names the rule that matched and why the earlier ones did not", async () => {
    await using test = createTestAppliance(loopbackConfig(join(folder, "boot"), 68, more));
    await test.appliance.start();
    const of = (request: ExplainRequest) => {
      const explained = test.appliance.explain(request);
      if (!explained.ok) throw new Error(explained.problem);
      const { rules: list, text, rule } = explained.explanation;
      return { text, rule, list: list.map(({ name, matched, why }) => `${matched ? "+" : "-"} ${name}: ${why}`) };
    };
    expect(of({ mac: "52:54:00:02:00:01" })).toEqual({
      rule: "build",
      text: 'build-01 (52:54:00:02:00:01) gets OFFER with "build.0" from 192.168.11.17, form direct, rule "build"',
      list: ["- not these: mac is 52:54:00:02:00:01, not 52:54:00:00", "+ build: host is build-01"],
    });
    expect(of({ mac: "52:54:00:03:00:01", arch: "x64-uefi", userClass: ["a\u001b[2J"] }).list).toEqual([
      "- not these: mac is 52:54:00:03:00:01, not 52:54:00:00",
      "- build: host is no host of the config, not build-01",
      "- menu: mac is 52:54:00:03:00:01, not 52:54:00:01",
      '- by class: userClass is "a\\x1b[2J", not special',
      "- late: arch is x64-uefi, not arm64-uefi",
      "- web: firmware is uefi, not uefi-http",
      "+ boot tree: no rule matched",
    ]);
    expect(of({ mac: "52:54:00:00:00:01" }).text).toBe(
      '52:54:00:00:00:01 is ignored: the rule says ignore, rule "not these"',
    );
    expect(of({ mac: "52:54:00:03:00:01", vendorClass: "MSFT 5.0" })).toMatchObject({ list: [] });
    test.appliance.next.set({ mac: "52:54:00:03:00:01", file: "once.0" });
    expect(of({ mac: "52:54:00:03:00:01" })).toMatchObject({
      rule: "next boot",
      list: ["+ next boot: a one-time boot is set for this machine"],
    });
    expect(test.appliance.next.list()).toMatchObject([{ action: { file: "once.0" } }]);
  });

  it.each([
    [{ mac: "nonsense" }, 'unknown machine "nonsense"'],
    [{ mac: "52:54:00:00:00:01", arch: "x640" }, '"x640" is not an architecture'],
    [{ mac: "52:54:00:00:00:01", arch: 70_000 }, "70000 is above 65535"],
    [{ mac: "52:54:00:00:00:01", uuid: "1" }, '"1" is not a UUID'],
    [{ mac: "52:54:00:00:00:01", serial: "1" }, '"1" is not the serial number of a Raspberry Pi'],
    [{ mac: "52:54:00:00:00:01", relay: "1" }, '"1" is not an IPv4 address'],
    [{ mac: "52:54:00:00:00:01", interface: "no\u001b" }, '"no\\x1b" is not served'],
  ])("refuses %j", async (request, problem) => {
    await using test = createTestAppliance(loopbackConfig(join(folder, "boot"), 68, more));
    await test.appliance.start();
    const explained = test.appliance.explain(request);
    expect(explained.ok ? "" : explained.problem).toContain(problem);
  });

  it("reports bytes that are not a DHCP message", () => {
    const config = loopbackConfig("/", 68, more);
    const policy = createPolicy(config, { now: () => 0, macOf: () => undefined, keepOneTimeBoots: () => {} });
    const context = decisionContext(config, policy.choose, []);
    const source = { address: "0.0.0.0", port: 68 };
    const explanation = explainDatagram(
      { bytes: new Uint8Array(3), port: "dhcp", localPort: 67, source },
      { context, book: policy.book() },
    );
    expect(explanation).toMatchObject({ decision: "ignore", reason: "malformed", rules: [], replies: [] });
  });
});
