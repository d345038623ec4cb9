import { EventEmitter } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { boundConnections, isLoopback, mostConnections } from "../src/admin/connections.ts";

/** A server to which connections come from any address. */
function fixture() {
  const server = Object.assign(new EventEmitter(), { maxConnections: 0 });
  const allow = boundConnections(server as unknown as Server);
  return {
    server,
    allow: (socket: Connection) => allow(socket as unknown as Socket),
    connect(remoteAddress: string) {
      const socket = connection(remoteAddress);
      server.emit("connection", socket);
      return socket;
    },
  };
}

type Connection = ReturnType<typeof connection>;

function connection(remoteAddress: string) {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    destroyed: false,
    destroy() {
      socket.destroyed = true;
      socket.emit("close");
    },
  });
  return socket;
}

const open = (connections: readonly Connection[]) => connections.filter(({ destroyed }) => !destroyed);

describe("connections to the API", () => {
  test("of one address are few, and the oldest that showed no token make room for the next", () => {
    const { connect } = fixture();
    const all = Array.from({ length: 128 }, () => connect("192.168.77.66"));
    expect(open(all)).toEqual(all.slice(-16));
  });

  test("of many addresses leave a place for one that comes, and all of its own to loopback", () => {
    const { connect, server } = fixture();
    const all = Array.from({ length: 1000 }, (_, number) => connect(`192.168.${number >> 8}.${number & 255}`));
    expect(open(all)).toHaveLength(96);
    expect(server.maxConnections).toBe(mostConnections);
    const own = Array.from({ length: mostConnections - 96 }, () => connect("127.0.0.1"));
    const honest = connect("192.168.99.1");
    expect(open([...own, honest])).toHaveLength(own.length + 1);
  });

  test("of loopback that were refused make room for the next, too: a page in a browser opens hundreds", () => {
    const { connect, allow } = fixture();
    const reader = connect("127.0.0.1");
    allow(reader);
    const pool = Array.from({ length: 300 }, () => connect("127.0.0.1"));
    expect([reader.destroyed, open(pool)]).toEqual([false, pool.slice(-63)]);
    expect(connect("::1").destroyed).toBe(false);
  });

  test("of who showed the token stay, whatever comes", () => {
    const { connect, allow } = fixture();
    const holder = connect("192.168.77.20");
    allow(holder);
    for (let number = 0; number < 1000; number++) connect("192.168.77.20");
    for (let number = 0; number < 1000; number++) connect(`10.0.${number >> 8}.${number & 255}`);
    expect(holder.destroyed).toBe(false);
  });

  test("of who has taken all places with the token are no more than those", () => {
    const { connect, allow } = fixture();
    const holders = Array.from({ length: 16 }, () => connect("192.168.77.20"));
    for (const holder of holders) allow(holder);
    expect(connect("192.168.77.20").destroyed).toBe(true);
    expect(open(holders)).toHaveLength(16);
    holders[0]?.destroy();
    expect(connect("192.168.77.20").destroyed).toBe(false);
  });

  test.each([
    ["127.0.0.1", true],
    ["127.8.9.10", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["192.168.77.66", false],
    ["::ffff:192.168.77.66", false],
    ["fe80::1", false],
    ["", false],
  ])("from %s: loopback is %s", (address, is) => {
    expect(isLoopback(address)).toBe(is);
  });
});
