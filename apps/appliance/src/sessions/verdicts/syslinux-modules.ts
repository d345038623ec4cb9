import { plainName } from "../../catalogue/file-role.ts";
import { notServedOf } from "../file-reason.ts";
import { realPath } from "../real-path.ts";
import { beganAfter, keyOf } from "./asked.ts";
import { found, type Rule } from "./rule.ts";
import { isOvercome, isSettled, namedBy } from "./unresolved.ts";
import type { BootView } from "./view.ts";

const cores = /(^|\/)ldlinux\.(c32|e64)$/;

/**
 * A module of Syslinux for the other kind of firmware: the loader reads its header and leaves the rest. It does not go on
 * until a person chooses something else.
 */
export const moduleForOtherFirmware: Rule = {
  id: "B12",
  when(view) {
    const core = view.asked.findLast(({ key, cameAt }) => cores.test(key) && cameAt !== undefined);
    if (core === undefined) return undefined;
    const runs = core.key.endsWith(".c32") ? "BIOS" : "UEFI";
    for (const asked of view.asked) {
      const { key, first, last } = asked;
      if (!/\.c32$/.test(key) || key === core.key || !beganAfter(first, core.first)) continue;
      if (isForOther(view, key, runs) && !isOvercome(view, asked) && view.context.now - first.time >= patience) {
        return found("module-for-other-firmware", "certain", [core.last, last], { file: last.file, runs });
      }
    }
    return undefined;
  },
};

/**
 * The core of Syslinux for the other kind of firmware, under the name that the loader asks for: it reads the header, leaves the rest,
 * and looks in folders where there is none.
 */
export const coreForOtherFirmware: Rule = {
  id: "B12",
  when(view) {
    const loader = view.done.find(({ file }) => startsCore.test(plainName(file)));
    if (loader === undefined) return undefined;
    const runs = /\.0$/.test(plainName(loader.file)) ? "BIOS" : "UEFI";
    for (const asked of view.asked) {
      const { key, first, cameAt } = asked;
      if (!cores.test(key) || cameAt !== undefined || !beganAfter(first, loader)) continue;
      // An attempt that broke off, and the search in other folders after it: a slow transfer is still on its way.
      const gaveUp = view.files.find((step) => keyOf(step.file) === key && step.outcome === "aborted");
      const sought = view.asked.some(({ first: other, key: name }) => {
        return name !== key && cores.test(name) && beganAfter(other, first);
      });
      if (gaveUp === undefined || !sought || !isForOther(view, key, runs)) continue;
      if (isSettled(view, asked, 2_000)) {
        return found("module-for-other-firmware", "certain", [loader, gaveUp], { file: gaveUp.file, runs });
      }
    }
    return undefined;
  },
};

const startsCore = /(^|\/)(l?pxelinux\.0|syslinux\.efi)$/i;

/** Milliseconds in which a loader that could use the module would ask for what follows. */
const patience = 4_000;

/** Modules for BIOS are ELF files of 32 bits; those for 32-bit UEFI are, too, and cannot be distinguished from them. */
function isForOther(view: BootView, key: string, runs: "BIOS" | "UEFI"): boolean {
  const { kind, machine } = view.factsOf(key) ?? {};
  if (kind !== "module" || machine === undefined) return false;
  return (machine === "x86") !== (runs === "BIOS");
}

/**
 * PXELINUX that a script of iPXE started looks beside the boot file that DHCP has named, which is the script, unless it is
 * given a folder by option 210 (Syslinux doc/pxelinux.txt).
 */
export const coreBesideScript: Rule = {
  id: "B10",
  when(view) {
    const loader = view.done.findLast(({ file }) => /(^|\/)l?pxelinux\.0$/i.test(plainName(file)));
    const named = loader === undefined ? undefined : namedBy(view, keyOf(loader.file));
    if (loader === undefined || named === undefined || view.factsOf(named.by.file)?.loader !== "ipxe") return undefined;
    if (view.done.some((step) => beganAfter(step, loader))) return undefined;
    const sought = view.asked.filter(({ first, last, key }) => {
      return /ldlinux\.c32$/.test(key) && last.outcome === "not-found" && beganAfter(first, loader);
    });
    const folder = keyOf(realPath(loader.file, view.context.root)).replace(/[^/]*$/, "");
    const [first] = sought;
    if (first === undefined || sought.some(({ key }) => key === `${folder}ldlinux.c32`)) return undefined;
    if (!isSettled(view, first, 2_000)) return undefined;
    const facts = {
      by: named.by.file,
      line: named.need.line,
      loader: loader.file,
      step: notServedOf(first.last, view.context.root),
    };
    return found("core-beside-script", "certain", [named.by, loader, ...sought.map(({ last }) => last)], facts);
  },
};
