import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { connectionTable } from "../src/connections.ts";
import type { HttpBootClient, HttpRefusal } from "../src/core/events.ts";

/** A table on a clock that the test moves; only 192.0.2.0/24 is served. */
function table(maxConnections: number, maxConnectionsPerClient: number, known: readonly string[] = []) {
  let time = 0;
  const reports: string[] = [];
  const tell = (how: string) => (client: HttpBootClient, reason: HttpRefusal) =>
    void reports.push(`${client.address} ${how}: ${reason}`);
  const connections = connectionTable({
    limits: { maxConnections, maxConnectionsPerClient },
    allows: (address) => address.startsWith("192.0.2."),
    isKnown: (address) => known.includes(address),
    now: () => time,
    refuse: (_socket, client, reason) => tell("refused")(client, reason),
    closed: tell("closed"),
  });
  return {
    connections,
    reports,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
    connect(remoteAddress: string) {
      const socket = { remoteAddress, destroyed: false, destroy: () => Object.assign(socket, { destroyed: true }) };
      const connection = connections.accept(socket as unknown as Socket);
      return {
        connection,
        socket,
        /** It has sent a request, which is being answered. */
        ask: () => connection !== undefined && Object.assign(connection, { requests: 1, busy: true }),
        /** It has its answer. */
        rest: () =>
          connection !== undefined && Object.assign(connection, { requests: 1, busy: false, idleSince: time }),
      };
    },
  };
}

const bad = "192.0.2.66";
const good = "192.0.2.20";
const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

describe("a table of connections", () => {
  it("has no place for a client that is not served, and no memory of it", () => {
    const { connect, connections, reports } = table(4, 4);
    const strangers = times(9, () => connect("203.0.113.66"));
    expect(strangers.every(({ socket, connection }) => socket.destroyed && connection === undefined)).toBe(true);
    expect(connections.size).toBe(0);
    expect(reports).toEqual(times(9, () => "203.0.113.66 closed: client-not-allowed"));
  });

  it("gives one client three quarters at most, whatever its own limit says", () => {
    const { connect, connections, reports } = table(64, 64);
    times(64, () => connect(bad).ask());
    expect(connections.size).toBe(48);
    expect(reports.at(-1)).toBe(`${bad} refused: too-many-connections-of-client`);
    expect(connect(good).connection).toBeDefined();
  });

  it("ends one that has been silent for a second before any other", () => {
    const { connect, pass, reports } = table(3, 3);
    const [silent, idle, busy] = [connect(good), connect(good), connect(good)];
    idle.rest();
    busy.ask();
    pass(999);
    expect(connect("192.0.2.21").connection).toBeDefined();
    expect([silent.socket.destroyed, idle.socket.destroyed, busy.socket.destroyed]).toEqual([false, true, false]);
    pass(1);
    expect(connect("192.0.2.22").connection).toBeDefined();
    expect(silent.socket.destroyed).toBe(true);
    expect(reports).toEqual([`${good} closed: request-timeout`]);
  });

  it("ends one that never asked before one between two requests, however long that has rested", () => {
    const { connect, pass } = table(3, 3);
    const idle = connect(good);
    idle.rest();
    pass(5000);
    const silent = [connect(good), connect(good)];
    pass(1000);
    const ended = () => [idle, ...silent].map(({ socket }) => socket.destroyed);
    connect("192.0.2.21").ask();
    expect(ended()).toEqual([false, true, false]);
    connect("192.0.2.22").ask();
    expect(ended()).toEqual([false, true, true]);
    connect("192.0.2.23").ask();
    expect(ended()).toEqual([true, true, true]);
  });

  it("takes from who has most, at once, for one who has nothing", () => {
    const { connect, connections } = table(7, 4);
    const hoard = times(4, () => connect(bad));
    times(3, () => connect("192.0.2.67").ask());
    expect(connections.size).toBe(7);
    expect(connect(good).connection).toBeDefined();
    expect(hoard.map(({ socket }) => socket.destroyed)).toEqual([true, false, false, false]);
  });

  it("never ends a transfer for a newcomer", () => {
    const { connect, reports } = table(2, 2);
    const running = [connect(good), connect("192.0.2.21")];
    for (const { ask } of running) ask();
    expect(connect(bad).connection).toBeUndefined();
    expect(running.some(({ socket }) => socket.destroyed)).toBe(false);
    expect(reports).toEqual([`${bad} refused: too-many-connections`]);
  });

  it("keeps an eighth for clients that are known, or have fetched a file", () => {
    const { connect, connections } = table(8, 2, ["192.0.2.1"]);
    for (let host = 60; host < 68; host++) connect(`192.0.2.${host}`).ask();
    expect(connections.size).toBe(7);
    connections.fetched(good);
    expect(connect("192.0.2.99").connection).toBeUndefined();
    const known = connect("192.0.2.1");
    expect(known.connection).toBeDefined();
    connections.forget(known.socket as unknown as Socket);
    expect(connect(good).connection).toBeDefined();
  });
});
