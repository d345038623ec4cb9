import type { FileNeed } from "../../catalogue/file-facts.ts";
import { ownWordsOf } from "./own-words.ts";
import { found, type Rule } from "./rule.ts";

/** A script asks by TLS for a port of this machine on which Bootlace speaks plain HTTP. */
export const tlsToPlainPort: Rule = {
  id: "B06",
  when(view) {
    const words = ownWordsOf(view);
    if (words === undefined || words.waits || words.begun || view.done.at(-1) !== words.by) return undefined;
    const { starts } = view.factsOf(words.by.file) ?? {};
    const isMet = ({ tls, optional, entry }: FileNeed) =>
      tls === "plain-port" && !optional && (entry === undefined || entry === starts);
    const need = words.needs.find(isMet);
    if (need?.host === undefined || !view.silentFor(5_000)) return undefined;
    const { name, host, line } = need;
    return found("tls-to-plain-port", "likely", [words.by], { by: words.by.file, name, host, line });
  },
};

/** A script starts from a disk on the network, which is reached by no protocol of ours. */
export const sanTarget: Rule = {
  id: "unclear",
  when(view) {
    const words = ownWordsOf(view);
    const target = words?.elsewhere.find(({ san }) => san === true);
    if (words === undefined || target?.host === undefined || !view.silentFor(10_000)) return undefined;
    const { name, host, line } = target;
    return found("san-target", "guess", [words.by], { by: words.by.file, name, host, line });
  },
};
