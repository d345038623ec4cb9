import type { Boot } from "../boot.ts";
import { beforeFiles, secondProxy, silenceKept } from "./before-files.ts";
import { checkReached, checkRefused } from "./boot-check.ts";
import { grubWentElsewhere, kernelSent, loaderSent, systemSeen } from "./booted.ts";
import type { LastSeen } from "./causes/endings.ts";
import { chainLoop } from "./chain-loop.ts";
import { missingFile } from "./missing-files.ts";
import { oddities } from "./oddities.ts";
import { applied, found, type Rule } from "./rule.ts";
import { shimRefused } from "./secure-boot.ts";
import { didNotRun, largePacketsLost, repliesLost, requestsRefused } from "./transfers.ts";
import type { Verdict } from "./verdict.ts";
import { type BootView, type JudgeContext, viewOf } from "./view.ts";

const filesElsewhere: Rule = {
  id: "unclear",
  when(view) {
    const { reply } = view;
    if (!view.elsewhere || reply?.bootFile === undefined || !view.silentFor(20_000)) return undefined;
    const facts = { server: reply.server, file: reply.bootFile };
    return found("files-elsewhere", "certain", [...view.leases, reply], facts);
  },
};

const trailEnds: Rule = {
  id: "unclear",
  when(view) {
    const { boot } = view;
    const last = boot.steps.at(-1);
    if (last === undefined || !(boot.givenUp || view.silentFor(60_000))) return undefined;
    return found("trail-ends", "certain", [last], { last: lastSeen(view) });
  },
};

function lastSeen(view: BootView): LastSeen {
  const file = view.files.at(-1);
  if (file !== undefined) return { kind: "file", file: file.file, outcome: file.outcome };
  if (view.pxeRequests.length > 0) return { kind: "pxe-request" };
  if (view.leases.length > 0) return { kind: "lease" };
  return { kind: view.offers.length > 0 ? "offer" : "request" };
}

/** What a boot came to: the first rule that applies. */
const outcomes: readonly Rule[] = [
  // Before the operating system: what comes up after the boot check is that of the disk.
  checkRefused,
  checkReached,
  systemSeen,
  ...chainLoop,
  // Before the missing file: shim's key manager need not be there.
  shimRefused,
  ...missingFile,
  requestsRefused,
  largePacketsLost,
  repliesLost,
  kernelSent,
  didNotRun,
  grubWentElsewhere,
  loaderSent,
  ...silenceKept,
  ...beforeFiles,
  filesElsewhere,
  trailEnds,
];

/**
 * What a boot came to, as far as it can be told now. The first verdict is the one that matters; after it come
 * warnings and what only looks like a fault. Empty while there is nothing to tell. Pure.
 */
export function judge(boot: Boot, context: JudgeContext): readonly Verdict[] {
  const view = viewOf(boot, context);
  const primary = firstOf(outcomes, view);
  const besides = [...(primary?.id === "B16" ? [] : [secondProxy]), ...oddities];
  return [primary, ...besides.map((rule) => applied(rule, view))].filter((verdict) => verdict !== undefined);
}

function firstOf(rules: readonly Rule[], view: BootView): Verdict | undefined {
  for (const rule of rules) {
    const verdict = applied(rule, view);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
