import { offeredIn } from "../sessions/boot.ts";
import { flag, itemsOf, number, objectOf, optional, type Read, text } from "../sessions/read-json.ts";
import type { Session } from "../sessions/session.ts";
import type { Step } from "../sessions/step.ts";
import { readConclusion, withDelivered } from "../sessions/stored.ts";
import { readFirmware, readStep } from "../sessions/stored-step.ts";

/** Bootlace 0.1.0 stored a boot as its API showed it: times as text, the fields of a step under `details`. */
const time: Read<number> = (value) => {
  const milliseconds = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
};

const readPlace = objectOf<{ number: number; at: number; lastAt?: number; times: number; kind: string }>({
  number,
  at: time,
  lastAt: optional(time),
  times: number,
  kind: text,
});

const readOldStep: Read<Step> = (value) => {
  const place = readPlace(value);
  if (place === undefined) return undefined;
  const { details } = value as { details?: object };
  // The text is made from the fields whenever it is shown.
  const { at, ...rest } = place;
  return readStep({ ...details, ...rest, time: at, lastAt: place.lastAt ?? at });
};

type OldBoot = Omit<Session, "key" | "vendorClass" | "uuid" | "serial" | "hostName" | KeptSince> & {
  readonly droppedSteps: number;
};
type KeptSince = "offered" | "dropped" | "next" | "running" | "givenUp";

const readOldBoot = objectOf<OldBoot>({
  id: text,
  mac: optional(text),
  address: optional(text),
  arch: optional(text),
  firmware: optional(readFirmware),
  host: optional(text),
  startedAt: time,
  lastAt: time,
  ended: flag,
  bytes: number,
  verdicts: itemsOf(readConclusion),
  steps: itemsOf(readOldStep),
  droppedSteps: number,
});

/**
 * The session behind a row of version 1, as far as it says: vendor class, UUID, serial number and host name were not
 * stored. Undefined: the row is no boot.
 */
export function sessionOfVersion1(json: string): Session | undefined {
  const value = parse(json);
  const read = readOldBoot(value);
  if (read === undefined) return undefined;
  const old = { ...read, verdicts: read.verdicts.map(withDelivered) };
  const { droppedSteps, steps, ...rest } = old;
  const unknown = (value as { steps: unknown[] }).steps.length - steps.length;
  return {
    ...rest,
    key: old.mac ?? `ip ${old.address ?? ""}`,
    steps,
    offered: offeredIn(steps),
    dropped: droppedSteps + unknown,
    next: Math.max(0, ...steps.map((step) => step.number)) + 1,
    running: 0,
    givenUp: false,
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
