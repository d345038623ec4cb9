import { content } from "@bootlace/boot-source";
import { expect, test } from "vitest";
import { surroundingsService } from "../src/app/services/surroundings.ts";
import { parseConfig } from "../src/config/parse.ts";
import type { OwnEvent } from "../src/events/event.ts";
import type { NetworkInterfaces } from "../src/net/interfaces.ts";

function configOf(text: string) {
  const result = parseConfig(text, "test");
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.config;
}

const eth0 = { name: "eth0", address: "192.168.50.10", netmask: "255.255.255.0" };
const here: NetworkInterfaces = {
  eth0: [{ ...eth0, family: "IPv4", internal: false, mac: "52:54:00:AA:00:01" }],
  lo: [{ address: "127.0.0.1", netmask: "255.0.0.0", family: "IPv4", internal: true }],
};

function service(text: string) {
  const events: OwnEvent[] = [];
  const made = surroundingsService(configOf(text), {
    now: () => 7,
    networkInterfaces: () => here,
    onEvent: (event) => events.push(event),
    log: () => {},
    rootOf: () => undefined,
    listeningPorts: async () => [22],
    askServer: async () => "serves",
  });
  return { made, events };
}

test("the network is reported at the start, and whenever it or the config changes", async () => {
  const { made, events } = service("subnets: 192.168.50.0/24\nboot:\n  - { file: a.0, server: 192.168.50.20 }\n");
  await made.follow([eth0]);
  expect(events).toEqual([]);
  await made.start();
  expect(events).toEqual([
    {
      type: "network",
      time: 7,
      addresses: ["192.168.50.10", "127.0.0.1"],
      macs: ["52:54:00:aa:00:01"],
      served: [eth0],
      subnets: ["192.168.50.0/24"],
      fileServers: ["192.168.50.20"],
      httpPorts: [8069],
    },
  ]);
  await made.follow([eth0]);
  expect(events).toHaveLength(1);
  await made.adopt(configOf("http: { enabled: false }\n"), [eth0]);
  expect(events[1]).toMatchObject({ type: "network", subnets: [], fileServers: [], httpPorts: [] });
});

test("what a client asks for is reported: what it holds, by whom a script goes on", async () => {
  const { made, events } = service("");
  await made.follow([eth0]);
  const text = "#!ipxe\nchain http://192.168.50.10:8069/next.ipxe\nchain http://192.168.50.11/x.ipxe\n";
  const source = made.watched({ open: () => content(text, "1") });
  const client = { address: "192.168.50.101", port: 1, localAddress: eth0.address, localPort: 69 };
  const opened = await source.open("/boot.ipxe", client);
  expect(opened.ok).toBe(true);
  await expect.poll(() => events).toHaveLength(1);
  expect(events[0]).toMatchObject({ type: "inspected", time: 7, path: "boot.ipxe", client: client.address });
  expect(events[0]).toMatchObject({ facts: { needs: [{ path: "next.ipxe" }, { host: "192.168.50.11" }] } });
});

test("a script that leads to a server makes known which ports of this machine are taken", async () => {
  const { made, events } = service("");
  await made.follow([eth0]);
  await made.start();
  const text = "#!ipxe\nchain http://192.168.50.10:81/x.ipxe\n";
  const source = made.watched({ open: () => content(text, "1") });
  await source.open("/boot.ipxe", { address: "192.168.50.101", port: 1, localAddress: eth0.address, localPort: 69 });
  await expect.poll(() => events.at(-1)).toMatchObject({ type: "network", listening: [22] });
});
