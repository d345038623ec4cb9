import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import { expect, it } from "vitest";
import { growTree } from "../src/catalogue/tree.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { BootRule } from "../src/config/schema.ts";
import { ruleBook } from "../src/policy/rules.ts";

const iface: ServedInterface = { name: "eth0", address: "192.168.11.109", netmask: "255.255.255.0" };

function client(serial: string): BootClient {
  const classes = { vendorClass: "PXEClient", userClasses: [], archCodes: [0], firmware: "bios" as const, http: false };
  return { ...classes, serial } as unknown as BootClient;
}

it("a trace looks a machine's name up once, however many rules ask for it", () => {
  let looks = 0;
  const many = new Proxy(
    Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`h${at}`, { serial: [`s${at}`] }])),
    {
      ownKeys(target) {
        looks++;
        return Reflect.ownKeys(target);
      },
    },
  );
  const boot = Object.keys(many).map((name): BootRule => ({ when: { host: [name] }, file: name }));
  looks = 0;
  const defaults = parseConfig("", "test");
  if (!defaults.ok) throw new Error("expected the defaults");
  const book = ruleBook({ ...defaults.config, boot, hosts: many }, () => growTree([]));
  const trace = book.trace(client("none"), iface);
  expect(trace.map(({ why }) => why)).toContain("host is no host of the config, not h7");
  expect(looks).toBe(1);
  book.trace(client("s7"), iface);
  expect(looks).toBe(1);
});
