import { describe, expect, it } from "vitest";
import { type Asks, fileIn, policyDesk, reasonOf, SERVER } from "./helpers/policy-desk.ts";

type Desk = ReturnType<typeof policyDesk>;

const address = "192.168.50.122";
const rom: Asks = { ipxe: true };
const efi: Asks = { ipxe: true, arch: 7 };

/** One attempt of iPXE, up to the lease. */
function attempt(desk: Desk, asks: Asks) {
  const answer = desk.discover(asks);
  desk.takes(address, asks);
  desk.leased(address, asks);
  desk.wait(1);
  return answer;
}

/** Loads what replies name, as long as they name something. */
function circle(desk: Desk, asks: Asks, rounds: number): (string | undefined)[] {
  return Array.from({ length: rounds }, () => {
    const answer = attempt(desk, asks);
    const file = fileIn(answer);
    if (file === undefined) return reasonOf(answer);
    desk.fetched(address, file);
    desk.wait(2);
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
      const desk = policyDesk(`boot: [${rule}]`);
      expect(circle(desk, asks, 3)).toEqual([file, file, "ipxe-chain-loop"]);
    },
  );

  it("offers the next server to an iPXE with a script of its own, as often as it asks", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    expect(circle(desk, rom, 1)).toEqual(["undionly.kpxe"]);
    for (let i = 0; i < 5; i++) {
      expect(attempt(desk, rom)).toMatchObject({ kind: "offer", bootFile: "undionly.kpxe", server: SERVER });
      desk.wait(10);
    }
  });

  it("counts a program once, however often a DISCOVER is repeated", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    desk.discover({ ...rom, xid: 7 });
    desk.takes(address, rom);
    desk.fetched(address, "undionly.kpxe");
    for (let i = 0; i < 4; i++) expect(desk.discover({ ...rom, xid: 8 }).kind).toBe("offer");
  });

  it("is no circle when it takes longer than two minutes", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    for (let i = 0; i < 4; i++) {
      expect(circle(desk, rom, 1)).toEqual(["undionly.kpxe"]);
      desk.wait(70);
    }
  });

  it("is no circle when what it loads is a kernel, or when somebody has switched the machine on once more", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: memtest.0 }]");
    const facts = { kind: "linux-kernel", kernel: true, size: 9 } as const;
    for (let i = 0; i < 4; i++) {
      expect(circle(desk, rom, 1)).toEqual(["memtest.0"]);
      desk.policy.see({
        kind: "appliance",
        event: { type: "inspected", time: 1, client: address, path: "memtest.0", facts },
      });
    }
    const slow = policyDesk("boot: [{ when: { firmware: ipxe }, file: tool.efi }]");
    for (let i = 0; i < 4; i++) {
      expect(circle(slow, efi, 1)).toEqual(["tool.efi"]);
      slow.wait(31);
    }
  });

  it("is no circle when the machine loads more than the program", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: pxelinux.0 }]");
    for (let i = 0; i < 4; i++) {
      expect(circle(desk, rom, 1)).toEqual(["pxelinux.0"]);
      desk.fetched(address, "ldlinux.c32");
    }
  });

  it("is no circle when the machine starts from its own firmware each time", () => {
    const desk = policyDesk("boot: [{ file: undionly.kpxe }]");
    for (let i = 0; i < 3; i++) {
      expect(circle(desk, {}, 1)).toEqual(["undionly.kpxe"]);
      expect(attempt(desk, rom).kind).toBe("offer");
    }
  });

  it("is a circle behind a boot ROM that is no iPXE too", () => {
    const desk = policyDesk("boot: [{ file: undionly.kpxe }]");
    expect(circle(desk, {}, 1)).toEqual(["undionly.kpxe"]);
    expect(circle(desk, rom, 2)).toEqual(["undionly.kpxe", "ipxe-chain-loop"]);
  });

  it("by HTTP is broken likewise", () => {
    const desk = policyDesk('boot: [{ when: { firmware: ipxe }, url: "http://{address}:8069/my%20ipxe.efi" }]');
    const url = `http://${SERVER}:8069/my%20ipxe.efi`;
    for (const expected of [url, url]) {
      expect(fileIn(attempt(desk, efi))).toBe(expected);
      desk.fetchedByHttp(address, "my ipxe.efi");
      desk.wait(2);
    }
    expect(reasonOf(attempt(desk, efi))).toBe("ipxe-chain-loop");
  });

  it("is broken for the machine in the circle and for no other", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
    expect(circle(desk, rom, 3).at(-1)).toBe("ipxe-chain-loop");
    expect(desk.discover({ ...rom, mac: "02:00:00:00:12:02" }).kind).toBe("offer");
  });

  it("of a host, and of a one-time boot", () => {
    const host = policyDesk(
      'hosts: { a: { mac: "02:00:00:00:12:01" } }\nboot: [{ when: { host: a }, file: undionly.kpxe }]',
    );
    expect(circle(host, rom, 3)).toEqual(["undionly.kpxe", "undionly.kpxe", "ipxe-chain-loop"]);
    const once = policyDesk("boot: [{ ignore: true }]");
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
    const desk = policyDesk(menu);
    for (let i = 0; i < 2; i++) {
      expect(attempt(desk, rom).kind).toBe("offer");
      expect(fileIn(desk.askPxe(address, line(0x8000)))).toBe("new/undionly.kpxe");
      desk.fetched(address, "new/undionly.kpxe");
      desk.wait(2);
    }
    expect(attempt(desk, rom).kind).toBe("offer");
    expect(reasonOf(desk.askPxe(address, line(0x8000)))).toBe("ipxe-chain-loop");
    expect(fileIn(desk.askPxe(address, line(0x8001)))).toBe("memtest.0");
  });
});

describe("iPXE where no rule is and only the folder decides", () => {
  it("is answered with what the folder has for its machine, until it goes in a circle", () => {
    const desk = policyDesk("", ["undionly.kpxe"]);
    expect(circle(desk, {}, 1)).toEqual(["undionly.kpxe"]);
    expect(attempt(desk, rom)).toMatchObject({ kind: "offer", server: SERVER });
    desk.fetched(address, "undionly.kpxe");
    desk.wait(2);
    expect(reasonOf(attempt(desk, rom))).toBe("ipxe-chain-loop");
  });

  it("gets the next server and no file when it was loaded here and nothing is left for it", () => {
    const yaml = "bootCheck: { enabled: false }\nboot: [{ when: { firmware: bios }, file: my-loader.kpxe }]";
    const desk = policyDesk(yaml);
    expect(circle(desk, {}, 1)).toEqual(["my-loader.kpxe"]);
    const answer = attempt(desk, rom);
    expect(answer).toMatchObject({ kind: "offer", server: SERVER });
    expect([answer.reply?.siaddr, fileIn(answer)]).toEqual([SERVER, ""]);
    expect(attempt(desk, rom)).toMatchObject({ kind: "offer", server: SERVER });
    const stranger = { ...rom, mac: "02:00:00:00:12:09" };
    expect(reasonOf(desk.discover(stranger))).toBe("no-file-for-architecture");
  });

  it("is left alone where a rule says so", () => {
    const desk = policyDesk("boot: [{ when: { firmware: ipxe }, ignore: true }, { file: undionly.kpxe }]");
    expect(circle(desk, {}, 1)).toEqual(["undionly.kpxe"]);
    expect(reasonOf(attempt(desk, rom))).toBe("rule-ignores");
  });
});

it("what machines loaded is bounded in number", () => {
  const desk = policyDesk("boot: [{ when: { firmware: ipxe }, file: undionly.kpxe }]");
  expect(circle(desk, rom, 2)).toHaveLength(2);
  for (let i = 0; i < 5000; i++) {
    const mac = `02:aa:00:00:${(i >> 8).toString(16).padStart(2, "0")}:${(i & 255).toString(16).padStart(2, "0")}`;
    desk.discover({ ...rom, mac });
  }
  expect(attempt(desk, rom).kind).toBe("offer");
}, 30_000);
