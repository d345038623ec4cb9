import { silenceReason } from "../../catalogue/reasons/table.ts";
import type { VerdictId } from "../../catalogue/verdicts.ts";
import type { StepOf } from "../step.ts";
import type { Cause } from "./causes/table.ts";
import { leaseLeftOut, offersNotTaken, pxeMenuWaits } from "./leases.ts";
import { archOf } from "./machines.ts";
import { type Found, found, type Rule } from "./rule.ts";
import type { BootView } from "./view.ts";

/** The rules for boots that ended before the first file, most specific first. */
const rules: readonly Rule[] = [
  { id: "B15", when: piAsksForNothing },
  { id: "B02", when: routerIsPxeServer },
  { id: "B03", when: routerBootFile },
  { id: "B16", when: secondProxyWon },
  leaseLeftOut,
  offersNotTaken,
  pxeMenuWaits,
  { id: "B05", when: pxeAckLost },
  { id: "B04", when: pxePortSilent },
  { id: "B14", when: urlNotFetched },
  { id: "B06", when: ubootHeedsLease },
  { id: "B06", when: fileNotFetched },
  { id: "B01", when: noLease },
];

export const beforeFiles: readonly Rule[] = rules.map(({ id, when }) => ({
  id,
  when: (view) => (view.files.length > 0 || view.boot.mac === undefined ? undefined : when(view)),
}));

function noLease(view: BootView): Found | undefined {
  const { discovers, discoverCount: asked, offers, leases, pxeRequests, foreign, context } = view;
  if (offers.length === 0 || leases.length > 0 || pxeRequests.length > 0) return undefined;
  if (foreign.some(({ proxy }) => !proxy)) return undefined;
  if (!(asked >= 3 || (asked >= 2 && view.silentFor(10_000)))) return undefined;
  const audible = context.overhearing && discovers.every(({ broadcast, relay }) => broadcast && relay === undefined);
  return found("no-lease", audible ? "likely" : "guess", [...discovers, ...offers], { asked, audible });
}

function routerIsPxeServer(view: BootView): Found | undefined {
  const claim = view.foreign.find(({ proxy, vendorClass }) => !proxy && vendorClass?.startsWith("PXEClient"));
  if (claim === undefined || view.pxeRequests.length > 0 || !isStuck(view, 12_000)) return undefined;
  // edk2 prefers a proxy offer with option 43 to a bare option 60 of the DHCP server.
  const loses = view.offers.some(({ form }) => form === "server") || view.boot.firmware !== "uefi";
  const evidence = [...view.discovers, claim, ...view.leases];
  return found("router-claims-pxe", loses ? "certain" : "likely", evidence, { router: claim.server });
}

function routerBootFile(view: BootView): Found | undefined {
  const offer = view.foreign.find(({ proxy, bootFile }) => !proxy && bootFile !== undefined);
  if (offer?.bootFile === undefined || view.leases.length === 0) return undefined;
  if (view.pxeRequests.length > 0 || view.elsewhere || !view.silentFor(15_000)) return undefined;
  const firmware = view.boot.firmware;
  // iPXE looks into the address offer first; edk2 prefers a proxy; ROMs differ.
  const confidence = firmware === "ipxe" ? "certain" : firmware === "bios" ? "likely" : "guess";
  const facts = { router: offer.server, file: offer.bootFile };
  return found("router-names-file", confidence, [offer, ...view.leases], facts);
}

/** Only when this client got nothing from us; otherwise the second proxy is a warning beside the verdict. */
function secondProxyWon(view: BootView): Found | undefined {
  if (view.leases.length === 0 || view.pxeRequests.length > 0) return undefined;
  return view.elsewhere || !view.silentFor(12_000) ? undefined : secondProxy.when(view);
}

/** A second source of offers without an address. Seen, so certain; that it does harm is another matter. */
export const secondProxy: Rule = {
  id: "B16",
  when({ foreign, offers }) {
    const other = foreign.find(({ proxy }) => proxy);
    if (other === undefined) return undefined;
    return found("second-proxy", "certain", [other, ...offers], { proxy: other.server, file: other.bootFile });
  },
};

function pxePortSilent(view: BootView): Found | undefined {
  const { leases, pxeRequests, boot, context } = view;
  const offer = view.offers.findLast(
    ({ form, bootFile }) => form === "server" || (form === "menu" && bootFile === undefined),
  );
  if (offer === undefined || leases.length === 0 || pxeRequests.length > 0 || boot.firmware === "ipxe")
    return undefined;
  // A menu with a time limit has its time, and one without is none of this.
  if (!view.silentFor(12_000 + (offer.menuSeconds ?? 0) * 1000)) return undefined;
  return found("pxe-port-silent", "likely", [offer, ...leases], { heard: context.pxePortHeard });
}

function pxeAckLost(view: BootView): Found | undefined {
  const { pxeRequests, acks } = view;
  const asked = pxeRequests.reduce((sum, { times }) => sum + times, 0);
  const answered = acks.reduce((sum, { times }) => sum + times, 0);
  if (asked < 3 || answered < 3 || !view.silentFor(2_000)) return undefined;
  return found("pxe-ack-lost", "likely", [...pxeRequests, ...acks], { asked });
}

function fileNotFetched(view: BootView): Found | undefined {
  const { reply, boot, leases, acks } = view;
  if (reply?.bootFile === undefined || view.elsewhere || view.discovers.some(({ http }) => http)) return undefined;
  if (reply.kind === "offer" && leases.length === 0) return undefined;
  // iPXE may wait 15 s for IPv6 before it goes on.
  if (!view.silentFor(boot.firmware === "ipxe" ? 35_000 : 20_000)) return undefined;
  return found("file-not-fetched", "likely", [...leases, ...acks, reply], {
    file: reply.bootFile,
    long: reply.notes.includes("file-only-in-option-67"),
    url: /^https?:/i.test(reply.bootFile),
    // iPXE looks into the address offer first, and a DHCP server may send that where Bootlace does not hear it.
    unheard: reply.kind === "offer" && !view.foreign.some(({ proxy }) => !proxy),
    relay: view.discovers.find(({ relay }) => relay !== undefined)?.relay,
  });
}

/** U-Boot drops offers without an address unless it was built otherwise, and few builds are. */
function ubootHeedsLease(view: BootView): Found | undefined {
  const { reply, boot, leases } = view;
  const lessor = leases.at(-1)?.server;
  if (boot.firmware !== "u-boot" || reply?.bootFile === undefined || lessor === undefined) return undefined;
  if (view.elsewhere || !view.silentFor(20_000)) return undefined;
  const facts = { file: reply.bootFile, lessor, server: reply.server };
  return found("u-boot-heeds-lease", "likely", [...view.discovers, reply, ...leases], facts);
}

function urlNotFetched(view: BootView): Found | undefined {
  const { reply, leases } = view;
  if (reply?.bootFile === undefined || reply.form !== "http" || !isStuck(view, 20_000)) return undefined;
  const named = reply.notes.includes("url-host-is-a-name");
  // A name that cannot be looked up makes the firmware drop the offer before it takes an address.
  if (named ? leases.length > 0 : leases.length === 0 || view.elsewhere) return undefined;
  const evidence = [...view.discovers, reply, ...leases];
  return found(named ? "url-host-is-a-name" : "url-not-fetched", "likely", evidence, { url: reply.bootFile });
}

function piAsksForNothing(view: BootView): Found | undefined {
  const { boot, offers, discoverCount: asked, leases } = view;
  if (boot.firmware !== "raspberry-pi" || offers.length === 0 || view.elsewhere) return undefined;
  if (!(asked >= 4 || (leases.length > 0 && view.silentFor(20_000)))) return undefined;
  const evidence = [...view.discovers, ...offers, ...leases];
  return found("pi-asks-for-nothing", "likely", evidence, { asked, server: offers[0]?.server ?? "" });
}

/** The client repeats itself, or went silent without having come to us. */
function isStuck(view: BootView, milliseconds: number): boolean {
  return view.leases.length > 0 ? view.silentFor(milliseconds) : view.discoverCount >= 3;
}

/** Bootlace said nothing, on purpose. What that comes to hangs on the reason. */
export const silenceKept: readonly Rule[] = [
  { id: "B10", when: silenceOf("B10", "nothing-to-boot") },
  { id: "B17", when: silenceOf("B17", "kept-from-file") },
  { id: "unanswered", when: silenceOf(undefined, "not-answered") },
];

/** A program of ours asks for a server that Bootlace is not. */
export const programAsks: Rule = {
  id: "B23",
  when(view) {
    const last = view.silences.findLast((silence) => silenceReason(silence).verdict === "B23");
    if (last === undefined || view.done.some(({ time }) => time > last.lastAt)) return undefined;
    const program = view.done.at(-1);
    const facts = { silence: wordsOfSilence(last), arch: archOf(view.boot), file: program?.file };
    return found("program-asks", "certain", [program, last], facts);
  },
};

function wordsOfSilence({ reason, code, detail, rule }: StepOf<"silence">) {
  return {
    reason,
    ...(code === undefined ? {} : { code }),
    ...(detail === undefined ? {} : { detail }),
    ...(rule === undefined ? {} : { rule }),
  };
}

type SilenceCause = "nothing-to-boot" | "kept-from-file" | "not-answered";

/** @param id the verdict in the reason's row; any when undefined */
function silenceOf(id: VerdictId | undefined, cause: SilenceCause & Cause): Rule["when"] {
  return (view) => {
    const last = unanswered(view);
    if (last === undefined || (id !== undefined && silenceReason(last).verdict !== id)) return undefined;
    const silence = wordsOfSilence(last);
    // The latest: U-Boot asks as itself first, and then as UEFI firmware.
    const arch = archOf({ ...view.boot, arch: view.discovers.at(-1)?.arch ?? view.boot.arch });
    return found(cause, "certain", [...view.discovers, last], { silence, arch });
  };
}

/** At all, or to what the client asked last. */
function unanswered(view: BootView): StepOf<"silence"> | undefined {
  const last = view.silences.at(-1);
  if (last === undefined || view.files.length + view.acks.length > 0) return undefined;
  return view.offers.length === 0 || (last.port === "pxe" && view.silentFor(10_000)) ? last : undefined;
}
