import { type Boot, stepsOf } from "./boot.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type RunningFile, runningFiles } from "./running-files.ts";
import { type Session, sessionOf } from "./session.ts";
import { type Conclusion, conclusionOf, primaryOf } from "./verdicts/verdict.ts";

/** Everything about a boot that fits one row of a list: who, when, what it was given and how it ended. */
export interface BootSummary
  extends Pick<
    Boot,
    | "id"
    | "key"
    | "mac"
    | "address"
    | "arch"
    | "firmware"
    | "vendorClass"
    | "uuid"
    | "serial"
    | "hostName"
    | "host"
    | "startedAt"
    | "lastAt"
    | "ended"
    | "bytes"
  > {
  readonly rule?: string;
  readonly bootFile?: string;
  /** What the disc image calls itself from which it fetched files last. */
  readonly image?: string;
  readonly outcome: Outcome;
  /** The primary one. */
  readonly verdict?: Conclusion;
  /** Files on their way, the latest first; none of a boot that was read from the history. */
  readonly transfers?: readonly RunningFile[];
}

export function summaryOf(boot: Session): BootSummary {
  const {
    steps,
    offered: _offered,
    dropped: _dropped,
    next: _next,
    running: _running,
    givenUp: _givenUp,
    verdicts,
    ...rest
  } = sessionOf(boot);
  const named = [...stepsOf(boot, "offer"), ...stepsOf(boot, "ack")].findLast(({ bootFile }) => bootFile !== undefined);
  const ruled = steps.findLast((step) => "rule" in step && step.rule !== undefined);
  const rule = ruled !== undefined && "rule" in ruled ? ruled.rule : undefined;
  const image = stepsOf(boot, "file").findLast((step) => step.image !== undefined)?.image;
  const primary = primaryOf(verdicts);
  const transfers = runningFiles(boot);
  return {
    ...rest,
    bytes: transfers.reduce((sum, { bytes }) => sum + bytes, rest.bytes),
    ...(rule === undefined ? {} : { rule }),
    ...(named?.bootFile === undefined ? {} : { bootFile: named.bootFile }),
    ...(image === undefined ? {} : { image }),
    outcome: outcomeOf(boot),
    ...(primary === undefined ? {} : { verdict: conclusionOf(primary) }),
    ...(transfers.length === 0 ? {} : { transfers }),
  };
}
