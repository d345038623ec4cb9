import { confidences, severities, verdicts } from "../catalogue/verdicts.ts";
import { outcomes } from "./outcome.ts";
import { flag, itemsOf, listOf, number, objectOf, oneOf, optional, type Read, text } from "./read-json.ts";
import { type Session, sessionOf } from "./session.ts";
import { readFirmware, readStep } from "./stored-step.ts";
import type { BootSummary } from "./summary.ts";
import type { Conclusion } from "./verdicts/verdict.ts";

/**
 * Version of the JSON below, in each of its texts. It goes up when a reader of this version would misread the new form:
 * not for a new field that may be missing, a new kind of step or a new verdict.
 */
export const storedSchema = 2;

/** In version 1 `booted` stood for two things. */
export function withDelivered<T extends { readonly id: string; readonly confidence: string }>(verdict: T): T {
  return verdict.id === "booted" && verdict.confidence !== "certain" ? { ...verdict, id: "delivered" } : verdict;
}

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
  image: optional(text),
  outcome: oneOf(namesOf(outcomes)),
  verdict: optional(readConclusion),
});

/** One session as one line of JSON, to be kept or sent. */
export function serializeSession(session: Session): string {
  return JSON.stringify({ schema: storedSchema, ...sessionOf(session) });
}

/**
 * The session that `serializeSession` made this text of. Steps and verdicts of a kind that is unknown here are left out, such
 * steps counted as dropped. Never throws, whatever the text.
 */
export function parseSession(json: string): Parsed<Session> {
  const parsed = parseStored(json);
  if (!parsed.ok) return parsed;
  const read = readSession(parsed.value);
  const session =
    read === undefined || parsed.schema > 1 ? read : { ...read, verdicts: read.verdicts.map(withDelivered) };
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
  const read = readSummary(parsed.value);
  const value = read === undefined || parsed.schema > 1 ? read : summaryOfVersion1(read);
  return value === undefined ? { ok: false, fault: "malformed" } : { ok: true, value };
}

function summaryOfVersion1(summary: BootSummary): BootSummary {
  const { verdict, outcome } = summary;
  if (outcome !== "booted" || verdict === undefined || verdict.confidence === "certain") return summary;
  return { ...summary, outcome: "delivered", verdict: withDelivered(verdict) };
}

function parseStored(
  json: string,
): { readonly ok: true; readonly value: object; readonly schema: number } | Extract<Parsed<never>, { ok: false }> {
  try {
    const value: unknown = JSON.parse(json);
    const { schema } = value as { schema?: unknown };
    if (typeof schema !== "number" || schema < 1) return { ok: false, fault: "malformed" };
    return schema > storedSchema ? { ok: false, fault: "newer-schema" } : { ok: true, value: value as object, schema };
  } catch {
    return { ok: false, fault: "malformed" };
  }
}
