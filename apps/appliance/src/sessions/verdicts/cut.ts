import { reasonOf } from "../file-reason.ts";
import type { FileStep } from "../step.ts";
import { beganAfter } from "./asked.ts";
import { found, type Rule } from "./rule.ts";
import { unresolved } from "./unresolved.ts";
import type { BootView } from "./view.ts";

/** A transfer ended in the middle, or never ended, and the client did not ask again. */
export const transferCut: Rule = {
  id: "B20",
  when(view) {
    const cut = unresolved(view).findLast(({ last }) => isCut(view, last))?.last;
    if (cut === undefined) return undefined;
    // What we broke off ourselves needs no silence to be seen.
    const ours = cut.reason === "stopped" || cut.reason === "file-changed" || cut.reason === "io-failed";
    if (!view.silentFor(ours ? 0 : 2_000)) return undefined;
    const { file, bytes, size, reason, protocol, detail } = cut;
    const facts = {
      file,
      bytes,
      size,
      protocol,
      reason: reasonOf(cut) === undefined ? undefined : reason,
      ...(detail === undefined ? {} : { detail }),
    };
    return found("transfer-cut", mayBeWhole(cut) ? "likely" : "certain", [cut], facts);
  },
};

/** What TCP may have on its way at the end (edk2's HTTP asks for 2 MiB): a client that closes then may have it all. */
const mostOnItsWay = 2 * 1024 * 1024;

function mayBeWhole({ protocol, reason, bytes, total, size }: FileStep): boolean {
  const whole = total ?? size;
  return protocol === "http" && reason === "client-closed" && whole !== undefined && whole - bytes <= mostOnItsWay;
}

function isCut(view: BootView, step: FileStep): boolean {
  const { outcome, reason, bytes } = step;
  if (outcome === "running") return view.boot.givenUp;
  if (outcome !== "aborted" || reason === "replaced") return false;
  return bytes > 0 || reason !== "unanswered" || isLastWord(view, step);
}

/** Other files came before, so replies do arrive; none has come since, and the client asked for nothing else. */
function isLastWord({ done, files }: BootView, step: FileStep): boolean {
  const { time, size } = step;
  const [first] = done;
  if (first === undefined || size === 0 || done.some(({ lastAt }) => lastAt > time)) return false;
  return !files.some((other) => beganAfter(other, step));
}
