import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Played, play } from "./helpers/trail.ts";
import { type Right, readTrails } from "./helpers/trail-file.ts";

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

function compare(played: Played, right: Right): void {
  const { boots, reported, outcomes, fetches, end } = played;
  const last = reported.at(-1);
  const { verdict, record } = last ?? {};
  const words = `${verdict?.sentence ?? ""} ${verdict?.fix ?? ""}`;
  if (right.outcome !== undefined) expect(list(right.outcome), words).toContain(outcomes.at(-1)?.outcome);
  if (right.verdict !== undefined) expect(list(right.verdict), words).toContain(verdict?.id);
  if (right.beside !== undefined)
    expect(
      boots
        .at(-1)
        ?.verdicts.slice(1)
        .map(({ id }) => id),
    ).toContain(right.beside);
  if (right.confidence !== undefined) expect(list(right.confidence), words).toContain(verdict?.confidence);
  if (right.severity !== undefined) expect(verdict?.severity).toBe(right.severity);
  for (const name of list(right.names)) expect(words).toContain(name);
  for (const word of list(right.not)) expect(words).not.toContain(word);
  for (const word of list(right.never)) {
    expect(reported.map((each) => each.verdict?.id)).not.toContain(word);
    expect(outcomes.map(({ outcome }) => outcome)).not.toContain(word);
  }
  if (right.within !== undefined) expect(last?.second).toBeLessThanOrEqual(end + right.within);
  if (right.by !== undefined) expect(last?.second).toBeLessThanOrEqual(right.by);
  if (right.reported !== undefined) expect(reported.map((each) => each.verdict?.sentence)).toHaveLength(right.reported);
  for (const [second, outcome] of Object.entries(right.while ?? {})) {
    expect(outcomes.findLast((each) => each.second <= Number(second))?.outcome).toBe(outcome);
  }
  if (right.turns !== undefined) expect(outcomes.map(({ outcome }) => outcome)).toEqual(right.turns);
  if (right.boots !== undefined) expect(boots).toHaveLength(right.boots);
  if (right.fetches !== undefined) expect(fetches).toBe(right.fetches);
  if (right.evidence !== undefined) {
    const files = boots.at(-1)?.steps.filter(({ number }) => verdict?.evidence.includes(number)) ?? [];
    expect(files.map((step) => (step.kind === "file" ? step.file : step.kind))).toContain(right.evidence);
  }
  if (right.corrected !== undefined) expect(record?.message.includes("corrected")).toBe(right.corrected);
  for (const kind of right.steps ?? []) expect(boots.at(-1)?.steps.map((step) => step.kind)).toContain(kind);
}

describe("a trail of packets comes to its verdict", () => {
  test.each(readTrails(join(import.meta.dirname, "trails")).map((trail) => [trail.name, trail] as const))(
    "%s",
    (_name, trail) => {
      compare(play(trail), trail.right);
    },
  );
});
