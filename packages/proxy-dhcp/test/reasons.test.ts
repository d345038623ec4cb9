import { expect, it } from "vitest";
import { type IgnoreReason, type IgnoreRow, ignoreReasons, ignoreTable, ignoreText } from "../src/core/reasons.ts";
import { identify } from "../src/index.ts";
import { outcomeOf, requestWith, silenceOf } from "./support.ts";

const rows = Object.entries(ignoreTable) as [IgnoreReason, IgnoreRow][];

it.each(rows)("%s has words, a level and a stage that nobody can change", (code, row) => {
  expect(code).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  expect(row.text.length).toBeGreaterThan(10);
  expect(["debug", "info", "warn"]).toContain(row.level);
  expect(["before the rules", "after the rules"]).toContain(row.stage);
  expect(Object.isFrozen(row)).toBe(true);
  expect(ignoreReasons[code]).toBe(row.text);
});

it("no two reasons have the same words", () => {
  expect(new Set(rows.map(([, { text }]) => text)).size).toBe(rows.length);
});

it("what every packet of an ordinary LAN has is for the debug log", () => {
  expect(rows.filter(([, { level }]) => level === "debug").map(([code]) => code)).toEqual([
    "malformed",
    "not-a-request",
    "no-message-type",
    "no-vendor-class",
    "other-vendor-class",
    "message-type-not-served",
    "request-for-other-server",
    "request-without-boot-item",
    "own-traffic",
  ] satisfies IgnoreReason[]);
});

it("packets that are no boot client's, or may not be answered, never reach the rules", () => {
  for (const packet of [
    requestWith({ op: 2 }),
    requestWith({ options: { 60: undefined } }),
    requestWith({ hlen: 5 }),
  ]) {
    const identified = identify(packet);
    if (identified.ok) throw new Error("a boot client");
    expect(ignoreTable[identified.reason].stage).toBe("before the rules");
  }
});

it.each<[string, Parameters<typeof silenceOf>]>([
  ["choose has no plan", [requestWith(), { plan: { kind: "ignore", reason: "not today" } }]],
  ["the plan has no file", [requestWith(), { plan: {} }]],
  ["the file is too long", [requestWith(), { plan: { file: "x".repeat(300) } }]],
  ["an option cannot be written", [requestWith(), { plan: { file: "a\0b" } }]],
])("%s: after the rules", (_what, given) => {
  expect(ignoreTable[silenceOf(...given)].stage).toBe("after the rules");
});

it("the text for people has the value that decided, or the chooser's words", () => {
  expect(ignoreText({ reason: "no-vendor-class" })).toBe("an ordinary DHCP client, without option 60 (normal)");
  expect(ignoreText({ reason: "other-vendor-class", detail: "MSFT\n5.0" })).toBe(
    'option 60 is neither PXEClient nor HTTPClient ("MSFT\\x0a5.0")',
  );
  expect(ignoreText({ reason: "no-plan", detail: "the rule says ignore" })).toBe("the rule says ignore");
  expect(ignoreText({ reason: "no-plan" })).toBe("no boot is planned for this client");
});

it("the chooser's code comes back with its words", () => {
  const plan = { kind: "ignore", reason: "switched off", code: "tftp-off", rule: "r" } as const;
  const outcome = outcomeOf(requestWith(), { plan });
  expect(outcome.kind === "packet" && outcome.decision).toEqual({
    kind: "ignore",
    reason: "no-plan",
    rule: "r",
    detail: "switched off",
    code: "tftp-off",
  });
});

it("a table of somebody else's with a hole does not compile", () => {
  // @ts-expect-error 31 codes are missing
  const holes: Record<IgnoreReason, number> = { malformed: 1 };
  // @ts-expect-error no such code
  expect(ignoreTable["no-such-code"]).toBeUndefined();
  expect(holes.malformed).toBe(1);
});
