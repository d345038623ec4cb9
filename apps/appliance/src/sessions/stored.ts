import { confidences, severities, verdicts } from "../catalogue/verdicts.ts";
import { outcomes } from "./outcome.ts";
import { flag, itemsOf, listOf, number, objectOf, oneOf, optional, type Read, text } from "./read-json.ts";
import type { Session } from "./session.ts";
import { readFirmware, readStep } from "./stored-step.ts";
import type { BootSummary } from "./summary.ts";
import { type Conclusion, conclusionOf } from "./verdicts/verdict.ts";

/**
 * Version of the JSON below, in each of its texts. It goes up when a reader of this version would misread the new form:
 * not for a new field that may be missing, a new kind of step or a new verdict.
 */
export const storedSchema = 1;

/** `newer-schema`: a later Bootlace wrote it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: "malformed" | "newer-schema" };

const namesOf = <T extends string>(list: readonly T[]) =>
  Object.fromEntries(list.map((name) => [name, 1])) as Record<T, 1>;

export const readConclusion: Read<Conclusion> = objectOf<Conclusion>({
  id: oneOf(verdicts),
  severity: oneOf(namesOf(severities)),
  confidence: oneOf(namesOf(confidences)),
  sentence: text,
  fix: optional(text),
  evidence: listOf(number),
});

const identity = {
  id: text,
  key: text,
  mac: optional(text),
  address: optional(text),
  arch: optional(text),
  firmware: optional(readFirmware),
  vendorClass: optional(text),
  uuid: optional(text),
  serial: optional(text),
  hostName: optional(text),
  host: optional(text),
  startedAt: number,
  lastAt: number,
  ended: flag,
  bytes: number,
};

const readSession = objectOf<Session>({
  ...identity,
  steps: itemsOf(readStep),
  offered: listOf(text),
  dropped: number,
  next: number,
  running: number,
  givenUp: flag,
  verdicts: itemsOf(readConclusion),
});

const readSummary = objectOf<Omit<BootSummary, "transfers">>({
  ...identity,
  rule: optional(text),
  bootFile: optional(text),
  outcome: oneOf(namesOf(outcomes)),
  verdict: optional(readConclusion),
});

/** One session as one line of JSON, to be kept or sent. */
export function serializeSession(session: Session): string {
  return JSON.stringify({ schema: storedSchema, ...session, verdicts: session.verdicts.map(conclusionOf) });
}

/**
 * The session that `serializeSession` made this text of. Steps and verdicts of a kind that is unknown here are left out, such
 * steps counted as dropped. Never throws, whatever the text.
 */
export function parseSession(json: string): Parsed<Session> {
  const parsed = parseStored(json);
  if (!parsed.ok) return parsed;
  const session = readSession(parsed.value);
  if (session === undefined) return { ok: false, fault: "malformed" };
  const unknown = (parsed.value as { steps: unknown[] }).steps.length - session.steps.length;
  return { ok: true, value: unknown === 0 ? session : { ...session, dropped: session.dropped + unknown } };
}

export function serializeSummary(summary: BootSummary): string {
  // Nothing is under way when it is read.
  const { transfers: _transfers, ...rest } = summary;
  return JSON.stringify({ schema: storedSchema, ...rest });
}

/** The reverse of `serializeSummary`. Never throws, whatever the text. */
export function parseSummary(json: string): Parsed<BootSummary> {
  const parsed = parseStored(json);
  if (!parsed.ok) return parsed;
  const value = readSummary(parsed.value);
  return value === undefined ? { ok: false, fault: "malformed" } : { ok: true, value };
}

function parseStored(json: string): Parsed<object> {
  try {
    const value: unknown = JSON.parse(json);
    const { schema } = value as { schema?: unknown };
    if (typeof schema !== "number" || schema < 1) return { ok: false, fault: "malformed" };
    return schema > storedSchema ? { ok: false, fault: "newer-schema" } : { ok: true, value: value as object };
  } catch {
    return { ok: false, fault: "malformed" };
  }
}
