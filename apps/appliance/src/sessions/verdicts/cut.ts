import { reasonOf } from "../file-reason.ts";
import type { FileStep } from "../step.ts";
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
    return found("transfer-cut", "certain", [cut], facts);
  },
};

function isCut({ boot }: BootView, { outcome, reason, bytes }: FileStep): boolean {
  if (outcome === "running") return boot.givenUp;
  return outcome === "aborted" && reason !== "replaced" && (bytes > 0 || reason !== "unanswered");
}
