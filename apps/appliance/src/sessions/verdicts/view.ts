import { agentKind } from "../../catalogue/agents.ts";
import type { FileFacts } from "../../catalogue/file-facts.ts";
import { plainName } from "../../catalogue/file-role.ts";
import type { Network, Programs } from "../../events/event.ts";
import { type Boot, stepsOf } from "../boot.ts";
import type { ImageFile } from "../images-seen.ts";
import type { FileStep, Step, StepOf } from "../step.ts";
import { type Asked, askedIn } from "./asked.ts";

/** What a judge knows besides the boot itself. */
export interface JudgeContext {
  /** Milliseconds. */
  readonly now: number;
  /** Broadcast replies of other servers can be heard. */
  readonly overhearing: boolean;
  /** Lately some other machine was heard on the PXE port. */
  readonly pxePortHeard: boolean;
  /** The client's own folder below the root, from which its names count. */
  readonly root?: string;
  readonly programs: Programs;
  readonly network: Network;
  /** What a file of ours holds, when a client asked for it. */
  readonly factsOf: (file: string) => FileFacts | undefined;
  /** Where files of the same name lie, for one that was requested but not found. */
  readonly namesakesOf: (file: string) => readonly string[];
  /** The disc image that a file belongs to. */
  readonly imageOf: (file: string) => ImageFile | undefined;
}

/** A boot as the rules look at it: the present attempt. */
export interface BootView extends Pick<JudgeContext, "factsOf" | "namesakesOf" | "network"> {
  readonly boot: Boot;
  readonly context: JudgeContext;
  readonly discovers: readonly StepOf<"discover">[];
  /** DISCOVERs in all, with repetitions. */
  readonly discoverCount: number;
  readonly offers: readonly StepOf<"offer">[];
  readonly acks: readonly StepOf<"ack">[];
  readonly leases: readonly StepOf<"lease">[];
  readonly pxeRequests: readonly StepOf<"pxe-request">[];
  readonly foreign: readonly StepOf<"foreign-offer">[];
  readonly silences: readonly StepOf<"silence">[];
  readonly systems: readonly StepOf<"system">[];
  readonly serverAsked: StepOf<"server-asked"> | undefined;
  /** Those that firmware and loaders asked for. */
  readonly files: readonly FileStep[];
  /** The same by name. */
  readonly asked: readonly Asked[];
  /** Those that a program of an operating system asked for. */
  readonly systemFiles: readonly FileStep[];
  readonly done: readonly FileStep[];
  /** Names of its boot file in replies, in plain form. */
  readonly offered: readonly string[];
  /** The last answer that named a boot file. */
  readonly reply: StepOf<"offer"> | StepOf<"ack"> | undefined;
  /** Its files come from a machine we cannot see. */
  readonly elsewhere: boolean;
  /** iPXE runs: it said so. */
  readonly ipxe: boolean;
  /** Nothing was seen for so many milliseconds and nothing runs, or the machine started over. */
  readonly silentFor: (milliseconds: number) => boolean;
}

export function viewOf(whole: Boot, context: JudgeContext): BootView {
  const boot =
    whole.attemptFrom > 1
      ? { ...whole, steps: whole.steps.filter(({ number }) => number >= whole.attemptFrom) }
      : whole;
  const discovers = stepsOf(boot, "discover");
  const offers = stepsOf(boot, "offer");
  const acks = stepsOf(boot, "ack");
  const all = stepsOf(boot, "file").toSorted(inOrder);
  const files = all.filter(({ agent }) => agentKind(agent) !== "system");
  const answers = [...offers, ...acks];
  const reply = answers.toSorted(inOrder).findLast(({ bootFile }) => bootFile !== undefined);
  const { factsOf, namesakesOf, network } = context;
  return {
    boot,
    context,
    factsOf,
    namesakesOf,
    network,
    discovers,
    discoverCount: discovers.reduce((sum, { times }) => sum + times, 0),
    offers,
    acks,
    leases: stepsOf(boot, "lease"),
    pxeRequests: stepsOf(boot, "pxe-request"),
    foreign: stepsOf(boot, "foreign-offer"),
    silences: stepsOf(boot, "silence"),
    systems: stepsOf(boot, "system"),
    serverAsked: stepsOf(boot, "server-asked").at(-1),
    files,
    asked: askedIn(files),
    systemFiles: all.filter(({ agent }) => agentKind(agent) === "system"),
    done: files.filter(({ outcome }) => outcome === "done"),
    offered: boot.offered,
    reply,
    elsewhere: answers.length > 0 && (reply ?? answers[0])?.elsewhere === true,
    ipxe: discovers.some(({ firmware }) => firmware === "ipxe") || files.some(({ agent }) => isIpxeAgent(agent)),
    silentFor: (milliseconds) => boot.givenUp || (boot.running === 0 && context.now - boot.lastAt >= milliseconds),
  };
}

function isIpxeAgent(agent: string | undefined): boolean {
  return agent !== undefined && /^g?iPXE/i.test(agent);
}

function inOrder(one: Step, other: Step): number {
  return one.time - other.time || one.number - other.number;
}

export function isOffered(view: BootView, { file }: Pick<FileStep, "file">): boolean {
  const name = plainName(file).toLowerCase();
  return view.offered.some((offered) => offered.toLowerCase() === name);
}

/** Whether the firmware, not a program it started, asked for a boot server again after `step`. */
export function cameBack(view: BootView, step: Step): StepOf<"discover"> | undefined {
  return view.discovers.find(
    ({ lastAt, firmware, time }) => (time >= step.time ? time : lastAt) > step.lastAt && firmware !== "ipxe",
  );
}
