import { quote } from "@bootlace/dhcp-core";
import { isIpxeBinary } from "@bootlace/proxy-dhcp";
import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import { isKernelName, plainName } from "../../catalogue/file-role.ts";
import type { FileStep, StepOf } from "../step.ts";
import { type Verdict, verdict } from "./verdict.ts";
import { type BootView, cameBack, isTold } from "./view.ts";

/** Names whose absence is part of a search, or that are only asked for in case they are there. */
const optional =
  /(^|\/)(autoexec\.ipxe|local-vars\.ipxe|revocations[^/]*\.efi|shim_certificate[^/]*\.efi|bootsig\.bin)$|\.(lst|mod)$|(^|\/)(grub\.cfg-|pxelinux\.cfg\/)/i;

/** A loader and what it cannot do without. */
const needs: readonly { readonly loader: RegExp; readonly needed: RegExp; readonly hint: string }[] = [
  {
    loader: /(^|\/)l?pxelinux[^/]*$|syslinux[^/]*\.efi$/i,
    needed: /(^|\/)ldlinux\.(c32|e32|e64)$/i,
    hint: "put it beside the boot loader; it must be of the same syslinux version",
  },
  {
    loader: /(^|\/)(shim|boot)[^/]*\.efi/i,
    needed: /(^|\/)(grub[^/]*|fb[^/]*)\.efi$/i,
    hint: "put it into the folder of shim",
  },
  { loader: /(^|\/)l?pxelinux[^/]*$/i, needed: /(^|\/)pxelinux\.cfg\/default$/i, hint: "write this configuration" },
];

/** B10: a file without which the boot cannot go on is not there. */
export function missingFile(view: BootView): Verdict | undefined {
  return bootFileMissing(view) ?? neededFileMissing(view) ?? laterFileMissing(view) ?? raspberryPiFiles(view);
}

function bootFileMissing(view: BootView): Verdict | undefined {
  const step = view.files.find((file) => file.outcome === "not-found" && isTold(view, file));
  if (step === undefined || !view.silentFor(2_000)) return undefined;
  if (view.done.some((file) => plainName(file.file) === plainName(step.file))) return undefined;
  const arch = view.boot.arch === undefined ? "" : ` for ${view.boot.arch}`;
  return verdict(
    "B10",
    "certain",
    [view.telling, step],
    `the boot file${arch}, ${quote(step.file)}, ${whyNotServed(step)}`,
    fixNotServed(step),
  );
}

function neededFileMissing(view: BootView): Verdict | undefined {
  for (const { loader, needed, hint } of needs) {
    const loaded = view.done.find((file) => loader.test(plainName(file.file)));
    if (loaded === undefined || view.done.some((file) => needed.test(plainName(file.file)))) continue;
    const missing = view.files.filter((file) => file.outcome === "not-found" && needed.test(plainName(file.file)));
    const [first] = missing;
    if (first === undefined || !view.silentFor(10_000)) continue;
    // pxelinux looks for its configuration under many names; any of them will do.
    if (first.role === "config" && view.done.some(({ role }) => role === "config")) continue;
    return verdict(
      "B10",
      "certain",
      [loaded, ...missing],
      `${quote(loaded.file)} arrived, but ${quote(first.file)}, which it cannot do without, ${whyNotServed(first)}`,
      first.reason === "missing" ? hint : fixNotServed(first),
    );
  }
  return undefined;
}

/** The configuration names a kernel or the like that is not there, and that was the end. */
function laterFileMissing(view: BootView): Verdict | undefined {
  const last = view.files.at(-1);
  if (last?.outcome !== "not-found" || view.boot.firmware === "raspberry-pi") return undefined;
  if (optional.test(plainName(last.file)) || last.role === "config" || !view.silentFor(10_000)) return undefined;
  const before = view.done.at(-1);
  if (before === undefined || view.done.some(({ role }) => role === "kernel")) return undefined;
  return verdict(
    "B10",
    "likely",
    [before, last],
    `after ${quote(before.file)} the client asked for ${quote(last.file)}, which ${whyNotServed(last)}; then it went silent`,
    fixNotServed(last),
  );
}

/** A Pi asks for dozens of names that need not be there: only when it found nothing at all, something is wrong. */
function raspberryPiFiles(view: BootView): Verdict | undefined {
  const { files, boot } = view;
  if (boot.firmware !== "raspberry-pi" || files.length === 0 || !view.silentFor(10_000)) return undefined;
  if (files.some(({ outcome }) => outcome !== "not-found")) return undefined;
  const [first] = files;
  return verdict(
    "B10",
    "likely",
    files,
    `the Raspberry Pi found none of the files it asked for, ${quote(first?.file ?? "")} first`,
    "copy the Pi's boot partition into the root folder, or into a folder named after its serial number",
  );
}

function whyNotServed({ reason, detail }: FileStep): string {
  const more = detail === undefined ? "" : ` (${quote(detail)})`;
  switch (reason) {
    case "permission-denied":
      return `may not be read by Bootlace${more}`;
    case "is-directory":
      return "is a folder";
    case "outside-root":
      return "lies outside the root folder";
    case "not-regular":
      return "is no ordinary file";
    case "source-failed":
      return `cannot be read${more}`;
    default:
      return "is not there";
  }
}

function fixNotServed({ reason, file }: FileStep): string {
  if (reason === "permission-denied") return "give the user Bootlace runs as the right to read it";
  if (reason === "outside-root") return "copy it into the root folder: links that lead out of it are not followed";
  return `put the file at ${quote(plainName(file))} below the root folder, or name another one in the rule`;
}

/** B13: the same iPXE comes again and again, or would have. */
export function chainLoop(view: BootView): Verdict | undefined {
  const refused = view.silences.find(({ reason }) => reason === "ipxe-chain-loop");
  const fix = "give iPXE a script: put boot.ipxe into the root folder, or write a rule with when: { firmware: ipxe }";
  if (refused !== undefined) {
    const file = refused.detail === undefined ? "the iPXE binary" : quote(refused.detail);
    const sentence = `iPXE is running and would be handed ${file}, which is iPXE again: Bootlace did not answer it`;
    return verdict("B13", "certain", [...view.done.filter(isIpxeFile), refused], sentence, fix);
  }
  const loads = view.done.filter(
    (file) => isIpxeFile(file) || (isTold(view, file) && spokeIpxe(view) && mayBeIpxe(file)),
  );
  const times = loads.reduce((sum, step) => sum + step.times, 0);
  const [first] = loads;
  if (first === undefined || times < 3 || (loads.at(-1)?.lastAt ?? 0) - first.at > 120_000) return undefined;
  if (loads.some(({ file }) => plainName(file) !== plainName(first.file))) return undefined;
  const known = spokeIpxe(view);
  return verdict(
    "B13",
    known ? "certain" : "likely",
    [...loads, ...view.discovers],
    `the client loaded ${quote(first.file)} ${times} times in a row: iPXE starts and gets itself as boot file`,
    known ? fix : `${fix}; this build of iPXE does not say that it is iPXE (options 77 and 175)`,
  );
}

/** Cards with iPXE in their ROM boot what is none of it, and a person may switch them on three times in two minutes. */
function mayBeIpxe({ file }: FileStep): boolean {
  return !isKernelName(file) && checkProgramNamed(file) === undefined;
}

function isIpxeFile({ file }: FileStep): boolean {
  return isIpxeBinary(file);
}

function spokeIpxe(view: BootView): boolean {
  return view.discovers.some(({ firmware }) => firmware === "ipxe");
}

/** B07 and B11: what looks like a failure and is none. */
export function normalOddities(view: BootView): Verdict[] {
  const found: Verdict[] = [];
  const probe = view.files.find(({ outcome, protocol }) => outcome === "probe" && protocol === "tftp");
  if (probe !== undefined) {
    const sentence = `the client asked for the size of ${quote(probe.file)} before fetching it: that is how it works`;
    found.push(verdict("B07", "certain", [probe], sentence));
  }
  const searched = view.files.filter(
    (file) =>
      file.outcome === "not-found" && !isTold(view, file) && view.done.some((later) => later.number > file.number),
  );
  const [first] = searched;
  if (first !== undefined) {
    const names = searched.length === 1 ? "one name" : `${searched.length} names`;
    const sentence = `the client asked for ${names} that are not there, ${quote(first.file)} first, and went on: a normal search`;
    found.push(verdict("B11", "certain", searched.slice(0, 16), sentence));
  }
  return found;
}

/** The one file that came, when nothing at all followed it. */
export function onlyFirstFile(view: BootView): FileStep | undefined {
  const [first, ...others] = view.done;
  if (first === undefined || first.role === "script") return undefined;
  const same = (file: FileStep) => plainName(file.file) === plainName(first.file);
  if (!others.every(same)) return undefined;
  // Firmware asks for one file. Whoever asks for another, there or not, is the program that it started.
  return view.files.some((file) => file.number > first.number && !same(file)) ? undefined : first;
}

/** The firmware asked again soon after the file, or iPXE came up from it. */
export function afterFile(view: BootView, file: FileStep): { back?: StepOf<"discover">; ipxe: boolean } {
  const back = cameBack(view, file);
  const ipxe = view.discovers.some(({ firmware, lastAt }) => firmware === "ipxe" && lastAt > file.at);
  return { ...(back === undefined ? {} : { back }), ipxe };
}
