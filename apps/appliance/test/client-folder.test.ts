import type { BootClient } from "@bootlace/proxy-dhcp";
import { expect, it } from "vitest";
import { neighbours, parseArpTable } from "../src/os/neighbours.ts";
import { clientMemory } from "../src/policy/client-memory.ts";
import { clientFolder } from "../src/policy/client-root.ts";

const client: BootClient = {
  mac: "52:54:00:12:34:56",
  hardwareType: 1,
  archCodes: [0],
  firmware: "bios",
  vendorClass: "PXEClient",
  matchedClass: "PXEClient",
  http: false,
  userClasses: [],
  uuid: "00112233-4455-6677-8899-aabbccddeeff",
};

it.each([
  ["{mac}", "52-54-00-12-34-56"],
  ["hosts/{uuid}/{ip}", "hosts/00112233-4455-6677-8899-aabbccddeeff/10.0.0.7"],
  ["plain", "plain"],
  ["{serial}", undefined],
])("the folder %s of a client is %s", (template, expected) => {
  expect(clientFolder(template, client, "10.0.0.7")).toBe(expected);
});

it.each(["..", "../..", "a/b", "a\\b", ".hidden", "", "a\0b", "a\u001b[2J", "x y"])(
  "a serial number %j makes no folder",
  (serial) => expect(clientFolder("pi/{serial}", { ...client, serial }, "10.0.0.7")).toBe(undefined),
);

const table = `IP address       HW type     Flags       HW address            Mask     Device
192.168.11.20    0x1         0x2         52:54:00:AA:00:01     *        eth0
192.168.11.21    0x1         0x0         00:00:00:00:00:00     *        eth0
192.168.11.22    0x1         0x6         52:54:00:aa:00:02     *        eth0
nonsense
`;

it("the system's neighbours are those whose address is complete", () => {
  expect([...parseArpTable(table)]).toEqual([
    ["192.168.11.20", "52:54:00:aa:00:01"],
    ["192.168.11.22", "52:54:00:aa:00:02"],
  ]);
  expect(parseArpTable("").size).toBe(0);
});

it("the table is read again after a second, and within 20 ms for an address that is not in it", () => {
  let reads = 0;
  let now = 0;
  const macOf = neighbours(
    () => now,
    () => {
      reads++;
      return table;
    },
  );
  expect([macOf("192.168.11.20"), macOf("192.168.11.22"), reads]).toEqual([
    "52:54:00:aa:00:01",
    "52:54:00:aa:00:02",
    1,
  ]);
  for (let n = 0; n < 1000; n++) expect(macOf(`10.0.0.${n}`)).toBeUndefined();
  expect(reads).toBe(1);
  now = 20;
  expect([macOf("192.168.11.99"), reads]).toEqual([undefined, 2]);
  now = 1020;
  expect([macOf("192.168.11.20"), reads]).toEqual(["52:54:00:aa:00:01", 3]);
});

it("what clients said is bounded in number, and the latest owner of an address counts", () => {
  const memory = clientMemory();
  for (let i = 0; i < 5000; i++) {
    memory.learn({ client: { ...client, mac: `m${i}` } });
    memory.has(`m${i}`, `a${i % 4500}`, i);
  }
  expect([memory.byId("m0"), memory.machineAt("a499"), memory.machineAt("a600")]).toEqual([
    undefined,
    "m4999",
    undefined,
  ]);
  expect([memory.machineAt("a499", 4999), memory.machineAt("a499", 5000)]).toEqual(["m4999", undefined]);
  expect(memory.byId("m4999")?.client.mac).toBe("m4999");
  memory.has("m4999", "0.0.0.0", 1);
  expect(memory.machineAt("0.0.0.0")).toBe(undefined);
});
