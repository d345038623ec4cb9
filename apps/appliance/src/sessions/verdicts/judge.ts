import { quote } from "@bootlace/dhcp-core";
import { ignoreReasons } from "@bootlace/proxy-dhcp";
import type { Boot } from "../boot.ts";
import { beforeFiles, secondProxy, unanswered } from "./before-files.ts";
import { reachedCheck } from "./boot-check.ts";
import { grubWentElsewhere, kernelSent, loaderSent, systemSeen } from "./booted.ts";
import { chainLoop, missingFile, normalOddities } from "./files.ts";
import { shimRefused } from "./secure-boot.ts";
import { didNotRun, largePacketsLost, repliesLost, requestsRefused } from "./transfers.ts";
import { type Verdict, verdict } from "./verdict.ts";
import { type BootView, type JudgeContext, viewOf } from "./view.ts";

/**
 * What a boot came to, as far as it can be told now. The first verdict is the one that matters; after it come
 * warnings and what only looks like a fault. Empty while there is nothing to tell. Pure.
 */
export function judge(boot: Boot, context: JudgeContext): readonly Verdict[] {
  const view = viewOf(boot, context);
  const primary = outcome(view);
  const proxy = primary?.id === "B16" ? undefined : secondProxy(view);
  return [primary, proxy, ...normalOddities(view)].filter((found) => found !== undefined);
}

function outcome(view: BootView): Verdict | undefined {
  return (
    // Before the operating system: what comes up after the boot check is that of the disk.
    reachedCheck(view) ??
    systemSeen(view) ??
    chainLoop(view) ??
    // Before the missing file: shim's key manager need not be there.
    shimRefused(view) ??
    missingFile(view) ??
    requestsRefused(view) ??
    largePacketsLost(view) ??
    repliesLost(view) ??
    kernelSent(view) ??
    didNotRun(view) ??
    grubWentElsewhere(view) ??
    loaderSent(view) ??
    silenceKept(view) ??
    beforeFiles(view) ??
    filesElsewhere(view) ??
    trailEnds(view)
  );
}

/** What the rules say when somebody wants a client ignored; all else they say is for want of a boot file. */
const willed: ReadonlySet<string> = new Set(["the rule says ignore", "told to ignore this boot"]);

/** We gave no answer. When it is for want of a boot file, that is a fault; else it is somebody's will. */
function silenceKept(view: BootView): Verdict | undefined {
  const silence = unanswered(view);
  if (silence === undefined) return undefined;
  const { reason, detail, rule } = silence;
  const evidence = [...view.discovers, silence];
  const why = reason === "no-plan" && detail !== undefined ? detail : ignoreReasons[reason];
  const nothing =
    reason === "no-boot-file" || reason === "no-boot-url" || (reason === "no-plan" && !willed.has(detail ?? ""));
  if (nothing) {
    // The latest: U-Boot asks as itself first, and then as UEFI firmware.
    const arch = view.discovers.at(-1)?.arch ?? view.boot.arch ?? "this architecture";
    const fix = `put a boot file for ${arch} into the root folder, or write a rule that names one`;
    return verdict("B10", "certain", evidence, `Bootlace has nothing to boot for this client: ${why}`, fix);
  }
  const more = detail === undefined || detail === why ? "" : ` (${quote(detail)})`;
  const by = rule === undefined ? "" : `, rule ${quote(rule)}`;
  return verdict("unanswered", "certain", evidence, `Bootlace did not answer: ${why}${more}${by}`);
}

function filesElsewhere(view: BootView): Verdict | undefined {
  const { telling } = view;
  if (!view.elsewhere || telling?.bootFile === undefined || !view.silentFor(20_000)) return undefined;
  const sentence = `the client was sent to ${telling.server} for ${quote(telling.bootFile)}: what it does there is not seen here`;
  return verdict("unclear", "certain", [...view.leases, telling], sentence);
}

function trailEnds(view: BootView): Verdict | undefined {
  const { boot } = view;
  const last = boot.steps.at(-1);
  if (last === undefined || !(boot.givenUp || view.silentFor(60_000))) return undefined;
  return verdict("unclear", "certain", [last], `nothing more was seen after ${lastSeen(view)}`);
}

function lastSeen(view: BootView): string {
  const file = view.files.at(-1);
  if (file !== undefined) return `the request for ${quote(file.file)} (${file.outcome})`;
  if (view.pxeRequests.length > 0) return "the request on port 4011";
  if (view.leases.length > 0) return "the client took an address";
  return view.offers.length > 0 ? "our offer" : "the client's request";
}
