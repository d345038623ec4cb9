import type { Boot } from "../boot.ts";
import { beforeFiles, programAsks, secondProxy, silenceKept } from "./before-files.ts";
import { checkReached, checkRefused } from "./boot-check.ts";
import { delivered, systemSeen } from "./booted.ts";
import type { LastSeen } from "./causes/endings.ts";
import { chainLoop } from "./chain-loop.ts";
import { contentFault, kernelOfAnotherType } from "./content.ts";
import { transferCut } from "./cut.ts";
import { filesElsewhere, goesOnElsewhere, serverFails } from "./elsewhere.ts";
import { foreignFile } from "./foreign-file.ts";
import { grubLegacyWords, grubReadsDisk } from "./grub-configuration.ts";
import { awaitsRoot, imageRules } from "./image-boot.ts";
import { kernelForBios, kernelMayNeedOtherCommand, kernelOfOtherCommand, kernelReturned } from "./kernel-forms.ts";
import { interfacesLeftOut, leasesOurAddress, requestsLeftOut } from "./leases.ts";
import { missingFile } from "./missing-files.ts";
import { offerByTls, sanTarget, tlsToPlainPort } from "./named-hosts.ts";
import { oddities } from "./oddities.ts";
import {
  bcdNamesAnother,
  entryLacks,
  jumpMayLeadNowhere,
  jumpToNowhere,
  kernelRefused,
  namedNeverAsked,
  portNotServed,
  scriptNamesNothing,
  unknownCommand,
  unknownWord,
} from "./own-words.ts";
import { piDelivered, piFileMissing } from "./raspberry-pi.ts";
import { applied, found, type Rule } from "./rule.ts";
import { sanDisk } from "./san-disk.ts";
import { shimRefused } from "./secure-boot.ts";
import { coreBesideScript, coreForOtherFirmware, moduleForOtherFirmware } from "./syslinux-modules.ts";
import { didNotRun, largePacketsLost, largeSegmentsLost, repliesLost, requestsRefused } from "./transfers.ts";
import type { Verdict } from "./verdict.ts";
import { type BootView, type JudgeContext, viewOf } from "./view.ts";

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

/** What went wrong while files were fetched. */
const faults: readonly Rule[] = [
  ...contentFault,
  kernelOfAnotherType,
  kernelForBios,
  kernelOfOtherCommand,
  // Before the missing file: shim's key manager need not be there.
  shimRefused,
  piFileMissing,
  coreBesideScript,
  coreForOtherFirmware,
  ...missingFile,
  ...foreignFile,
  requestsLeftOut,
  requestsRefused,
  largePacketsLost,
  largeSegmentsLost,
  repliesLost,
  moduleForOtherFirmware,
  transferCut,
  kernelRefused,
  portNotServed,
  unknownCommand,
  jumpToNowhere,
  entryLacks,
  tlsToPlainPort,
  grubLegacyWords,
  offerByTls,
  bcdNamesAnother,
];

/** What a boot came to: the first rule that applies. */
const rules: readonly Rule[] = [
  leasesOurAddress,
  // Before the operating system: what comes up after the boot check is that of the disk.
  checkRefused,
  checkReached,
  ...chainLoop,
  programAsks,
  ...imageRules,
  { id: "booted", when: (view) => (isProvenFault(view) || awaitsRoot(view) ? undefined : systemSeen.when(view)) },
  ...faults,
  piDelivered,
  unknownWord,
  jumpMayLeadNowhere,
  scriptNamesNothing,
  namedNeverAsked,
  didNotRun,
  sanTarget,
  ...sanDisk,
  grubReadsDisk,
  ...goesOnElsewhere,
  kernelMayNeedOtherCommand,
  kernelReturned,
  ...delivered,
  interfacesLeftOut,
  ...silenceKept,
  ...beforeFiles,
  serverFails,
  filesElsewhere,
  trailEnds,
];

/** What a boot came to whose system still has to fetch its root: neither well nor unclear. */
const rulesBeforeRoot: readonly Rule[] = rules.slice(0, rules.indexOf(piDelivered));

/** What comes up after a proven fault is the system of the disk. */
function isProvenFault(view: BootView): boolean {
  return firstOf(faults, { ...view, silentFor: () => true })?.confidence === "certain";
}

/**
 * The outcome of a boot, as far as it is known now. The first verdict is the one that matters; after it come
 * warnings and what only looks like a fault. Empty while there is nothing to say. When the firmware went on with its
 * next boot option, the fault of the first one stays what the boot came to, unless the next one went well. Pure.
 */
export function judge(boot: Boot, context: JudgeContext): readonly Verdict[] {
  const view = viewOf(boot, context);
  const present = firstOf(awaitsRoot(view) ? rulesBeforeRoot : rules, view);
  const { earlier } = boot;
  const [primary, other] =
    present?.severity === "success" ? [present, earlier] : [earlier ?? present, earlier && present];
  // As long as the client may still come here, another server is none of its faults.
  const warns = primary?.id !== "B16" && (primary !== undefined || view.silentFor(12_000));
  const besides = [...(warns ? [secondProxy] : []), ...oddities].map((rule) => applied(rule, view));
  return [primary, other, ...besides].filter((verdict) => verdict !== undefined);
}

function firstOf(rules: readonly Rule[], view: BootView): Verdict | undefined {
  for (const rule of rules) {
    const verdict = applied(rule, view);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
