import {
  contentFault,
  type DiscImage,
  type ImageEntry,
  type Medium,
  openImage,
  type Recognised,
  recognise,
} from "@bootlace/boot-image";
import type { SourceFile } from "@bootlace/boot-source";
import type { ImageEntryRow, ImageProblem, ImageSystem } from "../catalogue/images.ts";
import { uefiArchitectures } from "../catalogue/names.ts";
import { entryIds } from "./image-ids.ts";

export type Looked =
  | { readonly ok: true; readonly system: ImageSystem }
  | {
      readonly ok: false;
      readonly fault: ImageProblem;
      /** The image says of itself that it has more bytes: it may be on its way. */
      readonly incomplete: boolean;
    };

const mostEntries = 64;
const longestTitle = 120;
/** Zeros that mkisofs puts behind an image, which some copies lack and nobody reads. */
const padding = 150 * 2048;

/**
 * Looks what is in a disc image and how it boots. What is needed for that is checked to be there whole.
 * @throws whatever the file throws
 */
export async function lookInto(file: Pick<SourceFile, "size" | "read">): Promise<Looked> {
  const medium: Medium = { size: file.size, read: (target, position) => file.read(target, position) };
  const opened = await openImage(medium);
  if (!opened.ok) {
    const { code, offset, detail } = opened.fault;
    return { ok: false, fault: { code, offset, detail: plain(detail) }, incomplete: code === "beyond-end" };
  }
  const { image } = opened;
  const { size, declaredSize } = image;
  if (declaredSize > size + padding) return truncated(image);
  const recognised = await recognise(medium, image);
  const fault = await neededFault(image, recognised);
  if (fault?.code === "beyond-end" && declaredSize > size) return truncated(image);
  if (fault !== undefined) return { ok: false, fault, incomplete: fault.code === "beyond-end" };
  return { ok: true, system: await systemOf(image, recognised) };
}

function truncated({ size, declaredSize }: DiscImage): Looked {
  const detail = `truncated, ${partText(size, declaredSize)}`;
  return { ok: false, fault: { code: "beyond-end", offset: size, detail }, incomplete: true };
}

async function neededFault(image: DiscImage, { entries, root }: Recognised): Promise<ImageProblem | undefined> {
  const paths = entries.flatMap(({ kernel, initrds }) => [kernel, ...initrds]);
  for (const path of new Set([...paths, ...(root === undefined ? [] : [root])])) {
    const found = await image.files.find(path, { ignoreCase: true });
    const fault = found.ok ? contentFault(found.entry, image.size) : found.fault;
    if (fault === undefined) continue;
    const { code, offset, detail } = fault;
    return { code, offset, detail: plain(`${path}: ${detail}`) };
  }
  return undefined;
}

async function systemOf(image: DiscImage, recognised: Recognised): Promise<ImageSystem> {
  const { family, root, memory } = recognised;
  const efiPrograms = await programsOf(image);
  const uefi = efiPrograms.size > 0 || image.bootEntries.some(({ platform }) => platform === "efi");
  return {
    family: family.id,
    systems: family.systems,
    title: plain(recognised.title) || family.systems,
    way: family.way,
    entries: rowsOf(recognised),
    ...(root === undefined ? {} : { root }),
    ...(family.inInitrd === undefined ? {} : { inInitrd: family.inInitrd }),
    ...(memory === undefined ? {} : { memory }),
    ...(family.limits === undefined ? {} : { limits: family.limits }),
    bios: image.bootEntries.some(({ platform }) => platform === "bios"),
    uefi,
    efiPrograms,
  };
}

function rowsOf({ entries, title }: Recognised): readonly ImageEntryRow[] {
  const shown = entries.slice(0, mostEntries).map((entry) => ({ ...entry, title: plain(entry.title) || plain(title) }));
  const ids = entryIds(shown.map((entry) => entry.title));
  return shown.map((entry, index) => ({
    id: ids[index] ?? "",
    title: entry.title,
    kernel: entry.kernel,
    initrds: entry.initrds,
    arguments: entry.arguments.replace(/\p{Cc}+/gu, " "),
    isDefault: index === 0,
  }));
}

/** UEFI 2.10 §3.5.1.1: the removable media names. */
async function programsOf({ files, efi }: DiscImage): Promise<ReadonlyMap<number, string>> {
  const programs = new Map<number, string>();
  for (const { code, suffix } of uefiArchitectures) {
    const path = `EFI/BOOT/BOOT${suffix?.toUpperCase()}.EFI`;
    const found = await files.find(path, { ignoreCase: true });
    if (isFile(found) || (efi !== undefined && isFile(await efi.find(path)))) programs.set(code, path);
  }
  return programs;
}

function isFile(found: { readonly ok: true; readonly entry: ImageEntry } | { readonly ok: false }): boolean {
  return found.ok && found.entry.kind === "file";
}

/** What an image says of itself, in one line that no terminal obeys. */
function plain(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line;
}

function partText(part: number, whole: number): string {
  const unit = whole < 1e9 ? "MB" : "GB";
  const value = (bytes: number) => (bytes / (unit === "MB" ? 1e6 : 1e9)).toFixed(1);
  return `${value(part)} of ${value(whole)} ${unit}`;
}
