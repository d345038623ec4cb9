import type { Fetch } from "../sessions/fetches.ts";
import { outlookOf, type RunningFile } from "../sessions/running-files.ts";
import type { Session } from "../sessions/session.ts";
import type { Step } from "../sessions/step.ts";
import { stepText } from "../sessions/step-text.ts";
import { type BootSummary, summaryOf } from "../sessions/summary.ts";
import { type Conclusion, conclusionOf } from "../sessions/verdicts/verdict.ts";
import type { ApiBoot, ApiBootSummary, ApiClient, ApiFetch, ApiStep, ApiTransfer, ApiVerdict } from "./types.ts";

export function summaryView(summary: BootSummary): ApiBootSummary {
  const { id, mac, address, arch, firmware, host, rule, bootFile, image } = summary;
  const { startedAt, lastAt, ended, outcome, bytes } = summary;
  return defined({
    id,
    mac,
    address,
    arch,
    firmware,
    host,
    rule,
    bootFile,
    image,
    startedAt: isoTime(startedAt),
    lastAt: isoTime(lastAt),
    ended,
    outcome,
    bytes,
    verdict: summary.verdict === undefined ? undefined : verdictView(summary.verdict),
    transfers: summary.transfers?.map(transferView),
  });
}

export function bootView(boot: Session): ApiBoot {
  return {
    ...summaryView(summaryOf(boot)),
    verdicts: boot.verdicts.map(verdictView),
    steps: boot.steps.map(stepView),
    droppedSteps: boot.dropped,
  };
}

/** What is known of a machine from its latest boot and those before. */
export function clientView(boot: BootSummary, before: ApiClient | undefined): ApiClient {
  const { id, key, mac, address, arch, firmware, vendorClass, uuid, serial, hostName, host, lastAt, outcome } = boot;
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
    host,
    firstSeen: before?.firstSeen ?? isoTime(boot.startedAt),
    lastSeen: isoTime(lastAt),
    boots: (before?.boots ?? 0) + (before?.lastBoot === id ? 0 : 1),
    lastBoot: id,
    outcome,
  });
}

function transferView({ startedAt, movedAt, ...transfer }: RunningFile): ApiTransfer {
  const { bytes, size, bytesPerSecond } = transfer;
  const outlook = outlookOf(bytes, size, bytesPerSecond);
  return { ...transfer, ...outlook, startedAt: isoTime(startedAt), lastProgressAt: isoTime(movedAt) };
}

export function fetchView(fetch: Fetch): ApiFetch {
  const { file, address, mac, agent, outcome, code, bytes, size, startedAt, lastAt } = fetch;
  const times = { startedAt: isoTime(startedAt), lastAt: isoTime(lastAt) };
  return defined({ file, address, mac, agent, outcome, code, bytes, size, ...times });
}

export function verdictView(verdict: Conclusion): ApiVerdict {
  return { ...conclusionOf(verdict), evidence: [...verdict.evidence] };
}

function stepView(step: Step): ApiStep {
  const { number, time: at, lastAt, times, kind, ...details } = step;
  return {
    number,
    at: isoTime(at),
    ...(times > 1 ? { lastAt: isoTime(lastAt) } : {}),
    times,
    kind,
    text: stepText(step),
    details,
  };
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is undefined, as JSON does. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}
