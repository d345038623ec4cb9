import { decodePacket } from "@bootlace/dhcp-core";
import { identify } from "@bootlace/proxy-dhcp";
import { describe, expect, it } from "vitest";
import { nameOfHost } from "../src/policy/conditions.ts";
import { createFold } from "../src/sessions/fold.ts";
import { type Asks, configFrom, fileIn, policyFixture, reasonOf } from "./helpers/policy-fixture.ts";

/** A DISCOVER by RFC 4390: no hardware address, the identity in option 61. */
function infiniband(last: string, xid: string): Uint8Array {
  const header = `01200000 ${xid} 00008000 ${"00".repeat(16)} ${"00".repeat(16)} ${"00".repeat(192)} 63825363`;
  const machine = `3d12 ff00000001000300010002c903000000 aa${last}`;
  const vendorClass = `3c20 ${Buffer.from("PXEClient:Arch:00000:UNDI:002001").toString("hex")}`;
  const options = `350101 5d020000 5e03010201 ${vendorClass} ${machine} 370801032b3c426143ff`;
  return new Uint8Array(Buffer.from((header + options).replace(/\s/g, ""), "hex"));
}

function packetOf(bytes: Uint8Array) {
  const decoded = decodePacket(bytes);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.fault));
  return decoded.packet;
}

const a = "ff:00:00:00:01:00:03:00:01:00:02:c9:03:00:00:00:aa:01";
const b = a.replace(/01$/, "02");
const hosts = `hosts: { ib1: { clientId: "${a}" }, ib2: { clientId: "${b.toUpperCase()}" } }`;

describe("InfiniBand", () => {
  const yaml = `${hosts}
boot:
  - { when: { host: ib2 }, file: two.0 }
  - { when: { clientId: "${a}" }, file: one.0 }`;

  it("is distinguished by its client identifier in rules and hosts", () => {
    const fixture = policyFixture(yaml);
    expect(fileIn(fixture.receive(packetOf(infiniband("01", "00000001")), "dhcp", "0.0.0.0"))).toBe("one.0");
    expect(fileIn(fixture.receive(packetOf(infiniband("02", "00000002")), "dhcp", "0.0.0.0"))).toBe("two.0");
    expect(fixture.policy.machineOf({ mac: a })).toEqual({ mac: a, host: "ib1" });
  });

  it("is one boot for each machine", () => {
    const fold = createFold();
    for (const [index, last] of ["01", "02", "01"].entries()) {
      const packet = packetOf(infiniband(last, `0000000${index}`));
      const identified = identify(packet);
      if (!identified.ok) throw new Error(identified.reason);
      const source = { address: "0.0.0.0", port: 68 };
      const decision = { kind: "ignore", reason: "no-plan" } as const;
      const rest = { port: "dhcp", source, octets: 300, request: packet, client: identified.client, decision } as const;
      fold.apply({ kind: "dhcp", event: { type: "packet", time: 1000 + index, replies: [], ...rest } });
    }
    expect(fold.boots().map(({ key, mac }) => [key, mac])).toEqual([
      [b, b],
      [a, a],
    ]);
  });

  it("boots its one-time boot", () => {
    const fixture = policyFixture(hosts);
    expect(fixture.policy.next.set({ mac: a, file: "once.0" })).toMatchObject({ ok: true, entry: { mac: a } });
    expect(fileIn(fixture.receive(packetOf(infiniband("01", "00000001")), "dhcp", "0.0.0.0"))).toBe("once.0");
    expect(fileIn(fixture.receive(packetOf(infiniband("02", "00000002")), "dhcp", "0.0.0.0"))).not.toBe("once.0");
  });

  it("a client identifier that is none is an error of the config, and so is one that two hosts share", () => {
    expect(() => configFrom('hosts: { a: { clientId: "ff" } }')).toThrow("is not a client identifier");
    expect(() => configFrom(`hosts: { a: { clientId: "${a}" }, b: { clientId: "${a.toUpperCase()}" } }`)).toThrow(
      "has this clientId too",
    );
  });
});

describe("a switch of a vendor class of the config, without an architecture", () => {
  const asks: Asks = {
    arch: undefined,
    options: { vendorClassIdentifier: "Juniper-ex3400-24t", parameterRequestList: [66, 67, 150] },
  };
  const classes = "dhcp: { vendorClasses: [Juniper, Aruba] }\n";

  it.each(["{ when: { vendorClass: Juniper }, file: switch.conf }", "{ file: switch.conf }"])(
    "gets the file of %s",
    (rule) => {
      const answer = policyFixture(`${classes}boot: [${rule}]`).discover(asks);
      expect(fileIn(answer)).toBe("switch.conf");
      expect(answer.reply?.options.has(43)).toBe(false);
    },
  );

  it("gets nothing of the boot folder", () => {
    const fixture = policyFixture(classes, ["pxelinux.0", "efi/bootx64.efi"]);
    expect(reasonOf(fixture.discover(asks))).toBe("no-rule-for-class");
    const other = { ...asks, options: { ...asks.options, vendorClassIdentifier: "ArubaInstantAP" } };
    expect(reasonOf(fixture.discover(other))).toBe("no-rule-for-class");
  });

  it("is no PC, and PXEClient without an architecture is served as before", () => {
    const fixture = policyFixture(`${classes}boot: [{ when: { firmware: bios }, file: pxelinux.0 }]`);
    expect(reasonOf(fixture.discover(asks))).toBe("no-rule-for-class");
    const pxe = { arch: undefined, options: { vendorClassIdentifier: "PXEClient" } };
    expect(reasonOf(fixture.discover(pxe))).toBe("architecture-missing");
  });
});

describe("firmware: bios", () => {
  it.each([
    [0, "pxelinux.0"],
    [31, "other.0"],
    [12, "other.0"],
    [1, "other.0"],
    [7, undefined],
  ])("architecture %i gets %s", (arch, file) => {
    const boot = "boot: [{ when: { firmware: bios }, file: pxelinux.0 }, { when: { firmware: other }, file: other.0 }]";
    expect(fileIn(policyFixture(`bootCheck: { enabled: false }\n${boot}`).discover({ arch }))).toBe(file);
  });
});

describe("wdsnbp.com", () => {
  const yaml = "boot: [{ when: { arch: x86-bios }, file: boot/x64/wdsnbp.com }]";
  const address = "192.168.50.60";

  it("asks on the PXE port with option 250 and is not sent its own name; its firmware is", () => {
    const fixture = policyFixture(yaml);
    expect(fileIn(fixture.askPxe(address))).toBe("boot/x64/wdsnbp.com");
    const packet = fixture.packetOf({}, 3);
    const asks = {
      ...packet,
      ciaddr: address,
      options: new Map([...packet.options, [250, Uint8Array.of(12, 1, 1, 255)]]),
    };
    expect(reasonOf(fixture.receive(asks, "pxe", address))).toBe("wds-request");
  });

  it("and any program that asks again after it was loaded is not sent its own name", () => {
    const fixture = policyFixture("boot: [{ file: 'a\\other.0' }]");
    expect(fileIn(fixture.discover())).toBe("a/other.0");
    fixture.takes(address);
    expect(fileIn(fixture.askPxe(address))).toBe("a/other.0");
    fixture.fetched(address, "/a/other.0");
    expect(reasonOf(fixture.askPxe(address))).toBe("program-asks-again");
    expect(fileIn(fixture.discover())).toBe("a/other.0");
  });
});

it("a rule by clientId is none for a machine with a MAC address", () => {
  const config = configFrom(hosts);
  const identified = identify(packetOf(infiniband("02", "00000009")));
  if (!identified.ok) throw new Error(identified.reason);
  expect(nameOfHost(identified.client, config.hosts)).toBe("ib2");
  const { clientId: _id, ...rest } = identified.client;
  expect(nameOfHost({ ...rest, mac: "02:00:00:00:00:01" }, config.hosts)).toBeUndefined();
});
