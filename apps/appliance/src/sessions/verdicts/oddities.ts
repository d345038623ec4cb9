import { beganAfter } from "./asked.ts";
import { found, type Rule } from "./rule.ts";
import { isOffered } from "./view.ts";

/** What looks like a failure and is none: it stands beside the verdict. */
export const oddities: readonly Rule[] = [
  {
    id: "B07",
    when({ files }) {
      const probe = files.find(({ outcome, protocol }) => outcome === "probe" && protocol === "tftp");
      return probe === undefined ? undefined : found("size-probe", "certain", [probe], { file: probe.file });
    },
  },
  {
    id: "B11",
    when(view) {
      const searched = view.files.filter(
        (file) =>
          file.outcome === "not-found" && !isOffered(view, file) && view.done.some((later) => beganAfter(later, file)),
      );
      const [first] = searched;
      if (first === undefined) return undefined;
      return found("search", "certain", searched.slice(0, 16), { first: first.file, count: searched.length });
    },
  },
];
