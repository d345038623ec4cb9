import { expect, it, vi } from "vitest";
import type { ProxyDhcpOptions } from "../src/options.ts";
import { createProxyDhcp } from "../src/serve.ts";
import { eventLog, loopback, peer } from "./loopback.ts";
import { octetsOf, requestWith } from "./support.ts";

const discover = octetsOf(requestWith());

async function started(clientPort: number, options: Partial<ProxyDhcpOptions>) {
  const log = eventLog();
  const proxy = createProxyDhcp({
    choose: () => ({ kind: "boot", file: "a" }),
    interfaces: [loopback()],
    now: () => 0,
    onEvent: log.onEvent,
    ports: { dhcp: 0, pxe: 0, client: clientPort },
    ...options,
  });
  await proxy.start();
  const port = proxy.addresses().find(({ role }) => role === "dhcp")?.port ?? 0;
  return { proxy, log, port };
}

it("a reply leaves as late as its plan says, and not at all when the server is stopped meanwhile", async () => {
  await using client = await peer();
  const { proxy, log, port } = await started(client.port, {
    choose: () => ({ kind: "boot", file: "a", delayMilliseconds: 5000 }),
  });
  await using _ = proxy;
  const timers: { work: () => void; milliseconds: number }[] = [];
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, milliseconds: number) => {
    timers.push({ work, milliseconds });
    return { unref: () => {} };
  }) as unknown as typeof setTimeout);
  try {
    const reported = log.next("packet");
    client.send(discover, port);
    await reported;
    client.send(discover, port);
    await log.next("packet");
  } finally {
    vi.restoreAllMocks();
  }
  expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([5000, 5000]);
  timers[0]?.work();
  expect(await client.receive()).toMatchObject({ address: "127.0.0.1", port });
  await proxy.stop();
  timers[1]?.work();
  expect(log.types()).not.toContain("send-failed");
});

it("configure changes who is served and leaves the sockets alone", async () => {
  await using client = await peer();
  const { proxy, log, port } = await started(client.port, {});
  await using _ = proxy;
  const before = proxy.addresses();
  const ask = async () => {
    const reported = log.next("packet");
    client.send(octetsOf(requestWith({ giaddr: "127.0.0.9" })), port);
    return (await reported).decision;
  };
  expect(await ask()).toMatchObject({ kind: "ignore", reason: "relay-not-allowed" });
  expect(await proxy.configure({ relays: ["127.0.0.9"] })).toEqual([]);
  expect(await ask()).toMatchObject({ kind: "offer" });
  await proxy.configure({ vendorClasses: ["HW-Client"] });
  expect(await ask()).toMatchObject({ kind: "offer" });
  await proxy.configure({ relays: [] });
  expect(await ask()).toMatchObject({ kind: "ignore", reason: "relay-not-allowed" });
  expect(proxy.addresses()).toEqual(before);
});
