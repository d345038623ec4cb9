import { describe, expect, it } from "vitest";
import { type Asks, fileIn, policyFixture, reasonOf, SERVER } from "./helpers/policy-fixture.ts";

type PolicyFixture = ReturnType<typeof policyFixture>;

const address = "192.168.50.122";
const rom: Asks = { ipxe: true };
const efi: Asks = { ipxe: true, arch: 7 };

/** One attempt of iPXE, up to the lease. */
function attempt(fixture: PolicyFixture, asks: Asks) {
  const answer = fixture.discover(asks);
  fixture.takes(address, asks);
  fixture.leased(address, asks);
  fixture.wait(1);
  return answer;
}

/** Loads what replies name, as long as they name something. */
function circle(fixture: PolicyFixture, asks: Asks, rounds: number): (string | undefined)[] {
  return Array.from({ length: rounds }, () => {
    const answer = attempt(fixture, asks);
    const file = fileIn(answer);
    if (file === undefined) return reasonOf(answer);
    fixture.fetched(address, file);
    fixture.wait(2);
    return file;
  });
}

describe("a rule that hands iPXE an iPXE program", () => {
  it.each([
    ["by its firmware", "{ when: { firmware: ipxe }, file: undionly.kpxe }", rom, "undionly.kpxe"],
    ["under another name", "{ when: { firmware: ipxe }, file: my-loader.kpxe }", rom, "my-loader.kpxe"],
    ["without a condition", "{ file: undionly.kpxe }", rom, "undionly.kpxe"],
    ["for x64 UEFI", "{ when: { arch: x64-uefi }, file: ipxe/snponly.efi }", efi, "ipxe/snponly.efi"],
    ["with slashes in front", "{ when: { firmware: ipxe }, file: /ipxe/ipxe.efi }", efi, "/ipxe/ipxe.efi"],
  ])(
    "%s is obeyed, and again when it comes back; the third time within two minutes it is broken",
    (_w, rule, asks, file) => {
      const fixture = policyFixture(`boot: [${rule}]`);
      expect(circle(fixture, asks, 3)).toEqual([file, file, "ipxe-chain-loop"]);
    },
  );

  it("offers the next server to an iPXE with a script of its own, as often as it asks", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    expect(circle(fixture, rom, 1)).toEqual(["undionly.kpxe"]);
    for (let i = 0; i < 5; i++) {
      expect(attempt(fixture, rom)).toMatchObject({ kind: "offer", bootFile: "undionly.kpxe", server: SERVER });
      fixture.wait(10);
    }
  });

  it("counts a program once, however often a DISCOVER is repeated", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    fixture.discover({ ...rom, xid: 7 });
    fixture.takes(address, rom);
    fixture.fetched(address, "undionly.kpxe");
    for (let i = 0; i < 4; i++) expect(fixture.discover({ ...rom, xid: 8 }).kind).toBe("offer");
  });

  it("is no circle when it takes longer than two minutes", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    for (let i = 0; i < 4; i++) {
      expect(circle(fixture, rom, 1)).toEqual(["undionly.kpxe"]);
      fixture.wait(70);
    }
  });

  it("is no circle when what it loads is a kernel, or when somebody has switched the machine on once more", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: memtest.0 }]");
    const facts = { kind: "linux-kernel", kernel: true, size: 9 } as const;
    for (let i = 0; i < 4; i++) {
      expect(circle(fixture, rom, 1)).toEqual(["memtest.0"]);
      fixture.policy.see({
        kind: "appliance",
        event: { type: "inspected", time: 1, client: address, path: "memtest.0", facts },
      });
    }
    const slow = policyFixture("boot: [{ when: { firmware: ipxe }, file: tool.efi }]");
    for (let i = 0; i < 4; i++) {
      expect(circle(slow, efi, 1)).toEqual(["tool.efi"]);
      slow.wait(31);
    }
  });

  it("is no circle when the machine loads more than the program", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: pxelinux.0 }]");
    for (let i = 0; i < 4; i++) {
      expect(circle(fixture, rom, 1)).toEqual(["pxelinux.0"]);
      fixture.fetched(address, "ldlinux.c32");
    }
  });

  it("is no circle when the machine starts from its own firmware each time", () => {
    const fixture = policyFixture("boot: [{ file: undionly.kpxe }]");
    for (let i = 0; i < 3; i++) {
      expect(circle(fixture, {}, 1)).toEqual(["undionly.kpxe"]);
      expect(attempt(fixture, rom).kind).toBe("offer");
    }
  });

  it("is a circle behind a boot ROM that is no iPXE too", () => {
    const fixture = policyFixture("boot: [{ file: undionly.kpxe }]");
    expect(circle(fixture, {}, 1)).toEqual(["undionly.kpxe"]);
    expect(circle(fixture, rom, 2)).toEqual(["undionly.kpxe", "ipxe-chain-loop"]);
  });

  it("by HTTP is broken likewise", () => {
    const fixture = policyFixture('boot: [{ when: { firmware: ipxe }, url: "http://{address}:8069/my%20ipxe.efi" }]');
    const url = `http://${SERVER}:8069/my%20ipxe.efi`;
    for (const expected of [url, url]) {
      expect(fileIn(attempt(fixture, efi))).toBe(expected);
      fixture.fetchedByHttp(address, "my ipxe.efi");
      fixture.wait(2);
    }
    expect(reasonOf(attempt(fixture, efi))).toBe("ipxe-chain-loop");
  });

  it("is broken for the machine in the circle and for no other", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    expect(circle(fixture, rom, 3).at(-1)).toBe("ipxe-chain-loop");
    expect(fixture.discover({ ...rom, mac: "02:00:00:00:12:02" }).kind).toBe("offer");
  });

  it("of a host, and of a one-time boot", () => {
    const host = policyFixture(
      'hosts: { a: { mac: "02:00:00:00:12:01" } }\nboot: [{ when: { host: a }, file: undionly.kpxe }]',
    );
    expect(circle(host, rom, 3)).toEqual(["undionly.kpxe", "undionly.kpxe", "ipxe-chain-loop"]);
    const once = policyFixture("boot: [{ ignore: true }]");
    once.policy.next.set({ mac: "02:00:00:00:12:01", file: "ipxe/undionly.kpxe" });
    expect(circle(once, rom, 1)).toEqual(["ipxe/undionly.kpxe"]);
  });
});

describe("a menu line with an iPXE program", () => {
  const menu = `
menus:
  m: { items: [{ text: newer iPXE, file: 'new\\undionly.kpxe' }, { text: other, file: memtest.0 }] }
boot: [{ when: { firmware: ipxe }, menu: m, file: undionly.kpxe }]`;
  const line = (type: number) => ({
    ...rom,
    options: { vendorSpecificInformation: Uint8Array.of(71, 4, type >>> 8, type & 0xff, 0, 0, 255) },
  });

  it("is served twice; then that line is silent, and the others are not", () => {
    const fixture = policyFixture(menu);
    for (let i = 0; i < 2; i++) {
      expect(attempt(fixture, rom).kind).toBe("offer");
      expect(fileIn(fixture.askPxe(address, line(0x8000)))).toBe("new/undionly.kpxe");
      fixture.fetched(address, "new/undionly.kpxe");
      fixture.wait(2);
    }
    expect(attempt(fixture, rom).kind).toBe("offer");
    expect(reasonOf(fixture.askPxe(address, line(0x8000)))).toBe("ipxe-chain-loop");
    expect(fileIn(fixture.askPxe(address, line(0x8001)))).toBe("memtest.0");
  });
});

describe("iPXE where no rule is and only the folder decides", () => {
  it("is answered with what the folder has for its machine, until it goes in a circle", () => {
    const fixture = policyFixture("", ["undionly.kpxe"]);
    expect(circle(fixture, {}, 1)).toEqual(["undionly.kpxe"]);
    expect(attempt(fixture, rom)).toMatchObject({ kind: "offer", server: SERVER });
    fixture.fetched(address, "undionly.kpxe");
    fixture.wait(2);
    expect(reasonOf(attempt(fixture, rom))).toBe("ipxe-chain-loop");
  });

  it("gets the next server and no file when it was loaded here and nothing is left for it", () => {
    const yaml = "bootCheck: { enabled: false }\nboot: [{ when: { firmware: bios }, file: my-loader.kpxe }]";
    const fixture = policyFixture(yaml);
    expect(circle(fixture, {}, 1)).toEqual(["my-loader.kpxe"]);
    const answer = attempt(fixture, rom);
    expect(answer).toMatchObject({ kind: "offer", server: SERVER });
    expect([answer.reply?.siaddr, fileIn(answer)]).toEqual([SERVER, ""]);
    expect(attempt(fixture, rom)).toMatchObject({ kind: "offer", server: SERVER });
    const stranger = { ...rom, mac: "02:00:00:00:12:09" };
    expect(reasonOf(fixture.discover(stranger))).toBe("no-file-for-architecture");
  });

  it("is left alone where a rule says so", () => {
    const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, ignore: true }, { file: undionly.kpxe }]");
    expect(circle(fixture, {}, 1)).toEqual(["undionly.kpxe"]);
    expect(reasonOf(attempt(fixture, rom))).toBe("rule-ignores");
  });
});

it("what machines loaded is bounded in number", () => {
  const fixture = policyFixture("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
  expect(circle(fixture, rom, 2)).toHaveLength(2);
  for (let i = 0; i < 5000; i++) {
    const mac = `02:aa:00:00:${(i >> 8).toString(16).padStart(2, "0")}:${(i & 255).toString(16).padStart(2, "0")}`;
    fixture.discover({ ...rom, mac });
  }
  expect(attempt(fixture, rom).kind).toBe("offer");
}, 30_000);
