import type { TftpEvent } from "@bootlace/tftp-serve";
import { describe, expect, it } from "vitest";
import { createNameTails } from "../src/log/name-tail.ts";
import { tftpRecord } from "../src/log/tftp-log.ts";
import { broadcastsOf } from "../src/net/broadcasts.ts";

function started(address: string, askedFor?: string): TftpEvent {
  const client = { address, port: 3000, localAddress: "192.168.50.10", localPort: 69 };
  const transfer = {
    id: 1,
    direction: "read",
    client,
    file: "boot.0",
    mode: "octet",
    ...(askedFor && { askedFor }),
  } as const;
  return { type: "start", time: 1, transfer, requested: [] };
}

describe("a DHCP server that ends option 67 without a NUL", () => {
  it("is reported once for each client, by the option behind the name or by the lease", () => {
    const tails = createNameTails((address) => (address === "192.168.50.61" ? "192.168.50.2" : undefined));
    const [first] = tails(started("192.168.50.60", "boot.06\x04\xc0\xa82\x01\xff"));
    expect(first).toMatchObject({
      level: "warn",
      event: "tftp.name-tail",
      fields: { ip: "192.168.50.60", file: "boot.0", server: "192.168.50.1" },
    });
    expect(first?.message).toContain("the DHCP server 192.168.50.1 ends option 67 without a NUL");
    expect(tails(started("192.168.50.60", "boot.06\x04\xc0\xa82\x01\xff"))).toEqual([]);
    expect(tails(started("192.168.50.61", "boot.0B\rx"))[0]).toMatchObject({ fields: { server: "192.168.50.2" } });
    expect(tails(started("192.168.50.62", "boot.06\x04\n"))[0]?.message).toContain("the DHCP server ends option 67");
  });

  it("is none where the name is as it was sent, and for no other event", () => {
    const tails = createNameTails(() => undefined);
    expect(tails(started("192.168.50.60"))).toEqual([]);
    expect(tails({ type: "stopped", time: 1 })).toEqual([]);
  });
});

it("a request to a broadcast address has a record that says which address to ask", () => {
  const client = { address: "192.168.50.60", port: 3000, localAddress: "192.168.50.255", localPort: 69 };
  const event = {
    type: "refused",
    time: 1,
    client,
    file: "boot.0",
    reason: "broadcast",
    code: undefined,
    detail: "192.168.50.10",
  } as const;
  let passes = true;
  const record = () => tftpRecord(event, () => passes);
  expect(record()).toMatchObject({
    level: "info",
    event: "tftp.refused",
    fields: { reason: "broadcast", ip: "192.168.50.60" },
  });
  expect(record()?.message).toContain("192.168.50.10");
  passes = false;
  expect(record()?.level).toBe("debug");
});

it.each([
  [{ address: "192.168.50.10", netmask: "255.255.255.0" }, ["192.168.50.255", "255.255.255.255"]],
  [{ address: "10.1.2.3", netmask: "255.255.240.0" }, ["10.1.15.255", "255.255.255.255"]],
  [{ address: "127.0.0.1", netmask: "255.0.0.0", broadcast: "127.255.255.255" }, ["127.255.255.255"]],
  [{ address: "10.0.0.1", netmask: "255.255.255.254" }, []],
])("%j hears %j", (iface, addresses) => {
  const heard = broadcastsOf([{ name: "eth0", ...iface }]);
  expect(heard).toEqual(addresses.map((address) => ({ address, instead: iface.address })));
});
