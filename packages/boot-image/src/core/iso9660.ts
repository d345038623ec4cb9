import { latin1, u32le, utf8, utf16 } from "./bytes.ts";
import { type Budget, type Extent, type FolderName, type ImageEntry, mostExtents, spend } from "./entry.ts";
import { fail, type ImageFault, ImageFaultError } from "./fault.ts";
import { type FileSystem, fileSystem, nameFault } from "./file-system.ts";
import type { IsoVolume } from "./iso-volumes.ts";
import type { Reader } from "./reader.ts";
import { type RockRidge, readRockRidge, readSusp, type Susp } from "./susp.ts";

/** A directory record (ECMA-119, 9.1). */
interface IsoRecord {
  readonly offset: number;
  readonly block: number;
  readonly length: number;
  readonly modified: number | undefined;
  readonly flags: number;
  readonly interleaved: boolean;
  readonly name: Uint8Array;
  readonly systemUse: Uint8Array;
}

const isFolderFlag = 2;
const isAssociatedFlag = 4;
const isContinuedFlag = 128;
/** A record does not cross the end of a sector. */
const sector = 2048;
const openBudget = 1024 * 1024;

/** Records before this one of the same name, for files of more than 4 GiB (ECMA-119, 6.5.1: sections). */
type Sections = readonly IsoRecord[];

/**
 * The tree of a volume: by its Rock Ridge names where it has them and they are wanted.
 * @throws ImageFaultError
 */
export async function isoFileSystem(reader: Reader, volume: IsoVolume, plain = false): Promise<FileSystem> {
  const { blockSize, joliet } = volume;
  const rootRecord = readRecord(volume.root, 0, volume.rootOffset);
  const susp = joliet || plain ? undefined : await suspOf(rootRecord.block);
  const rockRidge = susp?.rockRidge === true ? susp : undefined;
  const root = { ...folderAt("", rootRecord.block, rootRecord.length, rootRecord), offset: volume.rootOffset };

  async function suspOf(block: number): Promise<Susp | undefined> {
    const first = await firstRecord(block);
    return readSusp(reader, first.systemUse, first.offset, blockSize, { left: openBudget });
  }

  /** The `.` record of a folder. */
  async function firstRecord(block: number): Promise<IsoRecord> {
    const offset = block * blockSize;
    return readRecord(await reader.bytes(offset, Math.min(sector, Math.max(34, reader.size - offset))), 0, offset);
  }

  function folderAt(name: string, block: number, length: number, { offset, modified }: IsoRecord): ImageEntry {
    const extents = length === 0 ? [] : [{ offset: block * blockSize, length }];
    const times = modified === undefined ? {} : { modified };
    return { name, kind: "folder", size: length, extents, offset, id: block, ...times };
  }

  async function* scan(folder: ImageEntry, budget: Budget): AsyncGenerator<FolderName | ImageFault> {
    const [extent] = folder.extents;
    if (extent?.offset === undefined) return;
    let sections: IsoRecord[] = [];
    for (let done = 0; done < extent.length; done += sector) {
      const offset = extent.offset + done;
      const length = Math.min(sector, extent.length - done);
      spend(budget, length, offset);
      const bytes = await reader.bytes(offset, length);
      for (let at = 0; at < bytes.length && bytes[at] !== 0; at += bytes[at] ?? 0) {
        let record: IsoRecord;
        try {
          record = readRecord(bytes, at, offset + at);
        } catch (error) {
          if (!(error instanceof ImageFaultError)) throw error;
          yield error.fault;
          // Where the next record is cannot be known; the next sector begins with one.
          break;
        }
        const { name, flags } = record;
        if ((name.length === 1 && (name[0] ?? 0) <= 1) || (flags & isAssociatedFlag) !== 0) continue;
        if (sections[0] !== undefined && latin1(sections[0].name) !== latin1(name)) {
          yield { code: "bad-record", offset: sections[0].offset, detail: "a file without its last part" };
          sections = [];
        }
        if ((flags & isContinuedFlag) !== 0 && sections.length < mostExtents) {
          sections.push(record);
          continue;
        }
        const found = await nameOf(record, sections, budget);
        sections = [];
        if (found !== undefined) yield found;
      }
    }
    if (sections[0] !== undefined) {
      yield { code: "bad-record", offset: sections[0].offset, detail: "a file without its last part" };
    }
  }

  /** Undefined for a folder that is listed where it was before it was moved. */
  async function nameOf(record: IsoRecord, sections: Sections, budget: Budget) {
    const { offset, systemUse } = record;
    let more: RockRidge | undefined;
    if (rockRidge !== undefined) {
      try {
        more = await readRockRidge(reader, systemUse.subarray(rockRidge.skip), offset, blockSize, budget);
      } catch (error) {
        if (!(error instanceof ImageFaultError)) throw error;
        return error.fault;
      }
      if (more.relocated) return undefined;
    }
    const name = more?.name ?? plainName(record.name, joliet);
    return nameFault(name, offset) ?? { name, offset, entry: () => entryOf(name, record, sections, more) };
  }

  async function entryOf(name: string, record: IsoRecord, sections: Sections, more: RockRidge | undefined) {
    const mode = more?.mode === undefined ? {} : { mode: more.mode & 0o7777 };
    if (more?.childLink !== undefined) {
      const { length } = await firstRecord(more.childLink);
      return { ...folderAt(name, more.childLink, length, record), ...mode };
    }
    if ((record.flags & isFolderFlag) !== 0) {
      return { ...folderAt(name, record.block, record.length, record), ...mode };
    }
    const parts = [...sections, record];
    if (parts.some(({ interleaved }) => interleaved)) fail("unsupported", record.offset, `${name} is interleaved`);
    const extents: Extent[] = [];
    for (const { block, length } of parts) if (length > 0) extents.push({ offset: block * blockSize, length });
    const size = extents.reduce((sum, { length }) => sum + length, 0);
    const { offset, modified, block } = record;
    const shared = { name, offset, id: block, ...mode, ...(modified === undefined ? {} : { modified }) };
    const type = more?.mode === undefined ? 0 : more.mode & 0o170000;
    if (more?.target !== undefined) {
      return { ...shared, kind: "symlink" as const, size: 0, extents: [], target: more.target };
    }
    if (type !== 0 && type !== 0o100000) return { ...shared, kind: "special" as const, size: 0, extents: [] };
    const encoded = more?.compressed === true ? { encoded: "zisofs" } : {};
    return { ...shared, kind: "file" as const, size, extents: merged(extents), ...encoded };
  }

  return fileSystem({
    kind: joliet ? "joliet" : rockRidge === undefined ? "iso9660" : "rock-ridge",
    label: volume.label,
    root,
    scan,
  });
}

/** Extents that follow on each other as one. */
export function merged(extents: readonly Extent[]): Extent[] {
  const result: Extent[] = [];
  for (const extent of extents) {
    const last = result.at(-1);
    const follows =
      last !== undefined &&
      (last.offset === undefined ? extent.offset === undefined : last.offset + last.length === extent.offset);
    if (follows && last !== undefined) result[result.length - 1] = { ...last, length: last.length + extent.length };
    else result.push(extent);
  }
  return result;
}

function readRecord(bytes: Uint8Array, at: number, offset: number): IsoRecord {
  const length = bytes[at] ?? 0;
  const nameLength = bytes[at + 32] ?? 0;
  if (length < 34 || at + length > bytes.length || 33 + nameLength > length) {
    fail("bad-record", offset, `a directory record of ${length} bytes, with a name of ${nameLength}`);
  }
  // The name is padded to an even length (ECMA-119, 9.1.12).
  const nameEnd = at + 33 + nameLength;
  return {
    offset,
    // The extended attribute record is in front of the data (ECMA-119, 9.1.2).
    block: u32le(bytes, at + 2) + (bytes[at + 1] ?? 0),
    length: u32le(bytes, at + 10),
    modified: readDate(bytes, at + 18),
    flags: bytes[at + 25] ?? 0,
    interleaved: (bytes[at + 26] ?? 0) !== 0 || (bytes[at + 27] ?? 0) !== 0,
    name: bytes.subarray(at + 33, nameEnd),
    systemUse: bytes.subarray(nameEnd + (nameLength % 2 === 0 ? 1 : 0), at + length),
  };
}

/** Year since 1900, month, day, hour, minute, second, quarter hours from Greenwich (ECMA-119, 9.1.5). */
function readDate(bytes: Uint8Array, at: number): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zone = 0] = bytes.subarray(at, at + 7);
  if (month === 0 || month > 12 || day === 0) return undefined;
  return Date.UTC(1900 + year, month - 1, day, hour, minute, second) - ((zone << 24) >> 24) * 900_000;
}

/** Without the version, and without the dot of a name that has no extension (ECMA-119, 7.5). */
function plainName(name: Uint8Array, joliet: boolean): string {
  const text = (joliet ? utf16(name, "big") : utf8(name)).replace(/;\d*$/, "");
  return joliet ? text : text.replace(/^(.+)\.$/, "$1");
}
