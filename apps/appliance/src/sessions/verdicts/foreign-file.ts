import { plainName } from "../../catalogue/file-role.ts";
import { isTried, searchNameOf } from "../../catalogue/tries.ts";
import { notServedOf } from "../file-reason.ts";
import type { StepOf } from "../step.ts";
import { type Asked, keyOf } from "./asked.ts";
import { secondProxy } from "./before-files.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { isSettled } from "./unresolved.ts";
import { type BootView, isOffered } from "./view.ts";

/** The first file a client asks for here is none that Bootlace named, and none that is here: another server named it. */
export const foreignFile: readonly Rule[] = [
  { id: "B16", when: otherProxyLed },
  { id: "B03", when: foreignFileMissing },
];

/** A Raspberry Pi says it is a PC, and its MAC address need not be a known one. */
const piFirst = /(^|\/)(bootcode\.bin|start[^/]*\.elf)$/;

/** What firmware requested first and did not find, before it got anything from here. */
function firstMissing(view: BootView): Asked | undefined {
  const [first] = view.asked;
  const { firmware } = view.boot;
  if (first === undefined || view.done.length > 0 || first.last.outcome !== "not-found") return undefined;
  if (isOffered(view, first.first) || !isSettled(view, first, 4_000)) return undefined;
  const isNamed = namedByOther(view, first) !== undefined;
  // Programs try names of their own; firmware asks for what it was given.
  const isFirmware = (firmware === "bios" || firmware === "uefi") && !view.ipxe;
  const isSearch = isTried(first.key) || searchNameOf(first.key) !== undefined || piFirst.test(first.key);
  return isNamed || (isFirmware && !isSearch) ? first : undefined;
}

/** The offer of another server that names this file. */
export function namedByOther(view: BootView, { key }: Pick<Asked, "key">): StepOf<"foreign-offer"> | undefined {
  return view.foreign.find(({ bootFile }) => bootFile !== undefined && keyOf(plainName(bootFile)) === key);
}

function otherProxyLed(view: BootView): Found | undefined {
  const missing = firstMissing(view);
  if (missing === undefined || view.foreign.some(({ proxy }) => proxy) === false) return undefined;
  const proxy = secondProxy.when(view);
  return proxy === undefined ? undefined : { ...proxy, evidence: [...proxy.evidence, missing.last] };
}

function foreignFileMissing(view: BootView): Found | undefined {
  const missing = firstMissing(view);
  if (missing === undefined) return undefined;
  const offer = namedByOther(view, missing);
  const router = offer?.server ?? view.leases.at(-1)?.server;
  const facts = { router, step: notServedOf(missing.last, view.context.root) };
  const evidence = [offer, ...view.leases, missing.last];
  return found("foreign-file-not-served", offer === undefined ? "likely" : "certain", evidence, facts);
}
