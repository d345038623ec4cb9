import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import fc from "fast-check";
import { expect, it } from "vitest";
import { growTree } from "../src/catalogue/tree.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { BootRule } from "../src/config/schema.ts";
import { nameOfHost } from "../src/policy/conditions.ts";
import { ruleBook } from "../src/policy/rules.ts";

const iface: ServedInterface = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };
const uuids = ["00112233-4455-6677-8899-aabbccddeeff", "33221100-5544-7766-8899-aabbccddeeff"] as const;

/** A client that counts how often it is asked for its MAC address. */
function client(fields: Partial<BootClient>) {
  const counted = { looks: 0 };
  const base = {
    hardwareType: 1,
    archCodes: [7],
    firmware: "uefi",
    vendorClass: "PXEClient",
    matchedClass: "PXEClient",
  };
  const all = { ...base, http: false, userClasses: [], ...fields };
  const seen = new Proxy(all as unknown as BootClient, {
    get(target, key, receiver) {
      if (key === "mac") counted.looks++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { seen, counted };
}

function bookOf(boot: readonly BootRule[], hosts: Parameters<typeof nameOfHost>[1]) {
  const defaults = parseConfig("", "test");
  if (!defaults.ok) throw new Error("expected the defaults");
  return ruleBook({ ...defaults.config, boot, hosts }, () => growTree([]));
}

const hex = (number: number) => number.toString(16).padStart(2, "0");
const macOf = (number: number) => `52:54:00:00:${hex(number >> 8)}:${hex(number & 255)}`;

it("a machine among 8,000 hosts and 5,000 rules is found without a look at the others", () => {
  const hosts = Object.fromEntries(Array.from({ length: 8000 }, (_, n) => [`h${n}`, { mac: [macOf(n)] }]));
  const rules = Array.from({ length: 5000 }, (_, n): BootRule => ({ when: { host: [`h${n}`] }, file: `f${n}` }));
  const book = bookOf([...rules, { file: "rest" }], hosts);
  const { seen, counted } = client({ mac: macOf(4711) });
  expect(book.match(seen, iface)?.name).toBe("rule 4712");
  expect(nameOfHost(seen, hosts)).toBe("h4711");
  const stranger = client({ mac: "02:00:00:00:00:01" });
  expect(book.match(stranger.seen, iface)?.name).toBe("rule 5001");
  expect(counted.looks + stranger.counted.looks).toBeLessThan(20);
});

it("the first rule that matches decides, as in a trace of all of them", () => {
  const mac = fc.constantFrom("52:54:00", "52:54:00:12:34:56", "52-54-00-12-34-57", "b8:27:eb", "525400123456");
  const hosts = {
    a: { mac: ["52:54:00:12:34:56"] },
    b: { uuid: [uuids[0].toUpperCase()], serial: ["9ffefdef"] },
    c: { mac: ["52:54:00"], clientId: ["ff:00:00:00:01"] },
  };
  const when = fc.record(
    {
      mac: fc.array(mac, { minLength: 1, maxLength: 2 }),
      host: fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 2 }),
      uuid: fc.array(fc.constantFrom(...uuids), { minLength: 1, maxLength: 1 }),
      serial: fc.constant(["9FFEFDEF"]),
      clientId: fc.constant(["FF-00-00-00-01"]),
      firmware: fc.constantFrom(["uefi" as const], ["ipxe" as const]),
    },
    { requiredKeys: [] },
  );
  const who = fc.record(
    {
      mac: fc.constantFrom("52:54:00:12:34:56", "52:54:00:12:34:57", "b8:27:eb:00:00:01", "02:00:00:00:00:01"),
      uuid: fc.constantFrom(...uuids),
      uuidBigEndian: fc.constantFrom(...uuids),
      serial: fc.constantFrom("9ffefdef", "00000000"),
      clientId: fc.constantFrom("ff:00:00:00:01", "ff:00:00:00:02"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(when, { maxLength: 8 }), who, (conditions, fields) => {
      const book = bookOf(
        conditions.map((each) => ({ when: each, file: "x" }) as BootRule),
        hosts,
      );
      const { seen } = client(fields as Partial<BootClient>);
      expect(book.match(seen, iface)?.name).toBe(book.trace(seen, iface).find(({ matched }) => matched)?.name);
    }),
    { seed: 14, numRuns: 500 },
  );
});
