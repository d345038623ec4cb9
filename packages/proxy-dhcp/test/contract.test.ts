import { describe, expect, it } from "vitest";
import { describeServerContract, taken } from "../../../tools/test-kit/server-contract.ts";
import type { ServedInterface } from "../src/core/interfaces.ts";
import { ServerStartError } from "../src/index.ts";
import type { ProxyDhcp, ProxyDhcpChanges, ProxyDhcpOptions } from "../src/options.ts";
import { createProxyDhcp } from "../src/serve.ts";
import { eventLog, loopback, peer } from "./loopback.ts";
import { octetsOf, requestWith, type } from "./support.ts";

const choose = () => ({ kind: "boot", file: "a" }) as const;
const [one, two] = [loopback("one", "127.0.0.1"), loopback("two", "127.0.0.2")];

describeServerContract(
  "udp",
  ({ addresses, port, holderOf, onEvent }) =>
    createProxyDhcp({
      choose,
      mode: "pxe-port-only",
      interfaces: addresses.map((address) => loopback(address, address)),
      ports: { pxe: port, client: 9 },
      holderOf,
      onEvent,
    }),
  {
    changesTo: (addresses) => ({ interfaces: addresses.map((address) => loopback(address, address)) }),
    fixed: ["ports", { ports: { pxe: 0 } }],
  },
);

/** Two ports that are free on every address. */
async function freePorts(): Promise<{ dhcp: number; pxe: number }> {
  await using first = await taken("udp", "0.0.0.0");
  await using second = await taken("udp", "0.0.0.0");
  return { dhcp: first.port, pxe: second.port };
}

/** Fails unless nobody has one of these ports: each is taken for itself, without sharing. */
async function expectFree({ dhcp, pxe }: { dhcp: number; pxe: number }): Promise<void> {
  for (const port of [dhcp, pxe]) {
    await using _ = await taken("udp", "0.0.0.0", port);
  }
}

async function failureOf(started: Promise<void>): Promise<ServerStartError> {
  const error = await started.catch((reason: unknown) => reason);
  if (!(error instanceof ServerStartError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

function server(ports: { dhcp: number; pxe: number }, options: Partial<ProxyDhcpOptions> = {}) {
  const log = eventLog();
  const { onEvent } = log;
  const all = { choose, interfaces: [one, two], onEvent, ...options, ports: { client: 9, ...ports, ...options.ports } };
  return { log, proxy: createProxyDhcp(all) };
}

describe("a start that fails leaves nothing bound", () => {
  const broadcastNowhere: ServedInterface = { ...two, broadcast: "0.0.0.1" };

  it.each<[string, (ports: { dhcp: number; pxe: number }) => Promise<AsyncDisposable>, number[]]>([
    ["the DHCP port", ({ dhcp }) => taken("udp", "0.0.0.0", dhcp), [0]],
    ["the PXE port of the first address", ({ pxe }) => taken("udp", "127.0.0.1", pxe), [1]],
    ["the PXE port of the last address", ({ pxe }) => taken("udp", "127.0.0.2", pxe), [1]],
    ["the port that offers leave from", ({ dhcp }) => taken("udp", "127.0.0.2", dhcp), [0]],
  ])("%s is taken", async (_what, take, failing) => {
    const ports = await freePorts();
    const { proxy, log } = server(ports);
    {
      await using _ = await take(ports);
      const error = await failureOf(proxy.start());
      const numbers = [ports.dhcp, ports.pxe];
      expect([...new Set(error.failures.map(({ port }) => numbers.indexOf(port)))]).toEqual(failing);
      expect(error).toMatchObject({ code: "EADDRINUSE", failures: [{ protocol: "udp", code: "EADDRINUSE" }] });
      expect([proxy.addresses(), proxy.interfaces(), log.events]).toEqual([[], [], []]);
      await proxy.stop();
    }
    await expectFree(ports);
    await proxy.start();
    expect(proxy.addresses()).toHaveLength(3);
    await proxy.stop();
    await expectFree(ports);
  });

  it.each<[string, Partial<ProxyDhcpOptions>, string]>([
    ["an address does not exist", { interfaces: [one, { ...two, address: "192.0.2.1" }] }, "EADDRNOTAVAIL"],
    ["offers cannot be sent", { interfaces: [one, broadcastNowhere] }, "E"],
  ])("%s", async (_what, options, code) => {
    const ports = await freePorts();
    const { proxy } = server(ports, options);
    expect((await failureOf(proxy.start())).code).toContain(code);
    expect(proxy.addresses()).toEqual([]);
    await expectFree(ports);
  });

  it("the list of interfaces throws", async () => {
    const ports = await freePorts();
    const interfaces = () => {
      throw new TypeError("a bug");
    };
    const { proxy, log } = server(ports, { interfaces });
    await expect(proxy.start()).rejects.toThrow(TypeError);
    await expectFree(ports);
    await proxy.stop();
    await proxy.configure({ interfaces: [one] });
    await proxy.start();
    expect(log.types()).toEqual(["listening", "listening"]);
    await proxy.stop();
  });

  it("names every port, the holder, and for the DHCP port the two ways out", async () => {
    const ports = await freePorts();
    await using _dhcp = await taken("udp", "0.0.0.0", ports.dhcp);
    await using _pxe = await taken("udp", "127.0.0.2", ports.pxe);
    const { proxy } = server(ports, { holderOf: async ({ port }) => `the holder of ${port}` });
    const { failures, message } = await failureOf(proxy.start());
    expect(failures.map(({ address, port }) => [address, port])).toEqual([
      ["0.0.0.0", ports.dhcp],
      ["127.0.0.2", ports.pxe],
    ]);
    expect(failures.map(({ holder }) => holder)).toEqual(
      [ports.dhcp, ports.pxe].map((port) => `the holder of ${port}`),
    );
    expect(failures[1]).not.toHaveProperty("advice");
    expect(message).toContain(`cannot bind UDP 0.0.0.0 port ${ports.dhcp}: EADDRINUSE, held by the holder of`);
    expect(message).toContain("bind-dynamic");
    expect(message).toContain("pxe-port-only");
  });
});

describe("start and stop", () => {
  it("aborted before the start: the reason, and nothing bound", async () => {
    const ports = await freePorts();
    const { proxy, log } = server(ports);
    const reason = new Error("not today");
    await expect(proxy.start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(log.events).toEqual([]);
    await expectFree(ports);
  });

  it("aborted while it starts: the reason, and nothing bound", async () => {
    const ports = await freePorts();
    const { proxy, log } = server(ports);
    const abort = new AbortController();
    const started = proxy.start({ signal: abort.signal });
    abort.abort(new Error("changed my mind"));
    await expect(started).rejects.toThrow("changed my mind");
    expect([log.events, proxy.addresses()]).toEqual([[], []]);
    await expectFree(ports);
  });

  it("aborted while it runs: it stops", async () => {
    const ports = await freePorts();
    const { proxy, log } = server(ports);
    const abort = new AbortController();
    await proxy.start({ signal: abort.signal });
    const stopped = log.next("stopped");
    abort.abort();
    await stopped;
    await proxy.stop();
    expect(proxy.addresses()).toEqual([]);
    await expectFree(ports);
  });

  it("twice at once is once", async () => {
    const { proxy, log } = server({ dhcp: 0, pxe: 0 });
    await Promise.all([proxy.start(), proxy.start()]);
    await Promise.all([proxy.stop(), proxy.stop()]);
    expect(log.types().filter((one) => one === "stopped")).toHaveLength(1);
  });

  it("draining takes no request any more, and ends when the delayed replies have left", async () => {
    await using client = await peer();
    const plan = { kind: "boot", file: "a", delayMilliseconds: 30 } as const;
    const options = { interfaces: [one], choose: () => plan, ports: { client: client.port } };
    const { proxy, log } = server({ dhcp: 0, pxe: 0 }, options);
    await proxy.start();
    const [dhcp] = proxy.addresses();
    const asked = log.next("packet");
    client.send(octetsOf(requestWith()), dhcp?.port ?? 0);
    await asked;
    const stopped = proxy.stop({ drain: true, timeout: Infinity });
    client.send(octetsOf(requestWith()), dhcp?.port ?? 0);
    expect(await client.receive()).toMatchObject({ address: "127.0.0.1" });
    await stopped;
    expect(log.types().filter((one) => one === "packet")).toHaveLength(1);
    expect(proxy.statistics()).toMatchObject({ received: 1, offers: 1 });
  });

  it("a drain ends after its time, at a stop without drain, and with a shorter drain", async () => {
    await using client = await peer();
    const plan = { kind: "boot", file: "a", delayMilliseconds: 60_000 } as const;
    const options = { interfaces: [one], choose: () => plan, ports: { client: client.port } };
    const ask = async (proxy: ProxyDhcp, log: ReturnType<typeof eventLog>) => {
      await proxy.start();
      const asked = log.next("packet");
      client.send(
        octetsOf(requestWith({ ciaddr: "127.0.0.1", options: { 53: type.request } })),
        proxy.addresses()[1]?.port ?? 0,
      );
      await asked;
    };
    const { proxy, log } = server({ dhcp: 0, pxe: 0 }, options);
    await ask(proxy, log);
    await proxy.stop({ drain: true, timeout: 1 });
    await ask(proxy, log);
    const drained = proxy.stop({ drain: true });
    await Promise.resolve();
    await proxy.stop();
    await drained;
    await ask(proxy, log);
    await Promise.all([proxy.stop({ drain: true, timeout: Infinity }), proxy.stop({ drain: true, timeout: 1 })]);
    expect(proxy.addresses()).toEqual([]);
  });

  it("await using stops it", async () => {
    const ports = await freePorts();
    {
      const { proxy } = server(ports);
      await using _ = proxy;
      await proxy.start();
    }
    await expectFree(ports);
  });
});

describe("configure", () => {
  it("reports what cannot be bound, and leaves alone what is not given", async () => {
    const ports = await freePorts();
    const { proxy, log } = server(ports, { interfaces: [one], relays: ["127.0.0.9"] });
    await using _ = proxy;
    await proxy.start();
    {
      await using _taken = await taken("udp", "127.0.0.2", ports.pxe);
      const failures = await proxy.configure({ interfaces: [one, two] });
      expect(failures).toEqual([{ protocol: "udp", address: "127.0.0.2", port: ports.pxe, code: "EADDRINUSE" }]);
      expect(await proxy.configure({ vendorClasses: ["HW-Client"] })).toEqual(failures);
      expect(log.events.at(-1)).toMatchObject({
        type: "listen-failed",
        role: "pxe",
        interfaceName: "two",
        address: "127.0.0.2",
        port: ports.pxe,
        code: "EADDRINUSE",
      });
    }
    expect(await proxy.configure({ interfaces: [one, two] })).toEqual([]);
    expect(proxy.addresses().map(({ address }) => address)).toEqual(["0.0.0.0", "127.0.0.1", "127.0.0.2"]);
  });

  it("limits hold from the next request on", async () => {
    await using client = await peer();
    const { proxy, log } = server({ dhcp: 0, pxe: 0 }, { interfaces: [one], ports: { client: client.port } });
    await using _ = proxy;
    await proxy.start();
    const ask = async (outcome: "packet" | "limited") => {
      const reported = log.next(outcome);
      client.send(octetsOf(requestWith()), proxy.addresses()[0]?.port ?? 0);
      await reported;
    };
    await ask("packet");
    await proxy.configure({ limits: { global: { replies: 0, seconds: 1 } } });
    await ask("limited");
    await proxy.configure({ limits: {} });
    expect(proxy.statistics()).toMatchObject({ received: 2, offers: 1, ignored: { "rate-limited": 1 } });
  });

  it("a value that cannot be is refused by name, and nothing has changed", async () => {
    const { proxy } = server({ dhcp: 0, pxe: 0 }, { interfaces: [one] });
    await using _ = proxy;
    await proxy.start();
    const error = await proxy.configure({ interfaces: [two], relays: ["10.0.0"] }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ option: "relays[0]" });
    const unknown = { ports: { dhcp: 0 } } as ProxyDhcpChanges;
    await expect(proxy.configure(unknown)).rejects.toThrow("configure: option ports cannot be changed");
    expect(proxy.interfaces()).toEqual([one]);
  });
});
