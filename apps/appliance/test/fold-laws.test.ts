import { messageTypes } from "@bootlace/dhcp-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as schemas from "../src/api-model/schemas.ts";
import { bootView } from "../src/api-model/views.ts";
import { keptSteps } from "../src/sessions/boot.ts";
import { outcomeOf } from "../src/sessions/outcome.ts";
import { story } from "./helpers/story.ts";

type Told = ReturnType<typeof story>;
type Act = (played: Told) => unknown;

const mac = fc.integer({ min: 0, max: 3 }).map((last) => `02:00:00:00:00:0${last}`);
const address = fc.integer({ min: 50, max: 53 }).map((last) => `192.168.11.${last}`);
const machine = fc.record({
  mac,
  arch: fc.constantFrom(0, 6, 7, 11, 16, 41, 999),
  ipxe: fc.boolean(),
  http: fc.boolean(),
  broadcast: fc.boolean(),
});
const file = fc.oneof(
  fc.constantFrom(
    "efi/bootx64.efi",
    "undionly.kpxe",
    "pxelinux.0",
    "ldlinux.c32",
    "pxelinux.cfg/default",
    "vmlinuz",
    "a.ipxe",
  ),
  fc.string({ maxLength: 300 }),
);
const outcome = fc.constantFrom(
  "done",
  "probe",
  "running",
  "missing",
  "permission-denied",
  "unanswered",
  "timeout",
  "client-error",
  "client-not-allowed",
);

/** Anything a LAN can do, in any order. */
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ machine, secs: fc.nat(60) }).map(
    ({ machine: who, secs }): Act =>
      (played) =>
        played.discover(who, secs),
  ),
  fc.record({ machine, address }).map(
    ({ machine: who, address: from }): Act =>
      (played) =>
        played.pxeRequest(who, from),
  ),
  fc.record({ address }).map(
    (lease): Act =>
      (played) =>
        played.lease(lease),
  ),
  fc.record({ address, file }).map(
    ({ address: to, file: name }): Act =>
      (played) =>
        played.foreignOffer({ address: to, file: name.slice(0, 100) }),
  ),
  fc.record({ file, outcome, address }).map(
    ({ file: name, outcome: end, address: from }): Act =>
      (played) =>
        played.tftp(name, end, { address: from }),
  ),
  fc.record({ file, address, status: fc.constantFrom(200, 404) }).map(
    (one): Act =>
      (played) =>
        played.http(one.file, { at: one.address, status: one.status }),
  ),
  fc.string({ maxLength: 40 }).map(
    (hostName): Act =>
      (played) =>
        played.ordinary(messageTypes.DISCOVER, { hostName: `h${hostName}` }),
  ),
  fc.integer({ min: 1, max: 40 }).map(
    (seconds): Act =>
      (played) =>
        played.wait(seconds),
  ),
  fc.integer({ min: 60, max: 4000 }).map(
    (seconds): Act =>
      (played) =>
        played.skip(seconds),
  ),
);

test("whatever happens: no throw, bounded boots that fit the schema, verdicts that rest on steps", () => {
  const property = fc.property(fc.array(act, { maxLength: 80 }), fc.boolean(), (acts, overhearing) => {
    const played = story({ overhearing, limits: { clients: 5, steps: 300 } });
    for (const one of acts) one(played);
    played.wait(1);
    const boots = played.boots();
    expect(boots.length).toBeLessThanOrEqual(5);
    expect(new Set(boots.map(({ key }) => key)).size).toBe(boots.length);
    for (const boot of boots) {
      expect(boot.running).toBeGreaterThanOrEqual(0);
      expect(boot.bytes).toBeGreaterThanOrEqual(0);
      expect(boot.steps.length).toBeLessThanOrEqual(keptSteps);
      const numbers = boot.steps.map(({ number }) => number);
      expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
      for (const { evidence } of boot.verdicts) for (const number of evidence) expect(number).toBeLessThan(boot.next);
      expect(new Set(boot.verdicts.map(({ id }) => id)).size).toBe(boot.verdicts.length);
      const view = JSON.parse(JSON.stringify(bootView(boot)));
      expect(schemas.bootSchema.safeParse(view).error).toBeUndefined();
      expect(outcomeOf(boot) === "failed").toBe(
        view.verdict?.severity === "failure" || view.verdict?.severity === "warning",
      );
    }
    for (const change of played.fold.finish(played.now())) expect(change.boot.ended).toBe(true);
  });
  fc.assert(property, { seed: 20261122, numRuns: 300 });
});

test("the same events give the same boots", () => {
  const property = fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
    const [one, other] = [story(), story()].map((played) => {
      for (const each of acts) each(played);
      return JSON.stringify(played.boots());
    });
    expect(one).toBe(other);
  });
  fc.assert(property, { seed: 20261123, numRuns: 100 });
});
