import { type BootEntry, readBootCatalog } from "./el-torito.ts";
import { type ImageEntry, mostExtents } from "./entry.ts";
import { fatFileSystem, fatSizeAt } from "./fat.ts";
import { attempt, fail, type ImageFault, type ImageResult } from "./fault.ts";
import type { FileSystem, FileSystemKind } from "./file-system.ts";
import { type IsoVolume, readDescriptors } from "./iso-volumes.ts";
import { isoFileSystem } from "./iso9660.ts";
import { efiSystemTypes, type Partition, readPartitions } from "./partitions.ts";
import { type Medium, type Reader, readerOf } from "./reader.ts";
import { udfFileSystem } from "./udf.ts";
import { readUdfVolume, type UdfVolume } from "./udf-volume.ts";

/** A disc image. */
export interface DiscImage {
  /** Bytes of the medium. */
  readonly size: number;
  /** Bytes of the image as it says itself; more than `size` where it is incomplete. */
  readonly declaredSize: number;
  readonly label: string;
  readonly systemId: string;
  readonly publisher: string;
  readonly application: string;
  /** `YYYY-MM-DD-hh-mm-ss-cc`, as Linux and GRUB name an ISO 9660 volume; empty without one. */
  readonly uuid: string;
  /** 0x0102 to 0x0260 for an image with UDF. */
  readonly udfRevision?: number;
  /** The one to use: Rock Ridge, else UDF, else Joliet, else ISO 9660. */
  readonly files: FileSystem;
  /** All that the image has, in that order. */
  readonly fileSystems: readonly FileSystem[];
  /** What firmware starts from the disc. */
  readonly bootEntries: readonly BootEntry[];
  /** What firmware finds when the image is a disk. */
  readonly partitions: readonly Partition[];
  /** The FAT volume with `EFI/BOOT`, of the boot catalog or else of the partitions. */
  readonly efi?: FileSystem;
  /** What cannot be read though the rest can. */
  readonly faults: readonly ImageFault[];
}

const order: readonly FileSystemKind[] = ["rock-ridge", "udf", "joliet", "iso9660"];

/**
 * Opens a disc image: reads its descriptors, some ten kilobytes, wherever they are. Later calls read from the medium too.
 * @returns `not-an-image`, or what is wrong with the only file system it has
 * @throws whatever the medium throws
 */
export async function openImage(medium: Medium): Promise<ImageResult<{ readonly image: DiscImage }>> {
  const opened = await attempt(() => read(readerOf(medium)));
  return opened.ok ? { ok: true, image: opened.value } : opened;
}

async function read(reader: Reader): Promise<DiscImage> {
  const faults: ImageFault[] = [];
  const or = async <T>(parse: () => Promise<T>): Promise<T | undefined> => {
    const result = await attempt(parse);
    if (result.ok) return result.value;
    faults.push(result.fault);
    return undefined;
  };

  const { volumes, bootCatalog, nsr, faults: wrong } = await readDescriptors(reader);
  faults.push(...wrong);
  const primary = volumes.find(({ joliet }) => !joliet);
  const udf = nsr ? await or(() => readUdfVolume(reader)) : undefined;
  const fileSystems: FileSystem[] = [];
  const add = async (parse: () => Promise<FileSystem>) => {
    const found = await or(parse);
    if (found !== undefined) fileSystems.push(found);
  };
  if (primary !== undefined) {
    await add(() => isoFileSystem(reader, primary));
    if (fileSystems[0]?.kind !== "iso9660") await add(() => isoFileSystem(reader, primary, true));
  }
  const joliet = volumes.find((volume) => volume.joliet);
  if (joliet !== undefined) await add(() => isoFileSystem(reader, joliet));
  if (udf !== undefined) await add(() => udfFileSystem(reader, udf));
  fileSystems.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const [files] = fileSystems;
  if (files === undefined) {
    const [first] = faults;
    return first === undefined
      ? fail("not-an-image", 0, "neither ISO 9660 nor UDF")
      : fail(first.code, first.offset, first.detail);
  }
  const bootEntries = bootCatalog === undefined ? [] : ((await or(() => readBootCatalog(reader, bootCatalog))) ?? []);
  const partitions = (await or(() => readPartitions(reader))) ?? [];
  const efi = await efiVolume(reader, bootEntries, partitions, or);
  return {
    size: reader.size,
    declaredSize: Math.max(primary?.size ?? 0, declaredByUdf(udf)),
    label: primary?.label || files.label,
    systemId: primary?.systemId ?? "",
    publisher: primary?.publisher ?? "",
    application: primary?.application ?? "",
    uuid: primary === undefined ? "" : uuidOf(primary),
    ...(udf === undefined ? {} : { udfRevision: udf.revision }),
    files,
    fileSystems,
    bootEntries,
    partitions,
    ...(efi === undefined ? {} : { efi }),
    faults,
  };
}

function declaredByUdf(udf: UdfVolume | undefined): number {
  // The partition of a write-once disc has the blocks that are not written yet too.
  if (udf?.maps.some(({ kind }) => kind === "virtual")) return 0;
  const ends = udf?.maps.map(({ partition: { start, length } }) => (start + length) * udf.blockSize) ?? [];
  return Math.max(0, ...ends);
}

function uuidOf({ uuid }: IsoVolume): string {
  return /^[\d-]+$/.test(uuid) ? uuid : "";
}

async function efiVolume(
  reader: Reader,
  entries: readonly BootEntry[],
  partitions: readonly Partition[],
  or: (parse: () => Promise<FileSystem>) => Promise<FileSystem | undefined>,
): Promise<FileSystem | undefined> {
  const places = [
    ...entries.filter(({ platform }) => platform === "efi"),
    ...partitions.filter(({ type }) => efiSystemTypes.has(type)),
  ];
  for (const { offset } of places) {
    if ((await fatSizeAt(reader, offset)) === undefined) continue;
    const volume = await or(() => fatFileSystem(reader, offset));
    if (volume !== undefined) return volume;
  }
  return undefined;
}

/**
 * Whether a file can be read whole; otherwise why not: it is no file, its bytes are not all in the image, or they are
 * stored in a way that this library does not read.
 */
export function contentFault(entry: ImageEntry, imageSize: number): ImageFault | undefined {
  const { kind, name, offset, encoded, extents, size } = entry;
  const because = (code: ImageFault["code"], detail: string) => ({ code, offset, detail: `${name} ${detail}` });
  if (kind !== "file") return because("not-a-file", `is a ${kind === "special" ? "device" : kind}`);
  if (encoded !== undefined) return because("unsupported", `is compressed with ${encoded}`);
  if (extents.length > mostExtents || !Number.isSafeInteger(size)) return because("too-large", "is too large");
  let stored = 0;
  for (const { offset: start, length } of extents) {
    if (start === undefined) continue;
    stored += length;
    if (start + length > imageSize) {
      return because("beyond-end", `reaches to byte ${start + length}, but the image ends at ${imageSize}`);
    }
  }
  return stored > imageSize ? because("bad-record", "has more bytes than the image, so its parts overlap") : undefined;
}

/**
 * Reads bytes of a file of the image.
 * @param medium the one on which the image was opened, or the same bytes elsewhere
 * @returns bytes read: as many as fit into `target` and follow `position`
 */
export async function readEntry(
  medium: Medium,
  { extents }: ImageEntry,
  target: Uint8Array,
  position: number,
): Promise<number> {
  let done = 0;
  let start = 0;
  for (const { offset, length } of extents) {
    const inside = position + done - start;
    start += length;
    if (inside >= length) continue;
    const part = target.subarray(done, done + length - inside);
    if (part.length === 0) break;
    if (offset === undefined) part.fill(0);
    else {
      const got = await medium.read(part, offset + inside);
      if (got < part.length) return done + got;
    }
    done += part.length;
  }
  return done;
}
