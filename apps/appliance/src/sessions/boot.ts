import { type BootClient, type Firmware, isIpxeBinary } from "@bootlace/proxy-dhcp";
import { fileOfBootFile } from "../catalogue/file-role.ts";
import { clip } from "./read-dhcp.ts";
import type { Fact, FileFact, Step, StepOf } from "./step.ts";
import type { Verdict } from "./verdicts/verdict.ts";

/** All that one machine did in one attempt to boot. A value: a step further is a new one. */
export interface Boot {
  readonly id: string;
  /** MAC address, or `ip ` and the address when no packet has the MAC. */
  readonly key: string;
  readonly mac?: string;
  readonly address?: string;
  readonly arch?: string;
  readonly firmware?: Firmware;
  readonly vendorClass?: string;
  readonly uuid?: string;
  readonly serial?: string;
  readonly hostName?: string;
  /** Its name in the configuration, as of when the boot was recorded. */
  readonly host?: string;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly steps: readonly Step[];
  /** The boot files that replies named to it, as paths. */
  readonly offered: readonly string[];
  /** Steps left out of the middle. */
  readonly dropped: number;
  readonly next: number;
  /** Transfers that go on. */
  readonly running: number;
  /** Bytes of files that arrived. */
  readonly bytes: number;
  /** Nothing more is expected. Files asked for later open it again. */
  readonly ended: boolean;
  /** The same machine began anew: what is missing now will not come. */
  readonly givenUp: boolean;
  readonly verdicts: readonly Verdict[];
  /** First step of the present attempt: firmware goes on with its next boot option. */
  readonly attemptFrom: number;
  /** Why the first attempt failed. */
  readonly earlier?: Verdict;
  /** The verdict that was reported last. */
  readonly reported?: Verdict;
}

/** @param key MAC address, or `ip ` and an address */
export function newBoot(key: string, time: number, mac: string | undefined): Boot {
  const name = key.replace(/[^0-9a-z.]/gi, "");
  return {
    id: `${time.toString(36)}-${name}`,
    key,
    ...(mac === undefined ? {} : { mac }),
    startedAt: time,
    lastAt: time,
    steps: [],
    offered: [],
    dropped: 0,
    next: 1,
    running: 0,
    bytes: 0,
    ended: false,
    givenUp: false,
    verdicts: [],
    attemptFrom: 1,
  };
}

/** Adds what a request says about the machine. The firmware that began the boot stays: iPXE may come up later. */
export function withIdentity(boot: Boot, client: BootClient): Boot {
  const { uuid, serial, hostName } = client;
  return {
    ...boot,
    ...(boot.firmware === undefined
      ? {
          firmware: client.firmware,
          vendorClass: clip(client.vendorClass),
          ...(client.arch === undefined ? {} : { arch: client.arch.name }),
        }
      : {}),
    ...(uuid === undefined ? {} : { uuid }),
    ...(serial === undefined ? {} : { serial }),
    ...(hostName === undefined ? {} : { hostName: clip(hostName) }),
  };
}

/** The same boot by a clock that was set back by so many milliseconds. Its id stays. */
export function setBack(boot: Boot, by: number): Boot {
  const steps = boot.steps.map((step) => {
    const moved = step.kind === "file" && step.movedAt !== undefined ? { movedAt: step.movedAt - by } : {};
    return { ...step, ...moved, time: step.time - by, lastAt: step.lastAt - by };
  });
  return { ...boot, startedAt: boot.startedAt - by, lastAt: boot.lastAt - by, steps };
}

/** A silence longer than this, with nothing under way, ends an attempt; firmware waits 32 s at most (PXE 2.1 §2.2.2). */
const longestPause = 60_000;

/** Whether a machine that asks for a boot server has begun anew, or goes on with what it was doing. */
export function beginsAnew(boot: Boot, fact: Fact, time: number): boolean {
  if (fact.kind !== "discover" && fact.kind !== "pxe-request") return false;
  const pause = time - boot.lastAt;
  if (fact.kind === "pxe-request") return boot.running === 0 && pause > 10 * longestPause;
  if (boot.running === 0 && pause > longestPause) return true;
  const before = stepsOf(boot, "discover").at(-1);
  const loaded = stepsOf(boot, "file")
    .filter(({ outcome }) => outcome === "done")
    .toSorted((one, other) => one.lastAt - other.lastAt);
  // Where the firmware was none, iPXE is what it loaded, whatever its name and by whatever protocol it came.
  const cameUp = before?.firmware !== "ipxe" || isIpxeBinary(loaded.at(-1)?.file ?? "");
  if (fact.firmware === "ipxe" && loaded.length > 0 && cameUp) return false;
  if (before !== undefined && before.http !== fact.http) return true;
  return stepsOf(boot, "system").length > 0 || loaded.some(({ role }) => role !== "boot-file" && role !== "file");
}

/** Steps kept from the beginning, where it is decided what a machine boots, and in all. */
export const keptFirst = 64;
export const keptSteps = 192;

/** Facts that come in rounds: a repetition within the round is counted, not written again. */
const rounds: Readonly<Record<Fact["kind"], string>> = {
  discover: "discovery",
  offer: "discovery",
  silence: "discovery",
  "foreign-offer": "discovery",
  lease: "lease",
  "pxe-request": "pxe",
  ack: "pxe",
  system: "system",
  file: "file",
  "server-asked": "server-asked",
};

/**
 * Adds a fact: counted with an equal one of the same round, else as a step of its own.
 * @param time when it became known @param seen when it happened
 */
export function withFact(
  boot: Boot,
  fact: Fact,
  time: number,
  seen: Pick<Step, "time" | "lastAt"> = { time, lastAt: time },
): Boot {
  const same = findSame(boot.steps, fact);
  if (same !== -1) {
    const step = boot.steps[same] as Step;
    return withSteps(
      { ...boot, lastAt: time },
      boot.steps.with(same, { ...step, lastAt: seen.lastAt, times: step.times + 1 }),
    );
  }
  const step: Step = { ...fact, number: boot.next, ...seen, times: 1 };
  return withSteps({ ...boot, ...offeredBy(boot, fact), lastAt: time, next: boot.next + 1 }, [...boot.steps, step]);
}

function offeredBy(boot: Pick<Boot, "offered">, fact: Fact): Pick<Boot, "offered"> | undefined {
  if ((fact.kind !== "offer" && fact.kind !== "ack") || fact.bootFile === undefined) return undefined;
  const file = fileOfBootFile(fact.bootFile);
  return boot.offered.includes(file) ? undefined : { offered: [...boot.offered, file] };
}

/** The files these steps name to the client, as `Boot.offered` keeps them. */
export function offeredIn(steps: readonly Step[]): readonly string[] {
  let boot: Pick<Boot, "offered"> = { offered: [] };
  for (const step of steps) boot = offeredBy(boot, step) ?? boot;
  return boot.offered;
}

/**
 * Puts the present state of a transfer into its step. Does nothing when the step was left out.
 * @param time when it became known @param lastAt when it happened
 */
export function withFile(
  boot: Boot,
  number: number,
  fact: Omit<FileFact, "role">,
  time: number,
  lastAt: number = time,
): Boot {
  const index = boot.steps.findLastIndex((step) => step.number === number);
  const step = boot.steps[index];
  if (step?.kind !== "file") return { ...boot, lastAt: time };
  // A pace is that of a transfer under way.
  const { movedAt: _movedAt, bytesPerSecond: _rate, ...rest } = step;
  return withSteps({ ...boot, lastAt: time }, boot.steps.with(index, { ...rest, ...fact, lastAt }));
}

function withSteps(boot: Boot, steps: readonly Step[]): Boot {
  if (steps.length <= keptSteps) return { ...boot, steps };
  return { ...boot, steps: [...steps.slice(0, keptFirst), ...steps.slice(keptFirst + 1)], dropped: boot.dropped + 1 };
}

function findSame(steps: readonly Step[], fact: Fact): number {
  if (fact.kind === "file" && fact.outcome === "running") return -1;
  const round = rounds[fact.kind];
  const back = isUnserved(fact) ? keptSteps : 8;
  for (let at = steps.length - 1; at >= 0 && at >= steps.length - back; at--) {
    const step = steps[at] as Step;
    if (rounds[step.kind] !== round) return -1;
    if (isSame(step, fact)) return at;
  }
  return -1;
}

/** A loader that finds nothing and asks again goes through all its names each time. */
function isUnserved(fact: Fact): boolean {
  return fact.kind === "file" && (fact.outcome === "not-found" || fact.outcome === "refused");
}

/** What differs from one repetition to the next without meaning. */
const passing = new Set(["secs", "ms"]);

/** Whether a fact says what a step says, but for what passes. */
export function isSame(step: Step, fact: Fact): boolean {
  if (step.kind !== fact.kind) return false;
  if (step.kind === "file" && fact.kind === "file" && step.file !== fact.file) return false;
  const known: Readonly<Record<string, unknown>> = { ...step };
  return Object.entries(fact).every(([name, value]) => passing.has(name) || equal(known[name], value));
}

/** Facts hold texts, numbers, booleans and lists of them. */
function equal(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

export function stepsOf<K extends Fact["kind"]>(boot: Pick<Boot, "steps">, kind: K): StepOf<K>[] {
  return boot.steps.filter((step): step is StepOf<K> => step.kind === kind);
}

/** A reply named a file to it, and no packet shows its address. */
export function isHomeless({ ended, address, steps }: Boot): boolean {
  return !ended && address === undefined && steps.some(({ kind }) => kind === "offer" || kind === "ack");
}
