import { encodePacket } from "@bootlace/dhcp-core";
import { describe, expect, it } from "vitest";
import { decisionContext } from "../src/app/services/dhcp.ts";
import { explainDatagram } from "../src/policy/explain.ts";
import { type Asks, configFrom, fileIn, policyFixture, SERVER } from "./helpers/policy-fixture.ts";

const efi: Asks = { arch: 7 };
const http: Asks = { arch: 16, options: { vendorClassIdentifier: "HTTPClient:Arch:00016:UNDI:003016" } };
const forward = "deploy/EFI/BOOT/BOOTX64.EFI";
const rule = "file: 'deploy\\EFI\\BOOT\\BOOTX64.EFI'";

describe("backslashes of the config leave as slashes", () => {
  it("in an offer and in an ACK, in option 67 and in the header", () => {
    const fixture = policyFixture(`boot: [{ when: { arch: x64-uefi }, ${rule} }]`);
    expect(fileIn(fixture.discover(efi))).toBe(forward);
    expect(fileIn(fixture.askPxe("192.168.50.114", efi))).toBe(forward);
  });

  it("for a host, a one-time boot, and form server", () => {
    const host = `hosts: { a: { mac: "02:00:00:00:12:01" } }\nboot: [{ when: { host: a }, form: server, ${rule} }]`;
    expect(fileIn(policyFixture(host).askPxe("192.168.50.114", efi))).toBe(forward);
    const once = policyFixture("");
    once.policy.next.set({ mac: "02:00:00:00:12:01", file: "a\\b.efi" });
    expect(fileIn(once.discover(efi))).toBe("a/b.efi");
  });

  it("in a menu line", () => {
    const menu = "menus: { m: { items: [{ text: a, file: 'a\\b.efi' }] } }\nboot: [{ menu: m }]";
    const item = { vendorSpecificInformation: Uint8Array.of(71, 4, 0x80, 0, 0, 0, 255) };
    expect(fileIn(policyFixture(menu).askPxe("192.168.50.114", { ...efi, options: item }))).toBe("a/b.efi");
  });

  it("in a script, by TFTP and by HTTP", () => {
    const script = "boot: [{ when: { firmware: ipxe }, script: 'menus\\main.ipxe' }]";
    expect(fileIn(policyFixture(script).discover({ ipxe: true }))).toContain(
      `http://${SERVER}:8069/menus/main.ipxe?mac=`,
    );
    const off = policyFixture(`http: { enabled: false }\n${script}`);
    expect(fileIn(off.discover({ ipxe: true }))).toContain(`tftp://${SERVER}/menus/main.ipxe`);
  });

  it("in a URL, of ours and of a rule, but not behind its question mark", () => {
    expect(fileIn(policyFixture(`boot: [{ ${rule} }]`).discover(http))).toBe(`http://${SERVER}:8069/${forward}`);
    const url = "boot: [{ url: 'http://192.168.50.20/a\\b.efi?c=d\\e' }]";
    expect(fileIn(policyFixture(url).discover(http))).toBe("http://192.168.50.20/a/b.efi?c=d%5Ce");
  });

  it("for another server, but for the loaders of Windows, whose servers match names by backslash", () => {
    const there = (file: string) => policyFixture(`boot: [{ server: 192.168.50.20, file: '${file}' }]`).discover(efi);
    expect(fileIn(there("a\\shimx64.efi"))).toBe("a/shimx64.efi");
    expect(fileIn(there("boot\\x64\\wdsmgfw.efi"))).toBe("boot\\x64\\wdsmgfw.efi");
    expect(fileIn(policyFixture("boot: [{ file: 'boot\\x64\\wdsmgfw.efi' }]").discover(efi))).toBe(
      "boot/x64/wdsmgfw.efi",
    );
  });

  it("and explain shows what leaves", () => {
    const fixture = policyFixture(`boot: [{ ${rule} }]`);
    const { reply: _reply, ...decision } = fixture.discover(efi);
    expect(decision).toMatchObject({ bootFile: forward });
    const context = decisionContext(configFrom(`boot: [{ ${rule} }]`), fixture.policy.choose, [
      { name: "eth0", address: SERVER, netmask: "255.255.255.0" },
    ]);
    const encoded = encodePacket(fixture.packetOf(efi));
    if (!encoded.ok) throw new Error("the request cannot be written");
    const source = { address: "0.0.0.0", port: 68 };
    const datagram = { bytes: encoded.bytes, port: "dhcp", localPort: 67, source } as const;
    const explained = explainDatagram(datagram, { context, book: fixture.policy.book() });
    expect(explained).toMatchObject({ decision: "offer", bootFile: forward });
    expect(explained.text).toContain(`"${forward}"`);
  });
});
