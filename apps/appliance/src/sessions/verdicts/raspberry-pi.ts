import { type PiStage, piStages } from "../../catalogue/tries.ts";
import { isLinkLoop, notServedOf } from "../file-reason.ts";
import type { FileStep } from "../step.ts";
import { type Asked, placesOf } from "./asked.ts";
import { folderOf } from "./missing-files.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { isSettled } from "./unresolved.ts";
import type { BootView } from "./view.ts";

function isPi({ boot }: BootView): boolean {
  return boot.firmware === "raspberry-pi";
}

function baseName(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

interface Stage extends PiStage {
  readonly asked: readonly Asked[];
  readonly came: boolean;
}

/** The stages of this Pi that it has come to, in their order. The kernel may have another name in its config.txt. */
function stagesOf(view: BootView): readonly Stage[] {
  const kernel = view.done
    .flatMap(({ file }) => view.factsOf(file)?.needs ?? [])
    .find(({ role }) => role === "kernel")?.name;
  return piStages(view.asked.map(({ key }) => key)).map((stage) => {
    const isOf = ({ key }: Asked) =>
      stage.names.test(baseName(key)) ||
      (stage.name === "kernel" && kernel !== undefined && key.endsWith(kernel.toLowerCase()));
    const asked = view.asked.filter(isOf);
    return { ...stage, asked, came: asked.some(({ cameAt }) => cameAt !== undefined) };
  });
}

/**
 * A Pi asks for dozens of names that need not be there. Without one file of each stage it gets no further, whatever
 * else it got.
 */
export const piFileMissing: Rule = {
  id: "B10",
  when(view) {
    if (!isPi(view)) return undefined;
    return nothingFound(view) ?? stageMissing(view) ?? namedMissing(view);
  },
};

function nothingFound(view: BootView): Found | undefined {
  const { files } = view;
  const [first] = files;
  if (first === undefined || files.some(({ outcome }) => outcome !== "not-found")) return undefined;
  if (!view.silentFor(5_000)) return undefined;
  const [stage] = piStages(files.map(({ file }) => file));
  const isOfStage = ({ file }: FileStep) => stage?.names.test(baseName(file)) === true;
  const wanted = files.findLast(isOfStage)?.file ?? first.file;
  const elsewhere = [...files.filter(isOfStage), ...files].find(({ file }) => view.namesakesOf(file).length > 0);
  const [lies] = elsewhere === undefined ? [] : view.namesakesOf(elsewhere.file);
  const facts = { first: first.file, wanted: baseName(wanted), ...(lies === undefined ? {} : { lies }) };
  return found("pi-files-missing", "likely", files.slice(0, 16), facts);
}

function stageMissing(view: BootView): Found | undefined {
  const stage = stagesOf(view).find(({ asked, came }) => asked.length > 0 && !came);
  const missing = stage?.asked.filter(({ last }) => last.outcome === "not-found") ?? [];
  // The name without the folder of the serial number is where most people keep the file.
  const named =
    missing.find(({ last }) => isLinkLoop(last)) ?? missing.find(({ key }) => !key.includes("/")) ?? missing[0];
  if (stage === undefined || named === undefined) return undefined;
  if (!missing.some((asked) => isSettled(view, asked, 3_000))) return undefined;
  const lies = missing.flatMap(({ first }) => view.namesakesOf(first.file))[0];
  const step = notServedOf(named.last, view.context.root);
  const facts = { stage: stage.name, step, ...(lies === undefined ? {} : { lies }) };
  return found("pi-stage-missing", "certain", missing.map(({ last }) => last).slice(-16), facts);
}

/** What its config.txt names beside the kernel, such as an initramfs: without it the firmware begins anew. */
function namedMissing(view: BootView): Found | undefined {
  for (const by of view.done) {
    const facts = view.factsOf(by.file);
    if (facts?.loader !== "raspberry-pi") continue;
    for (const need of facts.needs ?? []) {
      if (need.optional || (need.role !== "initrd" && need.role !== "image")) continue;
      const places = placesOf(need);
      const asked = view.asked.filter(({ key }) => places.some((place) => key === place || key.endsWith(`/${place}`)));
      const missing = asked.findLast(({ last }) => last.outcome === "not-found");
      if (missing === undefined || asked.some(({ cameAt }) => cameAt !== undefined)) continue;
      if (!isSettled(view, missing, 3_000)) return undefined;
      const step = notServedOf(missing.last, view.context.root);
      const facts = { before: by.file, named: true, step, ...folderOf(view, missing.first.file) };
      return found("later-file-not-served", "certain", [by, missing.last], facts);
    }
  }
  return undefined;
}

/** It has the last of what it cannot do without. */
export const piDelivered: Rule = {
  id: "delivered",
  when(view) {
    if (!isPi(view) || !view.silentFor(10_000)) return undefined;
    const kernel = stagesOf(view).find(({ name }) => name === "kernel");
    const came = kernel?.asked.findLast(({ cameAt }) => cameAt !== undefined);
    if (came === undefined) return undefined;
    return found("all-delivered", "likely", [came.last], { file: came.last.file });
  },
};
