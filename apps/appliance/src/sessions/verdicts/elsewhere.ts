import { hostOfBootFile, isLoaderName } from "../../catalogue/file-role.ts";
import type { StepOf } from "../step.ts";
import { beganAfter, keyOf } from "./asked.ts";
import { hasScriptFromHere } from "./missing-files.ts";
import { found, type Rule } from "./rule.ts";
import type { BootView } from "./view.ts";

/** The file server that a rule names was asked, and cannot serve this boot. */
export const serverFails: Rule = {
  id: "B22",
  when(view) {
    const { serverAsked: step } = view;
    if (step === undefined || step.result === "serves") return undefined;
    const { server, file, result } = step;
    return found("server-fails", "likely", [view.reply, step], { server, file, result });
  },
};

/**
 * GRUB is there and fetches nothing here. Debian's takes the server of its files from the DHCP server's reply, and its
 * signed ones have no HTTP.
 */
const grubWentElsewhere: Rule = {
  id: "unclear",
  when(view) {
    const last = view.done.at(-1);
    if (last === undefined || !/(^|\/)grub[^/]*\.efi/i.test(last.file) || !view.silentFor(30_000)) return undefined;
    if (view.files.some((step) => beganAfter(step, last) && step.protocol === last.protocol)) return undefined;
    const { file } = last;
    return last.protocol === "http"
      ? found("grub-without-http", "likely", [last], { file })
      : found("grub-went-elsewhere", "likely", [last], { file, server: view.reply?.server });
  },
};

/** iPXE runs and got no script from here: it has one inside, which goes on elsewhere. */
const ipxeGoesOn: Rule = {
  id: "unclear",
  when(view) {
    if (!view.ipxe || hasScriptFromHere(view) || !view.silentFor(20_000)) return undefined;
    const up = view.discovers.findLast(({ firmware }) => firmware === "ipxe");
    const program = view.done.findLast(({ time }) => up === undefined || time <= up.lastAt);
    const files = up === undefined ? view.files : view.files.filter(({ time }) => time > up.time);
    if (program === undefined || files.some(({ outcome }) => outcome === "done" || outcome === "aborted"))
      return undefined;
    const router = view.foreign.find(({ proxy }) => !proxy);
    const server = router?.server ?? view.leases.at(-1)?.server;
    const facts = {
      ...(server === undefined ? {} : { server }),
      ...(router?.nextServer === undefined ? {} : { nextServer: router.nextServer }),
      tried: files.slice(0, 4).map(({ file }) => file),
    };
    return found("ipxe-goes-on", "likely", [program, up, ...files.slice(0, 8)], facts);
  },
};

const filesElsewhere: Rule = {
  id: "unclear",
  when(view) {
    const { reply } = view;
    if (!view.elsewhere || reply?.bootFile === undefined || !view.silentFor(20_000)) return undefined;
    const facts = { server: hostOfBootFile(reply.bootFile) ?? reply.server, file: reply.bootFile };
    return found("files-elsewhere", "certain", [...view.leases, reply], facts);
  },
};

/** A program of ours came up, was sent a boot file, and did not fetch it. */
const nextNotFetched: Rule = {
  id: "B06",
  when(view) {
    const next = unfetchedOffer(view);
    if (next?.bootFile === undefined || next.elsewhere || !view.silentFor(35_000)) return undefined;
    return found("next-not-fetched", "likely", [next, view.leases.at(-1)], { file: next.bootFile });
  },
};

/** The answer after the last file, where it names one that the client has not got yet. */
function unfetchedOffer(view: BootView): StepOf<"offer"> | StepOf<"ack"> | undefined {
  const { reply } = view;
  const last = view.files.at(-1);
  if (reply?.bootFile === undefined || last === undefined || beganAfter(last, reply) || !view.ipxe) return undefined;
  const name = keyOf(reply.bootFile.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "").replace(/[?#].*$/, ""));
  return view.asked.some(({ key }) => key === name) || isLoaderName(name) ? undefined : reply;
}

export const goesOnElsewhere: readonly Rule[] = [grubWentElsewhere, nextNotFetched, ipxeGoesOn];
export { filesElsewhere };
