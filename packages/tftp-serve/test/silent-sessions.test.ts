import { expect, test } from "vitest";
import type { Session } from "../src/session.ts";
import { silentSessions } from "../src/silent-sessions.ts";

/** A transfer by name that has been quiet since a moment. */
function session(since: number, acknowledged = true, address = "10.0.0.1") {
  const made = {
    since,
    client: { address, port: 2070, localAddress: "10.0.0.2", localPort: 69 },
    looks: 0,
    acknowledged: () => acknowledged,
    quietSince() {
      made.looks++;
      return made.since;
    },
  };
  return made as typeof made & Session;
}

function serverWith(sessions: ReturnType<typeof session>[]) {
  const running = new Set<Session>(sessions);
  const silent = silentSessions((address) => address === "10.0.0.1");
  return {
    running,
    evict(now: number) {
      const found = silent.next(
        () => running,
        (one) => running.has(one),
        now,
      );
      if (found !== undefined) running.delete(found);
      return found === undefined ? undefined : sessions.indexOf(found as ReturnType<typeof session>);
    },
  };
}

test("the transfer that is silent the longest beyond its patience goes first; a busy one never", () => {
  const { evict } = serverWith([
    session(3000),
    session(1000),
    session(3900, false),
    session(3990, false),
    session(2900),
  ]);
  expect([evict(4000), evict(4000), evict(4000), evict(4000), evict(4000)]).toEqual([1, 4, 2, 0, undefined]);
});

test("in a flood the transfers are looked at once in a while, not at each request", () => {
  const all = Array.from({ length: 1000 }, () => session(0));
  const { evict } = serverWith(all);
  for (let request = 0; request < 60; request++) expect(evict(2000)).toBeTypeOf("number");
  expect(all.reduce((sum, { looks }) => sum + looks, 0)).toBeLessThan(1000 + 60 + 1);
  for (const one of all) one.since = 1990;
  expect([evict(2000), evict(2000)]).toEqual([undefined, undefined]);
});

test("one that has spoken meanwhile stays, and so does nothing that has ended", () => {
  const [first, second, third] = [session(0), session(100), session(200)];
  const { evict, running } = serverWith([first, second, third]);
  expect(evict(5000)).toBe(0);
  second.since = 5000;
  running.delete(third);
  expect(evict(5001)).toBeUndefined();
  expect([evict(6000), evict(6000)]).toEqual([1, undefined]);
});

test("of those that never answered, invented addresses go before known ones", () => {
  const { evict } = serverWith([session(0, false), session(3000, false, "10.9.9.9"), session(900, true)]);
  expect([evict(4000), evict(4000), evict(4000)]).toEqual([1, 0, 2]);
});
