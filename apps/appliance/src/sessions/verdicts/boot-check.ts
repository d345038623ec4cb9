import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import type { FileStep, StepOf } from "../step.ts";
import { archOf } from "./machines.ts";
import { found, type Rule } from "./rule.ts";
import { type BootView, cameBack } from "./view.ts";

/** The boot check stays on the screen for 30 s or until a key. Firmware that refuses it comes back sooner than a hand. */
const refusedWithin = 4_000;

/** The boot check was the last that the client got, and a reply had named it. */
interface Reached {
  readonly file: FileStep;
  readonly reply: NonNullable<BootView["reply"]> & { readonly bootFile: string };
  readonly back: StepOf<"discover"> | undefined;
  readonly backAt: number | undefined;
  readonly arch: string;
}

/** A client to which no reply named a file fetched the check by hand, which proves nothing. */
function reachedCheck(view: BootView): Reached | undefined {
  const file = view.done.at(-1);
  const { boot, context, reply } = view;
  if (file === undefined || reply?.bootFile === undefined) return undefined;
  if (checkProgramNamed(file.file) === undefined) return undefined;
  const back = cameBack(view, file);
  return {
    file,
    reply: { ...reply, bootFile: reply.bootFile },
    back,
    backAt: back?.time ?? (boot.givenUp ? context.now : undefined),
    arch: archOf(boot)?.replace(/-http$/, "") ?? "this architecture",
  };
}

function isRefused({ boot }: BootView, { backAt, file }: Reached): boolean {
  if (boot.firmware === "bios" || boot.firmware === "ipxe") return false;
  return backAt !== undefined && backAt - file.lastAt < refusedWithin;
}

/** It did not boot by HTTP, which is what a URL is for. */
function isPxe({ boot }: BootView): boolean {
  return archOf(boot)?.endsWith("-http") === false;
}

/** Secure Boot does not start it. */
export const checkRefused: Rule = {
  id: "B12",
  when(view) {
    const reached = reachedCheck(view);
    if (reached === undefined || !isRefused(view, reached)) return undefined;
    return found("check-refused", "likely", [reached.file, reached.back], { arch: reached.arch });
  },
};

/** The network does its part, and a boot file is wanting. */
export const checkReached: Rule = {
  id: "checked",
  when(view) {
    const reached = reachedCheck(view);
    if (reached === undefined || isRefused(view, reached)) return undefined;
    const { file, reply: telling, backAt, arch } = reached;
    if (backAt === undefined && !view.silentFor(refusedWithin)) return undefined;
    const { rule, bootFile } = telling;
    const program = checkProgramNamed(file.file);
    const offered = view.offered.some((name) => checkProgramNamed(name) === program);
    const byUrl = rule !== undefined && offered && view.network.urlRules?.includes(rule) === true;
    const instead = rule === undefined && offered;
    const facts = { arch, instead, rule, offered: bootFile, ...(byUrl && !view.ipxe && isPxe(view) ? { byUrl } : {}) };
    return found("check-reached", "likely", [telling, file], facts);
  },
};
