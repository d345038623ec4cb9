import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TftpEvent } from "@bootlace/tftp-serve";
import { afterAll, describe, expect, it } from "vitest";
import { createNameTails } from "../src/log/name-tail.ts";
import { tftpRecord } from "../src/log/tftp-log.ts";
import { broadcastsOf } from "../src/net/broadcasts.ts";
import { createTestAppliance, loopbackConfig } from "./helpers/loopback.ts";

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

describe("a running Bootlace", () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-tail-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "boot.0"), "b".repeat(100));

  async function send(port: number, address: string, ...words: readonly Uint8Array[]): Promise<void> {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    socket.setBroadcast(true);
    const datagram = Buffer.concat([Uint8Array.of(0, 1), ...words, Buffer.from("\0octet\0")]);
    await new Promise((sent) => socket.send(datagram, port, address, sent));
    socket.close();
  }

  it("hears requests to the broadcast address, answers none, and says so", async () => {
    await using test = createTestAppliance(loopbackConfig(folder, 68));
    await test.appliance.start();
    await send(test.port("tftp"), "127.255.255.255", Buffer.from("boot.0"));
    const { fields } = await test.logged("tftp.refused");
    expect(fields).toMatchObject({ reason: "broadcast", file: "boot.0", detail: "127.0.0.1" });
    expect(test.appliance.endpoints().map(({ address }) => address)).not.toContain("127.255.255.255");
  });

  it("serves a name with the tail of an option, and names the DHCP server", async () => {
    await using test = createTestAppliance(loopbackConfig(folder, 68));
    await test.appliance.start();
    await send(test.port("tftp"), "127.0.0.1", Buffer.from("boot.06\x04\xc0\xa82\x01\xff", "latin1"));
    const { fields } = await test.logged("tftp.name-tail");
    expect(fields).toMatchObject({ file: "boot.0", server: "192.168.50.1" });
  });
});
