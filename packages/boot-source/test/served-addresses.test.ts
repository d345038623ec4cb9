import { expect, test } from "vitest";
import type { AddressEvent, BoundAddress } from "../src/core/address-events.ts";
import type { BindResult } from "../src/core/follow-addresses.ts";
import { ownAddresses } from "../src/own-addresses.ts";
import { type AddressChanges, servedAddresses } from "../src/served-addresses.ts";

interface Listener {
  readonly endpoint: BoundAddress;
}

/** Addresses that nothing is bound to in truth; `broken` cannot be bound. */
function served(options: AddressChanges) {
  const events: AddressEvent[] = [];
  const broken = new Set<string>();
  let free = 40_000;
  const places = servedAddresses<Listener>({
    options,
    usualPort: 69,
    async bind(address, port): Promise<BindResult<Listener>> {
      if (broken.has(address)) return { ok: false, failures: [{ protocol: "udp", address, port, code: "EADDRINUSE" }] };
      return { ok: true, bound: { endpoint: { address, port: port === 0 ? ++free : port } } };
    },
    unbind: () => {},
    emit: (event) => events.push(event),
    now: () => 1000,
  });
  const types = () => events.splice(0).map((event) => `${event.type} ${"address" in event ? event.address : ""}`);
  return { places, events, broken, types };
}

test("without a port the usual one is served, and another one is bound anew", async () => {
  const { places, events } = served({ addresses: ["192.0.2.1"] });
  await places.start({});
  expect(places.bound()).toEqual([{ address: "192.0.2.1", port: 69 }]);
  await places.change({ port: 6969 }, true);
  expect(events).toEqual([
    { type: "listening", time: 1000, address: "192.0.2.1", port: 69 },
    { type: "unlistening", time: 1000, address: "192.0.2.1", port: 69 },
    { type: "listening", time: 1000, address: "192.0.2.1", port: 6969 },
  ]);
});

test("the port that the system chose stays while any is wanted", async () => {
  const { places } = served({ addresses: ["192.0.2.1"], port: 0 });
  await places.start({});
  const before = places.bound();
  await places.change({ addresses: ["192.0.2.1", "192.0.2.2"] }, true);
  expect(places.bound()).toEqual([...before, { address: "192.0.2.2", port: 40_002 }]);
  await places.change({ addresses: ["192.0.2.1"], port: 40_001 }, true);
  expect(places.bound()).toEqual(before);
  await places.change({ port: 0 }, true);
  expect(places.bound()).toEqual([{ address: "192.0.2.1", port: 40_003 }]);
});

test("without addresses those of this machine are served, and followed", async () => {
  const { places } = served({});
  await places.start({});
  expect(places.bound().map(({ address }) => address)).toEqual([...new Set(ownAddresses())]);
  await places.change({ addresses: [] }, true);
  expect(places.bound()).toEqual([]);
});

test("what could not be bound is reported once, and tried again when it looks again", async () => {
  const { places, broken, types } = served({ addresses: ["192.0.2.1"] });
  await places.start({});
  broken.add("192.0.2.2");
  const failures = await places.change({ addresses: ["192.0.2.1", "192.0.2.2"] }, true);
  expect(failures).toMatchObject([{ address: "192.0.2.2", port: 69, code: "EADDRINUSE" }]);
  places.refresh();
  broken.clear();
  places.refresh();
  await places.close();
  expect(types()).toEqual([
    "listening 192.0.2.1",
    "listen-failed 192.0.2.2",
    "listening 192.0.2.2",
    "unlistening 192.0.2.1",
    "unlistening 192.0.2.2",
  ]);
});

test("clients are those that were named, or those of a LAN", async () => {
  const { places } = served({ addresses: [], clients: ["198.51.100.0/24"] });
  expect([places.allows("198.51.100.7"), places.allows("192.168.1.7")]).toEqual([true, false]);
  await places.change({ clients: [] }, true);
  places.refresh();
  expect([places.allows("198.51.100.7"), places.allows("192.168.1.7")]).toEqual([false, true]);
});
