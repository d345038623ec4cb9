import { describe, expect, it } from "vitest";
import { acknowledged, mayHaveArrived } from "../src/core/acknowledged.ts";
import { setUp } from "./followed-connection.ts";

describe("what a client's system has acknowledged", () => {
  it.each([
    [[1000], 0, [1000]],
    [[1000], 400, [600]],
    [[1000], 5000, [0]],
    [[1000, 50, 200], 220, [1000, 30, 0]],
    [[1000, 50, 200], 1250, [0, 0, 0]],
    [[1000], -1, [1000]],
    [[], 10, []],
  ])("of bodies of %j bytes with %i missing is %j: the last bytes are missing", (taken, missing, expected) => {
    expect(acknowledged(taken, missing)).toEqual(expected);
  });

  it.each([
    ["nobody has looked yet", undefined, 0, 10, true],
    ["the rest takes longer at twice its pace", 60_000, 11_000_000, 60_100, false],
    ["the rest may have come since", 60_000, 11_000_000, 63_000, true],
    ["nothing was acknowledged for a long time", 60_000, 0, 90_000, false],
  ])("may be all when a reset comes: %s", (_when, lookedAt, bytes, now, expected) => {
    expect(mayHaveArrived({ since: 0, lookedAt, acknowledged: bytes }, 12_000_000, now)).toBe(expected);
  });
});

describe("the last packets, which iPXE leaves unacknowledged when it starts a program", () => {
  it.each([
    ["a small file", 3072, 3300],
    ["the end of a large one", 2_000_000, 60_000],
  ])("are %s: done after 2 s of silence, and said to be unconfirmed", (_what, total, missing) => {
    const test = setUp(total);
    test.handOver(missing);
    test.pass(1950);
    test.deliveries.sweep();
    expect(test.log.filter((line) => line.startsWith("done"))).toEqual([]);
    test.pass(200);
    test.deliveries.sweep();
    expect(test.log.at(-1)).toMatch(/^done at \d+, unconfirmed$/);
    expect(test.connection.unproven).toEqual([]);
  });

  it("are no more when the client closes at once", () => {
    const test = setUp(3072);
    test.handOver(3300);
    test.pass(100);
    test.deliveries.closed(test.connection);
    expect(test.log.at(-1)).toMatch(/^done at \d+, unconfirmed$/);
  });

  it("are no more than 64 KiB", () => {
    const test = setUp(2_000_000);
    test.handOver(70_000);
    test.pass(5000);
    test.deliveries.sweep();
    expect(test.log.filter((line) => line.startsWith("done"))).toEqual([]);
  });
});

describe("a large body", () => {
  it("is looked at while it is on its way, and no longer", () => {
    const test = setUp(2_000_000);
    test.deliveries.watch(test.connection, test.delivery);
    test.state(1_000_000, 300_000);
    test.pass(1000);
    expect(test.deliveries.bytesOf(test.delivery)).toBe(700_000);
    expect(test.looks()).toBe(5);
    test.handOver(500_000);
    test.pass(500);
    expect(test.looks()).toBe(15);
    expect(test.log).toEqual([]);
    test.state(2_000_000, 0);
    test.pass(50);
    expect(test.log).toEqual(["done at 1550"]);
    test.deliveries.sweep();
    expect(test.polls.size).toBe(0);
  });

  it("of which the system took a part of the last write counts that part", () => {
    const test = setUp(2_000_000);
    test.deliveries.watch(test.connection, test.delivery);
    test.state(0, 100_000);
    test.sending.given = 1_048_576;
    test.socket._handle.writeQueueSize = 48_576;
    test.pass(200);
    expect(test.deliveries.bytesOf(test.delivery)).toBe(900_000);
  });

  it("is looked at less often when the client takes nothing", () => {
    const test = setUp(2_000_000);
    test.deliveries.watch(test.connection, test.delivery);
    test.handOver(1_500_000);
    test.pass(10_000);
    expect(test.looks()).toBeLessThan(90);
  });

  it("ends at a reset with what the client had, or done where all may have come", () => {
    const slow = setUp(12_000_000);
    slow.deliveries.watch(slow.connection, slow.delivery);
    slow.handOver(1_000_000);
    slow.pass(55_000);
    slow.deliveries.closed(slow.connection);
    expect(slow.log).toEqual(["client-closed after 11000000"]);

    const fast = setUp(12_000_000);
    fast.deliveries.watch(fast.connection, fast.delivery);
    fast.handOver(1_000_000);
    fast.deliveries.closed(fast.connection);
    expect(fast.log).toEqual(["done at 0"]);
  });

  it("ends at the client's FIN by one look, also when its reset came with it", () => {
    for (const unacknowledged of [1_000_000, undefined]) {
      const test = setUp(12_000_000);
      test.deliveries.watch(test.connection, test.delivery);
      test.handOver(1_000_000);
      test.pass(55_000);
      test.state(12_000_000, unacknowledged);
      test.deliveries.ended(test.connection);
      expect(test.log).toEqual(["client-closed after 11000000"]);
    }
  });

  it("is proven by the next request only when a look says so", () => {
    const test = setUp(12_000_000);
    test.deliveries.watch(test.connection, test.delivery);
    test.handOver(1_000_000);
    test.deliveries.requested(test.connection);
    expect(test.log).toEqual([]);
    expect(test.connection.asksAhead).toBe(true);
    test.state(12_000_000, 0);
    test.deliveries.requested(test.connection);
    expect(test.log).toEqual(["done at 0"]);
  });

  it("is done once where the next request comes before a look, and that look says so", () => {
    const test = setUp(12_000_000);
    test.deliveries.watch(test.connection, test.delivery);
    test.handOver(0);
    test.deliveries.requested(test.connection);
    expect(test.log).toEqual(["done at 0"]);
  });
});

describe("a slow client", () => {
  it("has time as long as its system takes something", () => {
    const test = setUp(12_000_000);
    test.deliveries.watch(test.connection, test.delivery);
    test.handOver(4_000_000);
    test.pass(59_000);
    test.state(12_000_000, 3_900_000);
    test.pass(1000);
    expect(test.deliveries.patience(test.connection, 60_000)).toBe(59_200);
    test.pass(59_200);
    expect(test.deliveries.patience(test.connection, 60_000)).toBe(0);
    test.deliveries.abort(test.connection, "timeout");
    test.deliveries.closed(test.connection);
    expect(test.log).toEqual(["destroyed", "timeout after 8100000"]);
  });

  it("that takes all while nobody looks is idle, not slow", () => {
    const test = setUp(12_000_000);
    test.handOver(4_000_000);
    test.state(12_000_000, 0);
    expect(test.deliveries.patience(test.connection, 60_000)).toBe(0);
    expect(test.log).toEqual(["done at 0"]);
  });

  it("makes a small body one that is followed", () => {
    const test = setUp(500_000);
    test.handOver(400_000);
    test.pass(450);
    test.deliveries.sweep();
    expect([test.log, test.looks()]).toEqual([[], 1]);
    test.pass(550);
    test.deliveries.sweep();
    expect([test.log, test.polls.size]).toEqual([["announced"], 1]);
    test.state(500_000, 0);
    test.pass(50);
    expect(test.log).toEqual(["announced", "done at 1050"]);
  });
});

describe("a small body", () => {
  it("is done when the client asks on or closes, without a look", () => {
    for (const end of ["requested", "closed"] as const) {
      const test = setUp(1000);
      test.handOver(1000);
      test.deliveries[end](test.connection);
      expect([test.log, test.looks()]).toEqual([["done at 0"], 0]);
    }
  });

  it("of a client that asks ahead is done when a look says so", () => {
    const test = setUp(1000);
    test.connection.asksAhead = true;
    test.handOver(1000);
    test.deliveries.requested(test.connection);
    expect(test.log).toEqual([]);
    test.state(1000, 0);
    test.pass(50);
    expect(test.log).toEqual(["done at 0"]);
  });

  it("ends a connection that was to be closed, once the client has it", () => {
    const test = setUp(1000);
    test.handOver(1000);
    test.socket.writableEnded = true;
    test.socket.writableFinished = true;
    test.state(1000, 1);
    test.pass(50);
    expect(test.log).toEqual(["done at 0", "destroyed"]);
  });
});

it("where nobody can look, bytes are those that the system took, and no stop makes a failure of them", () => {
  const test = setUp(2_000_000, false);
  test.deliveries.watch(test.connection, test.delivery);
  test.handOver(2_000_000);
  test.pass(200);
  expect(test.deliveries.bytesOf(test.delivery)).toBe(2_000_000);
  test.deliveries.settle();
  test.deliveries.abort(test.connection, "stopped");
  test.deliveries.closed(test.connection);
  expect(test.log).toEqual(["destroyed", "done at 0"]);
});
