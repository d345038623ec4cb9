import { plainName } from "../../catalogue/file-role.ts";
import type { Programs } from "../../events/event.ts";
import { type Boot, stepsOf } from "../boot.ts";
import type { FileStep, Step, StepOf } from "../step.ts";

/** What a judge knows besides the boot itself. */
export interface JudgeContext {
  /** Milliseconds. */
  readonly now: number;
  /** Broadcast replies of other servers can be heard. */
  readonly overhearing: boolean;
  /** Lately some other machine was heard on the PXE port. */
  readonly pxePortHeard: boolean;
  readonly programs: Programs;
}

/** A boot as the rules look at it. */
export interface BootView {
  readonly boot: Boot;
  readonly context: JudgeContext;
  readonly discovers: readonly StepOf<"discover">[];
  /** DISCOVERs in all, with repetitions. */
  readonly asked: number;
  readonly offers: readonly StepOf<"offer">[];
  readonly acks: readonly StepOf<"ack">[];
  readonly leases: readonly StepOf<"lease">[];
  readonly pxeRequests: readonly StepOf<"pxe-request">[];
  readonly foreign: readonly StepOf<"foreign-offer">[];
  readonly silences: readonly StepOf<"silence">[];
  readonly systems: readonly StepOf<"system">[];
  readonly files: readonly FileStep[];
  readonly done: readonly FileStep[];
  /** Names it was told to fetch first, in plain form. */
  readonly offered: readonly string[];
  /** The last answer that named a boot file. */
  readonly reply: StepOf<"offer"> | StepOf<"ack"> | undefined;
  /** Its files come from a machine we cannot see. */
  readonly elsewhere: boolean;
  /** Nothing was seen for so many milliseconds and nothing runs, or the machine began anew. */
  readonly silentFor: (milliseconds: number) => boolean;
}

export function viewOf(boot: Boot, context: JudgeContext): BootView {
  const discovers = stepsOf(boot, "discover");
  const offers = stepsOf(boot, "offer");
  const acks = stepsOf(boot, "ack");
  const files = stepsOf(boot, "file");
  const reply = [...offers, ...acks].sort(byNumber).findLast(({ bootFile }) => bootFile !== undefined);
  const answers = [...offers, ...acks];
  return {
    boot,
    context,
    discovers,
    asked: discovers.reduce((sum, { times }) => sum + times, 0),
    offers,
    acks,
    leases: stepsOf(boot, "lease"),
    pxeRequests: stepsOf(boot, "pxe-request"),
    foreign: stepsOf(boot, "foreign-offer"),
    silences: stepsOf(boot, "silence"),
    systems: stepsOf(boot, "system"),
    files,
    done: files.filter(({ outcome }) => outcome === "done"),
    offered: boot.offered,
    reply,
    elsewhere: answers.length > 0 && (reply ?? answers[0])?.elsewhere === true,
    silentFor: (milliseconds) => boot.givenUp || (boot.running === 0 && context.now - boot.lastAt >= milliseconds),
  };
}

function byNumber(one: Step, other: Step): number {
  return one.number - other.number;
}

export function isOffered(view: BootView, file: FileStep): boolean {
  const name = plainName(file.file).toLowerCase();
  return view.offered.some((offered) => offered.toLowerCase() === name);
}

/** Whether the firmware, not a program it started, asked for a boot server again after `step`. */
export function cameBack(view: BootView, step: Step): StepOf<"discover"> | undefined {
  return view.discovers.find(
    ({ lastAt, firmware, time }) => (time >= step.time ? time : lastAt) > step.lastAt && firmware !== "ipxe",
  );
}
