import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { rootName } from "./config-text.ts";
import type { Found, FoundFile } from "./find.ts";
import type { Folders } from "./folders.ts";
import { type KitId, kits } from "./kits.ts";
import type { FileOutcome } from "./outcome.ts";
import { type Content, type Present, present } from "./place.ts";
import { type PlanItem, planTree } from "./plan.ts";

/** A file to write. */
export interface Step {
  readonly path: string;
  readonly content: Content;
  readonly size: number;
  readonly renew: boolean;
}

export interface Preparation {
  readonly steps: readonly Step[];
  /** Outcomes that need no step. */
  readonly settled: readonly FileOutcome[];
  /** Kits already complete in the boot folder. */
  readonly inTree: ReadonlySet<KitId>;
}

const below = (path: string) => `${rootName}/${path}`;

/** Compares the wanted files with the boot folder. Writes nothing. */
export async function prepareTree(folders: Folders, found: Found): Promise<Preparation> {
  const existing = await existingTargets(folders);
  const foreign = await foreignKits(folders, found);
  const steps: Step[] = [];
  const settled: FileOutcome[] = [];
  for (const [kit, path] of foreign) {
    for (const { target, source } of found.kits.get(kit) ?? []) {
      if (existing.has(target)) settled.push({ path: below(target), status: "kept" });
      else
        settled.push({
          path: below(target),
          status: "left-out",
          from: source,
          why: `${below(path)} has another version`,
        });
    }
  }
  for (const item of planTree({ found: found.kits, existing, foreign: new Set(foreign.keys()) })) {
    const { step, outcome } = await settle(folders, item);
    if (step !== undefined) steps.push(step);
    if (outcome !== undefined) settled.push(outcome);
  }
  const inTree = kits.filter(({ alternatives }) =>
    (alternatives[0] ?? []).every(({ target, optional }) => optional === true || existing.has(target)),
  );
  return { steps, settled, inTree: new Set(inTree.map(({ id }) => id)) };
}

async function settle(folders: Folders, item: PlanItem): Promise<{ step?: Step; outcome?: FileOutcome }> {
  const path = below(item.path);
  const content: Content = item.kind === "copy" ? { source: item.source } : { text: item.text };
  const there = await present(folders, path, content, item.kind === "text" ? item.earlier : []);
  const size = item.kind === "copy" ? item.size : Buffer.byteLength(item.text);
  return judge(path, content, size, there);
}

/** What to do about a file, given what exists. */
export function judge(
  path: string,
  content: Content,
  size: number,
  there: Present,
): { step?: Step; outcome?: FileOutcome } {
  switch (there.kind) {
    case "missing":
      return { step: { path, content, size, renew: false } };
    case "earlier":
      return { step: { path, content, size, renew: true } };
    case "same":
      return { outcome: { path, status: "kept" } };
    case "different":
    case "other":
      return {
        outcome: { path, status: "kept", why: there.kind === "other" ? "not a regular file" : whyKept(content) },
      };
    case "refused":
      return { outcome: { path, status: "failed", why: there.why } };
  }
}

function whyKept(content: Content): string {
  return "source" in content ? `it differs from ${content.source}` : "it was edited";
}

/** Every path in the boot folder that init may write and that exists in some form. */
async function existingTargets(folders: Folders): Promise<Set<string>> {
  const targets = new Set(kits.flatMap(({ alternatives }) => alternatives.flat().map(({ target }) => target)));
  targets.add("syslinux/efi64/memtest");
  const existing = new Set<string>();
  for (const target of targets) if (await isThere(folders, below(target))) existing.add(target);
  return existing;
}

async function isThere(folders: Folders, path: string): Promise<boolean> {
  const opened = await folders.folder(dirname(path), false);
  if (!opened.ok) return false;
  return lstat(join(opened.folder.base, basename(path))).then(
    () => true,
    () => false,
  );
}

/** Kits with one file present in another version, with that file: a mixture would not boot. */
async function foreignKits(folders: Folders, { kits: found }: Found): Promise<Map<KitId, string>> {
  const foreign = new Map<KitId, string>();
  for (const [kit, files] of found) {
    const differing = files.length < 2 ? undefined : await firstDiffering(folders, files);
    if (differing !== undefined) foreign.set(kit, differing);
  }
  return foreign;
}

async function firstDiffering(folders: Folders, files: readonly FoundFile[]): Promise<string | undefined> {
  for (const { target, source } of files) {
    const there = await present(folders, below(target), { source });
    if (there.kind === "different" || there.kind === "other") return target;
  }
  return undefined;
}
