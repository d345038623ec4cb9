import type { FileNeed } from "../../catalogue/file-facts.ts";
import { beganAfter } from "./asked.ts";
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

/** The client was sent a URL with https on a port of this machine on which Bootlace speaks plain HTTP. */
export const offerByTls: Rule = {
  id: "B06",
  when(view) {
    const { reply, leases, network } = view;
    const [, address = "", port = "443"] = /^https:\/\/([^/:]+)(?::(\d+))?(?:\/|$)/i.exec(reply?.bootFile ?? "") ?? [];
    if (reply?.bootFile === undefined || !network.addresses.includes(address)) return undefined;
    if (!network.httpPorts.includes(Number(port)) || view.files.some((file) => beganAfter(file, reply)))
      return undefined;
    if (leases.length > 0 ? !view.silentFor(5_000) : view.discoverCount < 3) return undefined;
    const facts = { url: reply.bootFile, host: `${address}:${port}`, rule: reply.rule };
    return found("offer-by-tls", "likely", [reply, leases.at(-1)], facts);
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
