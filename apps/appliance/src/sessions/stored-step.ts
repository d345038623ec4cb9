import { type Firmware, ignoreTable, type ReplyNote } from "@bootlace/proxy-dhcp";
import type { FileRole } from "../catalogue/file-role.ts";
import { policyReasons } from "../catalogue/reasons/silences.ts";
import { flag, listOf, number, objectOf, oneOf, optional, type Read, type Shape, text } from "./read-json.ts";
import type { Fact, FileFact, FileOutcome, Step } from "./step.ts";

export const readFirmware: Read<Firmware> = oneOf<Firmware>({
  bios: 1,
  uefi: 1,
  "uefi-http": 1,
  ipxe: 1,
  "raspberry-pi": 1,
  "u-boot": 1,
  other: 1,
});

const readNote = oneOf<ReplyNote>({
  "file-only-in-option-67": 1,
  "url-host-is-a-name": 1,
  "client-identifier-dropped": 1,
  "tftp-server-name-dropped": 1,
  "boot-file-name-dropped": 1,
  "relay-information-dropped": 1,
  "relay-information-without-relay": 1,
  "option-refused": 1,
});

const readRole = oneOf<FileRole>({ "boot-file": 1, script: 1, config: 1, module: 1, kernel: 1, file: 1 });
const readOutcome = oneOf<FileOutcome>({ running: 1, done: 1, probe: 1, aborted: 1, "not-found": 1, refused: 1 });

/** A reason that has no row any more stays: its words are "unknown". */
const readReason = text as Read<NonNullable<FileFact["reason"]>>;

type FactOf<K extends Fact["kind"]> = Extract<Fact, { kind: K }>;
type FactShape<K extends Fact["kind"]> = Shape<Omit<FactOf<K>, "kind">>;

const answer: FactShape<"offer"> = {
  form: text,
  interface: text,
  bootFile: optional(text),
  server: text,
  elsewhere: flag,
  rule: optional(text),
  notes: listOf(readNote),
  menuSeconds: optional(number),
};

const facts: { readonly [K in Fact["kind"]]: FactShape<K> } = {
  discover: {
    firmware: readFirmware,
    arch: optional(text),
    archCodes: listOf(number),
    http: flag,
    vendorClass: text,
    userClasses: listOf(text),
    secs: number,
    broadcast: flag,
    relay: optional(text),
  },
  offer: answer,
  ack: answer,
  silence: {
    type: text,
    port: oneOf({ dhcp: 1, pxe: 1 }),
    reason: oneOf(ignoreTable),
    code: optional(oneOf(policyReasons)),
    detail: optional(text),
    rule: optional(text),
  },
  lease: { server: text, address: optional(text), seen: oneOf({ request: 1, ack: 1 }) },
  "pxe-request": { address: text, item: optional(number) },
  "foreign-offer": {
    server: text,
    proxy: flag,
    address: optional(text),
    vendorClass: optional(text),
    bootFile: optional(text),
    nextServer: optional(text),
  },
  system: { type: text, vendorClass: optional(text), hostName: optional(text) },
  file: {
    protocol: oneOf({ tftp: 1, http: 1 }),
    file: text,
    role: readRole,
    outcome: readOutcome,
    reason: optional(readReason),
    code: optional(number),
    size: optional(number),
    bytes: number,
    total: optional(number),
    movedAt: optional(number),
    bytesPerSecond: optional(number),
    blockSize: optional(number),
    windowSize: optional(number),
    retransmissions: optional(number),
    timeouts: optional(number),
    ms: optional(number),
    detail: optional(text),
    agent: optional(text),
    image: optional(text),
  },
  "server-asked": {
    server: text,
    file: text,
    result: oneOf({ down: 1, refused: 1, "no-file": 1, serves: 1 }),
  },
};

const readKind = oneOf(facts);
const readPlace = objectOf<Pick<Step, "number" | "time" | "lastAt" | "times">>({
  number,
  time: number,
  lastAt: number,
  times: number,
});
const readFacts = Object.fromEntries(
  Object.entries(facts).map(([kind, shape]) => [kind, objectOf(shape as Shape<object>)]),
);

/** A step as JSON holds it. */
export const readStep: Read<Step> = (value) => {
  const kind = readKind((value as { kind?: unknown } | null | undefined)?.kind);
  const place = readPlace(value);
  const fact = kind === undefined ? undefined : readFacts[kind]?.(value);
  return place === undefined || fact === undefined ? undefined : ({ ...fact, kind, ...place } as Step);
};
