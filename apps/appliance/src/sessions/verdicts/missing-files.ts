import { plainName } from "../../catalogue/file-role.ts";
import { notServedOf } from "../file-reason.ts";
import type { needHints } from "./causes/files.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { type BootView, isOffered } from "./view.ts";

/** A file without which the boot cannot go on was not served. */
export const missingFile: readonly Rule[] = [
  { id: "B10", when: bootFileMissing },
  { id: "B10", when: neededFileMissing },
  { id: "B10", when: laterFileMissing },
  { id: "B10", when: piFilesMissing },
];

/** Names whose absence is part of a search, or that are only asked for in case they are there. */
const optional =
  /(^|\/)(autoexec\.ipxe|local-vars\.ipxe|revocations[^/]*\.efi|shim_certificate[^/]*\.efi|bootsig\.bin)$|\.(lst|mod)$|(^|\/)(grub\.cfg-|pxelinux\.cfg\/)/i;

/** A loader and what it cannot do without. */
const needs: readonly { readonly loader: RegExp; readonly needed: RegExp; readonly need: keyof typeof needHints }[] = [
  {
    loader: /(^|\/)l?pxelinux[^/]*$|syslinux[^/]*\.efi$/i,
    needed: /(^|\/)ldlinux\.(c32|e32|e64)$/i,
    need: "ldlinux",
  },
  {
    loader: /(^|\/)(shim|boot)[^/]*\.efi/i,
    needed: /(^|\/)(grub[^/]*|fb[^/]*)\.efi$/i,
    need: "second-stage",
  },
  { loader: /(^|\/)l?pxelinux[^/]*$/i, needed: /(^|\/)pxelinux\.cfg\/default$/i, need: "pxelinux-config" },
];

function bootFileMissing(view: BootView): Found | undefined {
  const step = view.files.find((file) => file.outcome === "not-found" && isOffered(view, file));
  if (step === undefined || !view.silentFor(2_000)) return undefined;
  if (view.done.some((file) => plainName(file.file) === plainName(step.file))) return undefined;
  const facts = { step: notServedOf(step), arch: view.boot.arch };
  return found("boot-file-not-served", "certain", [view.reply, step], facts);
}

function neededFileMissing(view: BootView): Found | undefined {
  for (const { loader, needed, need } of needs) {
    const loaded = view.done.find((file) => loader.test(plainName(file.file)));
    if (loaded === undefined || view.done.some((file) => needed.test(plainName(file.file)))) continue;
    const missing = view.files.filter((file) => file.outcome === "not-found" && needed.test(plainName(file.file)));
    const [first] = missing;
    if (first === undefined || !view.silentFor(10_000)) continue;
    // pxelinux looks for its configuration under many names; any of them will do.
    if (first.role === "config" && view.done.some(({ role }) => role === "config")) continue;
    const facts = { loader: loaded.file, step: notServedOf(first), need };
    return found("needed-file-not-served", "certain", [loaded, ...missing], facts);
  }
  return undefined;
}

/** The configuration names a kernel or the like that is not there, and that was the end. */
function laterFileMissing(view: BootView): Found | undefined {
  const last = view.files.at(-1);
  if (last?.outcome !== "not-found" || view.boot.firmware === "raspberry-pi") return undefined;
  if (optional.test(plainName(last.file)) || last.role === "config" || !view.silentFor(10_000)) return undefined;
  const before = view.done.at(-1);
  if (before === undefined || view.done.some(({ role }) => role === "kernel")) return undefined;
  const facts = { before: before.file, step: notServedOf(last) };
  return found("later-file-not-served", "likely", [before, last], facts);
}

/** A Pi asks for dozens of names that need not be there: only when it found nothing at all, something is wrong. */
function piFilesMissing(view: BootView): Found | undefined {
  const { files, boot } = view;
  const [first] = files;
  if (boot.firmware !== "raspberry-pi" || first === undefined || !view.silentFor(10_000)) return undefined;
  if (files.some(({ outcome }) => outcome !== "not-found")) return undefined;
  return found("pi-files-missing", "likely", files, { first: first.file });
}
