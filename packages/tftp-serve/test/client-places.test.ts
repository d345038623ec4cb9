import { content, type Source } from "@bootlace/boot-source";
import { expect, test } from "vitest";
import type { TftpEvent } from "../src/core/events.ts";
import type { Listener } from "../src/listener.ts";
import { defaultLimits } from "../src/option-tables.ts";
import { requestsOf } from "../src/requests.ts";
import { runningSessions } from "../src/running-sessions.ts";
import type { Session } from "../src/session.ts";
import { fakeClock } from "./fake-clock.ts";
import { rrq } from "./hex.ts";

/** Its files never open, so that nothing is ever sent. */
const silent: Source = { open: () => new Promise(() => {}) };
const victim = "192.168.1.57";

function server(source = silent) {
  const events: TftpEvent[] = [];
  const refuse = () => expect.unreachable("nothing is sent to an address that is not of this machine");
  const listener: Listener = {
    endpoint: { address: "127.0.0.1", port: 69 },
    sender: { toPeer: refuse, to: refuse },
    reject: refuse,
    close: async () => {},
  };
  const requests = requestsOf({
    options: { source },
    limits: { ...defaultLimits, maxTransfersPerClient: source === silent ? 4 : 64 },
    clock: fakeClock(),
    isAllowed: () => true,
    settingsFor: () => undefined,
    emit: (event) => void events.push(event),
    setSegmentSize: undefined,
  });
  const ask = (port: number, file = "big") =>
    requests.onPacket(listener, Buffer.from(rrq(file)), { address: victim, port, family: "IPv4", size: 0 });
  return { ask, requests, events };
}

test("the places of a client that requests in its name have filled are free for its own request", () => {
  const { ask, requests, events } = server();
  for (const port of [2001, 2002, 2003, 2004]) ask(port);
  expect(requests.active).toBe(4);
  // Refused requests are events.
  ask(2070);
  expect(requests.active).toBe(4);
  expect(events).toEqual([]);
  requests.stopAll();
});

test("a name that was found before does not wait for those that others ask for in its client's name", () => {
  const opened: string[] = [];
  const { ask, requests } = server({
    open(name) {
      opened.push(name);
      return name === "big" ? content(new Uint8Array(0), name) : new Promise(() => {});
    },
  });
  ask(2070);
  for (let number = 0; number < 20; number++) ask(3000 + number, `invented-${number}`);
  expect(opened.filter((name) => name !== "big")).toHaveLength(8);
  ask(2071);
  expect(opened.filter((name) => name === "big")).toHaveLength(2);
  requests.stopAll();
});

test("a transfer that was acknowledged makes no room for requests in its client's name", () => {
  const stopped: number[] = [];
  const sessions = runningSessions(() => false);
  const session = (port: number, acknowledged: boolean): Session => ({
    client: { address: victim, port, localAddress: "192.168.1.10", localPort: 69 },
    direction: "read",
    acknowledged: () => acknowledged,
    quietSince: () => 0,
    packet() {},
    repeat() {},
    tick() {},
    stop: () => void stopped.push(port),
    isOver: () => false,
  });
  const listener = {} as Listener;
  const add = (port: number, acknowledged: boolean) =>
    sessions.add({
      session: session(port, acknowledged),
      key: `${victim} ${port}`,
      datagram: rrq("big"),
      listener,
      receivedAt: 0,
    });
  add(2070, true);
  expect(sessions.evictUnanswered(victim)).toBe(false);
  add(2001, false);
  expect(sessions.evictUnanswered("192.168.1.58")).toBe(false);
  expect(sessions.evictUnanswered(victim)).toBe(true);
  expect(stopped).toEqual([2001]);
});
