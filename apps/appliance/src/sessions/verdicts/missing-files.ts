import { plainName } from "../../catalogue/file-role.ts";
import { searchNameOf } from "../../catalogue/tries.ts";
import { isLinkLoop, notServedOf } from "../file-reason.ts";
import { realPath } from "../real-path.ts";
import type { FileStep } from "../step.ts";
import { type Asked, beganAfter, keyOf } from "./asked.ts";
import type { needHints } from "./causes/files.ts";
import { archOf } from "./machines.ts";
import { ownWordsOf } from "./own-words.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { isOvercome, isSettled, namedBy, unresolved } from "./unresolved.ts";
import { type BootView, isOffered } from "./view.ts";

/** A file without which the boot cannot go on was not served. */
export const missingFile: readonly Rule[] = [
  { id: "B10", when: bootFileMissing },
  { id: "B12", when: coreRefused },
  { id: "B10", when: neededFileMissing },
  { id: "B10", when: searchFoundNothing },
  { id: "B10", when: ubootFindsNothing },
  { id: "B10", when: modulesMissing },
  { id: "B10", when: laterFileMissing },
  { id: "B06", when: laterFileRefused },
];

/** Silence after which a loader that was refused something has given up. */
const certainAfter = 2_000;
const likelyAfter = 4_000;

const core = /(^|\/)ldlinux\.(c32|e32|e64)$/i;
const syslinux = /(^|\/)l?pxelinux[^/]*$|syslinux[^/]*\.(efi|0)$/i;

/** A loader and what it cannot do without. */
const needs: readonly { readonly loader: RegExp; readonly needed: RegExp; readonly need: keyof typeof needHints }[] = [
  { loader: syslinux, needed: core, need: "ldlinux" },
  {
    loader: /(^|\/)(shim|boot)[^/]*\.efi/i,
    needed: /(^|\/)(grub[^/]*|fb[^/]*)\.efi$/i,
    need: "second-stage",
  },
];

function isMissing({ last }: Asked): boolean {
  return last.outcome === "not-found";
}

function bootFileMissing(view: BootView): Found | undefined {
  const missing = view.asked.find((asked) => isMissing(asked) && isOffered(view, asked.first));
  if (missing === undefined || !isSettled(view, missing, certainAfter)) return undefined;
  const facts = { step: notServedOf(missing.last, view.context.root), arch: archOf(view.boot) };
  return found("boot-file-not-served", "certain", [view.reply, missing.last], facts);
}

/** A loader got its core and looks for another one: it refused the one it got. */
function coreRefused(view: BootView): Found | undefined {
  const came = view.done.find(({ file }) => core.test(plainName(file)));
  if (came === undefined) return undefined;
  const sought = view.asked.filter((one) => core.test(one.key) && isMissing(one) && beganAfter(one.first, came));
  const [again] = sought;
  if (again === undefined || isOvercome(view, again) || !isSettled(view, again, certainAfter)) return undefined;
  return found("core-refused", "certain", [came, ...sought.map(({ last }) => last)], { file: came.file });
}

function neededFileMissing(view: BootView): Found | undefined {
  for (const { loader, needed, need } of needs) {
    const loaded = view.done.find((file) => loader.test(plainName(file.file)));
    if (loaded === undefined || view.done.some((file) => needed.test(plainName(file.file)))) continue;
    const missing = view.asked.filter((asked) => isMissing(asked) && needed.test(asked.key));
    const [first] = missing;
    if (first === undefined || isOvercome(view, first) || !isSettled(view, first, certainAfter)) continue;
    const step = notServedOf(first.last, view.context.root);
    const facts = { loader: loaded.file, step, need, ...folderOf(view, first.first.file) };
    return found("needed-file-not-served", "certain", [loaded, ...missing.map(({ last }) => last)], facts);
  }
  return undefined;
}

/** In which folder a file was asked for, and where one of that name lies. */
export function folderOf(view: BootView, file: string): { folder: string; lies?: string } {
  const name = realPath(file, view.context.root);
  const [lies] = view.namesakesOf(file);
  return { folder: name.split("/").slice(0, -1).join("/"), ...(lies === undefined ? {} : { lies }) };
}

/** Every name under which a loader looks for its configuration was refused. */
function searchFoundNothing(view: BootView): Found | undefined {
  const named = view.asked.flatMap((asked) => {
    const name = searchNameOf(asked.first.file);
    return name === undefined ? [] : [{ asked, ...name }];
  });
  const sure = new Set(named.filter(({ doubtful }) => !doubtful).map(({ place }) => place));
  const searched = named.filter(({ place }) => sure.has(place));
  const last = searched.findLast(({ general }) => general) ?? searched.at(-1);
  if (last === undefined || searched.some(({ asked }) => asked.cameAt !== undefined)) return undefined;
  if (searched.some(({ asked }) => !isMissing(asked)) || isOvercome(view, last.asked)) return undefined;
  if (!isSettled(view, last.asked, last.general ? certainAfter : 10_000)) return undefined;
  const loader = view.done.at(-1);
  // What is there and cannot be read was meant to be found.
  const meant = searched.find(({ asked }) => isLinkLoop(asked.last)) ?? last;
  const { folder: _folder, ...lies } = folderOf(view, meant.asked.first.file);
  const own = searched.find(({ asked, general }) => !general && view.namesakesOf(asked.first.file).length > 0);
  const misnamed = own === undefined ? undefined : view.namesakesOf(own.asked.first.file)[0];
  const facts = {
    loader: loader?.file,
    step: notServedOf(meant.asked.last, view.context.root),
    several: searched.length > 1,
    ...lies,
    ...(own === undefined || misnamed === undefined ? {} : { misnamed, wanted: baseNameOf(own.asked.first.file) }),
  };
  const evidence = [loader, ...searched.slice(-16).map(({ asked }) => asked.last)];
  return found("search-found-nothing", last.general ? "certain" : "likely", evidence, facts);
}

function baseNameOf(file: string): string {
  return plainName(file).split("/").at(-1) ?? "";
}

/** U-Boot requested its script, and neither that nor any other file that it requested was found. */
function ubootFindsNothing(view: BootView): Found | undefined {
  const script = view.asked.find((asked) => /(^|\/)boot\.scr(\.uimg)?$/.test(asked.key) && isMissing(asked));
  if (script === undefined || view.files.some(({ outcome }) => outcome !== "not-found")) return undefined;
  if (!isSettled(view, script, 10_000)) return undefined;
  const evidence = view.asked.slice(0, 16).map(({ last }) => last);
  return found("u-boot-finds-nothing", "likely", evidence, { step: notServedOf(script.last, view.context.root) });
}

const module = /(^|\/)([^/]+)\.mod$/i;
/** Modules of the commands that read a kernel, a program or another configuration: where one is asked for, its command runs. */
const starters =
  /^(linux(16|efi)?|multiboot2?|chain|ntldr|bsd|xnu|plan9|freedos|pxechain|xen_boot|configfile|legacycfg|syslinuxcfg)$/i;

/** GRUB without its main module ends at its rescue prompt, and starts nothing without that of the command for it. */
function modulesMissing(view: BootView): Found | undefined {
  const missing = view.asked.find((asked) => isMissing(asked) && isNeededModule(view, asked));
  const loader = view.done.at(-1);
  if (missing === undefined || isOvercome(view, missing) || !isSettled(view, missing, certainAfter)) return undefined;
  const step = notServedOf(missing.last, view.context.root);
  const facts = { loader: loader?.file ?? "GRUB", step, need: "grub-modules", ...folderOf(view, step.file) } as const;
  return found("needed-file-not-served", "certain", [loader, missing.last], facts);
}

/** Any other one it may have built in, and what it asked for after a command that failed is another matter. */
function isNeededModule(view: BootView, { key, last }: Asked): boolean {
  const name = module.exec(key)?.[2];
  if (name === "normal") return true;
  const config = ownWordsOf(view)?.by.file;
  if (name === undefined || !starters.test(name) || config === undefined) return false;
  if (view.factsOf(config)?.loader !== "grub") return false;
  return view.files.every((step) => !beganAfter(step, last) || module.test(keyOf(step.file)));
}

/**
 * The last name that a loader asked for was not there. That it had it from a script or configuration of ours is known
 * of all but iPXE, which may have a script inside that goes on elsewhere.
 */
function laterFile(view: BootView, outcome: FileStep["outcome"]): Found | undefined {
  const open = unresolved(view).filter(({ last }) => last.outcome === outcome);
  const needed = open.findLast((asked) => namedBy(view, asked.key)?.need.optional === false);
  const missing = needed ?? open.at(-1);
  const before = missing === undefined ? undefined : lastBefore(view, missing);
  if (missing === undefined || before === undefined || view.boot.firmware === "raspberry-pi") return undefined;
  if (needed === undefined && view.ipxe && !hasScriptFromHere(view)) return undefined;
  if (!isSettled(view, missing, needed === undefined ? likelyAfter : certainAfter)) return undefined;
  const named = namedBy(view, missing.key);
  const facts = {
    before: (named?.by ?? before).file,
    named: named !== undefined,
    ...(named?.need.optional === true ? { again: true as const } : {}),
    step: notServedOf(missing.last, view.context.root),
    ...folderOf(view, missing.first.file),
  };
  const confidence = needed === undefined ? "likely" : "certain";
  return found("later-file-not-served", confidence, [named?.by, before, missing.last], facts);
}

function laterFileMissing(view: BootView): Found | undefined {
  return laterFile(view, "not-found");
}

function laterFileRefused(view: BootView): Found | undefined {
  return laterFile(view, "refused");
}

function lastBefore({ done }: BootView, { last }: Asked): FileStep | undefined {
  return done.findLast(({ time }) => time <= last.lastAt);
}

/** A script or configuration that this client got from here, after whatever program. */
export function hasScriptFromHere(view: BootView): boolean {
  return view.done.some(({ file, role }) => {
    const kind = view.factsOf(file)?.kind;
    return role === "script" || role === "config" || kind === "script" || kind === "config";
  });
}
