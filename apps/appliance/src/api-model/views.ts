import { type Boot, stepsOf } from "../sessions/boot.ts";
import type { Step } from "../sessions/step.ts";
import { stepText } from "../sessions/step-text.ts";
import { primaryOf, type Verdict } from "../sessions/verdicts/verdict.ts";
import type { ApiBoot, ApiBootSummary, ApiClient, ApiStep, ApiVerdict } from "./types.ts";

type Outcome = ApiBootSummary["outcome"];

/** What a boot came to, in one word. */
export function outcomeOf(boot: Boot): Outcome {
  const primary = primaryOf(boot.verdicts);
  if (primary?.severity === "success") return "booted";
  // A second proxy with nothing else wrong is what kept the client away.
  if (primary?.severity === "failure" || primary?.severity === "warning") return "failed";
  if (primary?.id === "checked") return "checked";
  if (primary?.id === "unanswered") return "ignored";
  if (primary !== undefined && stepsOf(boot, "offer").some(({ elsewhere }) => elsewhere)) return "elsewhere";
  return boot.ended || primary !== undefined ? "unclear" : "running";
}

/** The name of a machine in the configuration, when it has one. */
export type HostNameOf = (boot: Boot) => string | undefined;

export function summaryOf(boot: Boot, hostNameOf: HostNameOf = () => undefined): ApiBootSummary {
  const { id, mac, address, arch, firmware, startedAt, lastAt, ended, bytes } = boot;
  const primary = primaryOf(boot.verdicts);
  const told = [...stepsOf(boot, "offer"), ...stepsOf(boot, "ack")].findLast(({ bootFile }) => bootFile !== undefined);
  const rule = boot.steps.findLast((step) => "rule" in step && step.rule !== undefined);
  return defined({
    id,
    mac,
    address,
    arch,
    firmware,
    host: hostNameOf(boot),
    rule: rule !== undefined && "rule" in rule ? rule.rule : undefined,
    bootFile: told?.bootFile,
    startedAt: time(startedAt),
    lastAt: time(lastAt),
    ended,
    outcome: outcomeOf(boot),
    bytes,
    verdict: primary === undefined ? undefined : verdictView(primary),
  });
}

export function bootView(boot: Boot, hostNameOf?: HostNameOf): ApiBoot {
  return {
    ...summaryOf(boot, hostNameOf),
    verdicts: boot.verdicts.map(verdictView),
    steps: boot.steps.map(stepView),
    droppedSteps: boot.dropped,
  };
}

/** What is known of a machine from its latest boot and those before. */
export function clientView(boot: Boot, before: ApiClient | undefined, hostNameOf?: HostNameOf): ApiClient {
  const { key, mac, address, arch, firmware, vendorClass, uuid, serial, hostName, lastAt } = boot;
  return defined({
    id: mac ?? address ?? key,
    mac,
    address: address ?? before?.address,
    arch: arch ?? before?.arch,
    firmware: firmware ?? before?.firmware,
    vendorClass: vendorClass ?? before?.vendorClass,
    uuid: uuid ?? before?.uuid,
    serial: serial ?? before?.serial,
    hostName: hostName ?? before?.hostName,
    host: hostNameOf?.(boot),
    firstSeen: before?.firstSeen ?? time(boot.startedAt),
    lastSeen: time(lastAt),
    boots: (before?.boots ?? 0) + (before?.lastBoot === boot.id ? 0 : 1),
    lastBoot: boot.id,
    outcome: outcomeOf(boot),
  });
}

function verdictView({ evidence, ...verdict }: Verdict): ApiVerdict {
  return { ...verdict, evidence: [...evidence] };
}

function stepView(step: Step): ApiStep {
  const { number, at, lastAt, times, kind, ...details } = step;
  return {
    number,
    at: time(at),
    ...(times > 1 ? { lastAt: time(lastAt) } : {}),
    times,
    kind,
    text: stepText(step),
    details,
  };
}

export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined, as JSON does. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}
