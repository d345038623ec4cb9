import fc from "fast-check";
import { expect, test } from "vitest";
import { bootView } from "../src/api-model/views.ts";
import type { Boot } from "../src/sessions/boot.ts";
import { sessionOf } from "../src/sessions/session.ts";
import {
  parseSession,
  parseSummary,
  serializeSession,
  serializeSummary,
  storedSchema,
} from "../src/sessions/stored.ts";
import { summaryOf } from "../src/sessions/summary.ts";

import { sampleBoot } from "./helpers/sample-boot.ts";
import { story } from "./helpers/story.ts";

/** Boots with steps of every kind and verdicts of many. */
const boots: readonly Boot[] = [
  story({ overhearing: true })
    .discover()
    .foreignOffer({ vendorClass: "PXEClient", file: "router.0" })
    .lease()
    .pxeRequest()
    .tftp("efi/bootx64.efi", "probe")
    .tftp("efi/bootx64.efi")
    .tftp("\u001b[31m\ud800.cfg", "missing")
    .http("vmlinuz")
    .ordinary(1, { hostName: "debian" })
    .wait(200),
  story({ plan: { kind: "ignore", reason: "not known here" } })
    .discover()
    .discover()
    .wait(200),
  story().tftp("memdisk", "timeout").tftp("../secret", "outside-root").tftp("a", "client-not-allowed").wait(200),
  story().discover({ http: true, arch: 16 }).http("boot.efi", { status: 404 }).wait(200),
  story().discover({ ipxe: true }).tftp("a.ipxe", "running"),
].flatMap((played) => played.boots());

test("the boots here have steps of every kind", () => {
  const kinds = new Set(boots.flatMap(({ steps }) => steps.map(({ kind }) => kind)));
  expect([...kinds].sort()).toEqual(
    ["discover", "offer", "ack", "silence", "lease", "pxe-request", "foreign-offer", "system", "file"].sort(),
  );
});

test("parse(serialize(x)) = x, for sessions, and for summaries but for what is under way", () => {
  for (const boot of boots) {
    const named = { ...boot, host: "bench-3" };
    expect(parseSession(serializeSession(named))).toStrictEqual({ ok: true, value: sessionOf(named) });
    const summary = summaryOf(named);
    const { transfers: _underWay, ...value } = summary;
    expect(parseSummary(serializeSummary(summary))).toStrictEqual({ ok: true, value });
  }
});

test("whatever text a session holds comes back", () => {
  const property = fc.property(fc.string({ unit: "binary" }), fc.string(), (file, id) => {
    const boot = { ...sampleBoot({ id }), offered: [file], hostName: file };
    expect(parseSession(serializeSession(boot))).toStrictEqual({ ok: true, value: boot });
  });
  fc.assert(property, { seed: 20261130, numRuns: 300 });
});

test("any JSON, and any text, is a session or a fault, never a throw; a session can be shown", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ schema: 1, steps: value, verdicts: value })),
    // A session in which something else stands in one place.
    fc
      .record({ boot: fc.nat(boots.length - 1), place: fc.nat(), value: fc.jsonValue() })
      .map(({ boot, place, value }) => {
        const copy = JSON.parse(serializeSession(boots[boot] as Boot));
        const places = [copy, ...copy.steps, ...copy.verdicts].flatMap((part) =>
          Object.keys(part).map((name) => [part, name] as const),
        );
        const [part, name] = places[place % places.length] as (typeof places)[number];
        part[name] = value;
        return JSON.stringify(copy);
      }),
  );
  const property = fc.property(texts, (text) => {
    for (const parsed of [parseSession(text), parseSummary(text)]) {
      if (!parsed.ok) expect(["malformed", "newer-schema"]).toContain(parsed.fault);
    }
    const parsed = parseSession(text);
    if (!parsed.ok) return;
    expect(() => bootView(parsed.value)).not.toThrow();
    expect(parseSession(serializeSession(parsed.value))).toStrictEqual(parsed);
  });
  fc.assert(property, { seed: 20261130, numRuns: 1000 });
});

test("of a later version: another schema is refused, a new kind of step or verdict is left out and counted", () => {
  const written = JSON.parse(serializeSession(sampleBoot({ id: "a", outcome: "failed" })));
  expect(parseSession(JSON.stringify({ ...written, schema: storedSchema + 1 }))).toEqual({
    ok: false,
    fault: "newer-schema",
  });
  const steps = [...written.steps, { kind: "teleport", number: 2, at: 1, lastAt: 1, times: 1 }];
  const verdicts = [{ ...written.verdicts[0], id: "B99" }, ...written.verdicts];
  const parsed = parseSession(JSON.stringify({ ...written, steps, verdicts, mood: "good" }));
  expect(parsed).toStrictEqual({ ok: true, value: { ...sampleBoot({ id: "a", outcome: "failed" }), dropped: 1 } });
});
