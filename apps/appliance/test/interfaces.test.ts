import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { interfacesRecord } from "../src/log/net-log.ts";
import { choiceKey, chooseInterfaces } from "../src/net/interfaces.ts";

function ipv4(address: string, netmask = "255.255.255.0", internal = false): NetworkInterfaceInfo {
  return { family: "IPv4", address, netmask, internal, mac: "52:54:00:00:00:01", cidr: null };
}

const ipv6: NetworkInterfaceInfo = {
  family: "IPv6",
  address: "fe80::1",
  netmask: "ffff:ffff:ffff:ffff::",
  internal: false,
  mac: "52:54:00:00:00:01",
  cidr: null,
  scopeid: 1,
};

const all = { names: [], subnets: [] };
const lo = { lo: [ipv4("127.0.0.1", "255.0.0.0", true)] };

describe("without names", () => {
  it.each(["eth0", "enp3s0", "wlan0", "br0", "br-lan", "bond0", "eth0.20", "enx0011223344aa", "end0"])(
    "serves %s",
    (name) => {
      const { served, leftOut } = chooseInterfaces({ [name]: [ipv4("192.168.11.109"), ipv6] }, all);
      expect(served).toEqual([{ name, address: "192.168.11.109", netmask: "255.255.255.0" }]);
      expect(leftOut).toEqual([]);
    },
  );

  it.each([
    ["docker0", "a container bridge"],
    ["docker_gwbridge", "a container bridge"],
    ["br-0123456789ab", "a container bridge"],
    ["podman1", "a container bridge"],
    ["cni-podman0", "a container bridge"],
    ["cni0", "a container bridge"],
    ["veth12ab", "a link to a container or VM"],
    ["vnet3", "a link to a container or VM"],
    ["cali12345", "a link to a container or VM"],
    ["virbr0", "a VM bridge"],
    ["virbr0-nic", "a VM bridge"],
    ["lxcbr0", "a VM bridge"],
    ["lxdbr0", "a VM bridge"],
    ["flannel.1", "a Kubernetes network"],
    ["kube-ipvs0", "a Kubernetes network"],
    ["tun0", "a tunnel"],
    ["tap0", "a tunnel"],
    ["wg0", "a tunnel"],
    ["ppp0", "a tunnel"],
    ["tailscale0", "a tunnel"],
  ])("leaves %s out: %s", (name, reason) => {
    const { served, leftOut } = chooseInterfaces({ [name]: [ipv4("10.0.0.1")] }, all);
    expect(served).toEqual([]);
    expect(leftOut).toEqual([{ name, address: "10.0.0.1", reason }]);
  });

  it("leaves loopback, point-to-point links and interfaces without IPv4 out", () => {
    const { served, leftOut } = chooseInterfaces(
      { ...lo, eth1: [ipv6], wan: [ipv4("10.9.9.9", "255.255.255.255")] },
      all,
    );
    expect(served).toEqual([]);
    expect(leftOut.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      "lo: loopback",
      "eth1: no IPv4 address",
      "wan: a point-to-point link",
    ]);
  });
});

describe("with names", () => {
  const present = { ...lo, eth0: [ipv4("192.168.11.109")], docker0: [ipv4("172.17.0.1", "255.255.0.0")], eth1: [ipv6] };

  it("serves exactly these, loopback and bridges too", () => {
    const { served, missing } = chooseInterfaces(present, { names: ["lo", "docker0"], subnets: [] });
    expect(served).toEqual([
      { name: "lo", address: "127.0.0.1", netmask: "255.0.0.0", broadcast: "127.255.255.255" },
      { name: "docker0", address: "172.17.0.1", netmask: "255.255.0.0" },
    ]);
    expect(missing).toEqual([]);
  });

  it("reports which of them are not there", () => {
    const { served, missing } = chooseInterfaces(present, { names: ["eth0", "eth1", "eth9"], subnets: [] });
    expect([served.map(({ name }) => name), missing]).toEqual([["eth0"], ["eth1", "eth9"]]);
  });
});

it("subnets limit the addresses", () => {
  const present = { eth0: [ipv4("192.168.11.109"), ipv4("10.1.0.1", "255.255.0.0")], eth1: [ipv4("10.2.0.1")] };
  const { served, leftOut } = chooseInterfaces(present, { names: [], subnets: ["192.168.11.0/24", "10.2.0.0/16"] });
  expect(served.map(({ address }) => address)).toEqual(["192.168.11.109", "10.2.0.1"]);
  expect(leftOut).toEqual([{ name: "eth0", address: "10.1.0.1", reason: "outside the configured subnets" }]);
});

it("the key of a choice changes with names, addresses and masks, not with their order", () => {
  const key = (present: Parameters<typeof chooseInterfaces>[0]) => choiceKey(chooseInterfaces(present, all));
  const both = { eth0: [ipv4("10.0.0.1")], eth1: [ipv4("10.1.0.1")] };
  expect(key({ eth1: both.eth1, eth0: both.eth0 })).toBe(key(both));
  expect(key({ eth0: both.eth0 })).not.toBe(key(both));
  expect(key({ ...both, eth0: [ipv4("10.0.0.2")] })).not.toBe(key(both));
  expect(key({ ...both, eth0: [ipv4("10.0.0.1", "255.0.0.0")] })).not.toBe(key(both));
});

it("the log reports what is served, what was left out and what is waited for", () => {
  const record = interfacesRecord(
    chooseInterfaces({ ...lo, eth0: [ipv4("10.0.0.1")] }, { names: ["eth0", "eth9"], subnets: [] }),
  );
  expect([record.level, record.message, record.details]).toEqual([
    "warn",
    "serving eth0 10.0.0.1",
    ["left out: lo 127.0.0.1: not in interfaces", "waiting for eth9: missing or without an IPv4 address"],
  ]);
  expect(interfacesRecord(chooseInterfaces({}, all)).message).toBe("waiting for an interface to serve");
});
