import { agentKind } from "../../catalogue/agents.ts";
import type { ImageFile } from "../images-seen.ts";
import type { FileStep } from "../step.ts";
import { beganAfter } from "./asked.ts";
import { type Found, found, type Rule } from "./rule.ts";
import type { BootView } from "./view.ts";

/** A system of a disc image on its way: its kernel came, and its initrd fetches the rest. */
interface ImageBoot {
  readonly image: ImageFile;
  readonly kernel: FileStep;
  /** The initrds that came. */
  readonly initrds: readonly FileStep[];
  /** Path of the file that it has to fetch, as clients ask for it. */
  readonly wanted: string;
  /** Requests for it, by programs of the system. */
  readonly roots: readonly FileStep[];
}

/** Undefined unless kernel and initrd of an image came, and its initrd has to fetch the root from here. */
function imageBootOf(view: BootView): ImageBoot | undefined {
  const { imageOf } = view.context;
  const kernel = view.done.findLast(({ file }) => imageOf(file)?.part === "kernel");
  const image = kernel === undefined ? undefined : imageOf(kernel.file);
  if (kernel === undefined || image === undefined || image.system.way !== "http") return undefined;
  const { entries, root } = image.system;
  const takesImage = entries.some(({ arguments: line }) => line.includes("{image}"));
  if (root === undefined && !takesImage) return undefined;
  const own = (step: FileStep) => {
    const of = imageOf(step.file);
    return of?.id === image.id ? of.part : undefined;
  };
  const all = [...view.files, ...view.systemFiles].sort((one, other) => one.number - other.number);
  const roots = all.filter((step) => {
    const part = own(step);
    const isRoot = part === "root" || part === "image";
    return isRoot && agentKind(step.agent) !== "loader" && beganAfter(step, kernel);
  });
  const initrds = view.done.filter((step) => own(step) === "initrd");
  if (initrds.length === 0 && entries.some((entry) => entry.initrds.length > 0)) return undefined;
  return { image, kernel, initrds, wanted: takesImage ? `${image.id}.iso` : (root ?? ""), roots };
}

/** A system of an image has not got its root yet: what was seen so far proves no boot. */
export function awaitsRoot(view: BootView): boolean {
  const boot = imageBootOf(view);
  return boot !== undefined && !boot.roots.some(({ outcome }) => outcome === "done");
}

/** A file of an image was not sent, or not whole, and the image was changed since the boot got the first of its files. */
const imageChanged: Rule = {
  id: "B26",
  when(view) {
    const { imageOf } = view.context;
    const all = [...view.files, ...view.systemFiles].sort((one, other) => one.number - other.number);
    const last = all.findLast((step) => imageOf(step.file) !== undefined);
    const image = last === undefined ? undefined : imageOf(last.file);
    if (last === undefined || image === undefined) return undefined;
    const first = all.find((step) => step.outcome === "done" && imageOf(step.file)?.id === image.id);
    const isCut = last.outcome === "aborted" && last.reason === "file-changed";
    const isGone = last.outcome === "not-found" && first !== undefined && (image.changedAt ?? 0) > first.time;
    if (!(isCut || isGone) || !view.silentFor(isCut ? 0 : 2_000)) return undefined;
    const facts = { id: image.id, image: image.title, file: last.file, cut: isCut };
    return found("image-changed", "certain", [first, last], facts);
  },
};

/** What TCP may have on its way at the end: a client that closes then may have it all. */
const mostOnItsWay = 2 * 1024 * 1024;

/** Its initrd began to fetch the root, and stopped: there is hardly a cause but a memory that is full. */
const rootStopped: Rule = {
  id: "B24",
  when(view) {
    const boot = imageBootOf(view);
    const last = boot?.roots.at(-1);
    if (boot === undefined || last === undefined || boot.roots.some(({ outcome }) => outcome === "done"))
      return undefined;
    const { outcome, bytes, size, total, reason } = last;
    const isCut = outcome === "aborted" || (outcome === "running" && view.boot.givenUp);
    const whole = total ?? size;
    const ours = reason === "stopped" || reason === "io-failed" || reason === "file-changed";
    const nearlyWhole = whole !== undefined && whole - bytes <= mostOnItsWay;
    if (!isCut || ours || nearlyWhole || !view.silentFor(2_000)) return undefined;
    const { id, title, system } = boot.image;
    const { memory } = system;
    const facts = {
      id,
      image: title,
      file: last.file,
      bytes,
      size: whole,
      ...(memory === undefined ? {} : { memory }),
    };
    return found("image-root-stopped", "likely", [boot.kernel, last], facts);
  },
};

/** The kernel came with all it needs to start, and its initrd never asked for its root. */
const rootNeverAsked: Rule = {
  id: "B25",
  when(view) {
    const boot = imageBootOf(view);
    if (boot === undefined || boot.roots.length > 0) return undefined;
    const { image, kernel, initrds, wanted } = boot;
    const [system] = view.systems;
    // A kernel may take a minute to unpack its initrd, and routers another one to answer.
    if (!view.silentFor(system === undefined ? 110_000 : 60_000)) return undefined;
    const facts = { id: image.id, image: image.title, wanted, cameUp: system !== undefined };
    return found(
      "image-root-never-asked",
      system === undefined ? "guess" : "likely",
      [kernel, ...initrds, system],
      facts,
    );
  },
};

/** The initrd got its root whole: that was no loader. */
const rootCame: Rule = {
  id: "booted",
  when(view): Found | undefined {
    const boot = imageBootOf(view);
    const root = boot?.roots.findLast(({ outcome }) => outcome === "done");
    if (boot === undefined || root === undefined || agentKind(root.agent) !== "system") return undefined;
    const facts = { image: boot.image.title, file: root.file, bytes: root.bytes };
    return found("image-root-came", "certain", [boot.kernel, ...boot.initrds, root], facts);
  },
};

/** In the order in which they apply. */
export const imageRules: readonly Rule[] = [imageChanged, rootStopped, rootNeverAsked, rootCame];
