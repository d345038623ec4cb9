import { u16le } from "./bytes.ts";
import { type Budget, type FolderName, type ImageEntry, sequence, spend } from "./entry.ts";
import { fail, type ImageFault } from "./fault.ts";
import { type FileSystem, fileSystem, nameFault } from "./file-system.ts";
import type { Reader } from "./reader.ts";
import { type UdfBlocks, udfBlocks } from "./udf-blocks.ts";
import { readUdfEntry, type UdfEntry } from "./udf-entry.ts";
import { readTables } from "./udf-tables.ts";
import { cs0, longPlace, mustBe, tagOf, udfTag } from "./udf-tag.ts";
import type { UdfVolume } from "./udf-volume.ts";

const isFolderFlag = 2;
const isDeletedFlag = 4;
const isParentFlag = 8;
const longestLink = 64 * 1024;
const openBudget = 64 * 1024 * 1024;

/**
 * The tree of a UDF volume (ECMA-167 part 4; UDF 1.02 to 2.60).
 * @throws ImageFaultError
 */
export async function udfFileSystem(reader: Reader, volume: UdfVolume): Promise<FileSystem> {
  const budget = { left: openBudget };
  const blocks: UdfBlocks = udfBlocks(volume, await readTables(reader, volume, budget));
  const { fileSet, label } = volume;
  const [place] = blocks.place(fileSet.map, fileSet.block, volume.blockSize);
  if (place?.offset === undefined) return fail("bad-record", volume.offset, "the file set is in a hole");
  const set = await reader.bytes(place.offset, volume.blockSize);
  mustBe(set, place.offset, udfTag.fileSet);
  const rootPlace = longPlace(set, 400);
  const root = await imageEntry("", await readUdfEntry(reader, blocks, rootPlace.map, rootPlace.block, budget), budget);
  if (root.kind !== "folder") fail("bad-record", root.offset, "the root is not a folder");

  async function imageEntry(name: string, entry: UdfEntry, own: Budget): Promise<ImageEntry> {
    const { type, size, extents, mode, modified, offset } = entry;
    const shared = { name, offset, id: offset, mode, ...(modified === undefined ? {} : { modified }) };
    if (type === 4) return { ...shared, kind: "folder", size, extents };
    if (type === 5 || type === 0 || type === 249) return { ...shared, kind: "file", size, extents };
    if (type !== 12) return { ...shared, kind: "special", size: 0, extents: [] };
    if (size > longestLink) return fail("too-large", offset, `a symbolic link of ${size} bytes`);
    spend(own, size, offset);
    const target = linkText(await sequence(reader, extents).bytes(0, size), offset);
    return { ...shared, kind: "symlink", size: 0, extents: [], target };
  }

  async function* scan(folder: ImageEntry, own: Budget): AsyncGenerator<FolderName | ImageFault> {
    const bytes = sequence(reader, folder.extents);
    for (let at = 0; at + 38 <= bytes.size; ) {
      const offset = bytes.offsetOf(at);
      const head = await bytes.bytes(at, 38);
      const nameLength = head[19] ?? 0;
      const used = u16le(head, 36);
      const length = (38 + used + nameLength + 3) & ~3;
      spend(own, length, offset);
      const record = at + length <= bytes.size ? await bytes.bytes(at, length) : head;
      if (tagOf(record) !== udfTag.fileIdentifier) {
        // Where the next one is cannot be known.
        yield { code: "bad-record", offset, detail: "a name of a folder with a wrong checksum" };
        return;
      }
      at += length;
      const flags = record[18] ?? 0;
      if ((flags & (isDeletedFlag | isParentFlag)) !== 0) continue;
      const name = cs0(record.subarray(38 + used, 38 + used + nameLength));
      const { map, block } = longPlace(record, 20);
      yield name === undefined
        ? { code: "bad-name", offset, detail: "a name in an unknown encoding" }
        : (nameFault(name, offset) ?? {
            name,
            offset,
            entry: async () => {
              const entry = await imageEntry(name, await readUdfEntry(reader, blocks, map, block, own), own);
              const isFolder = (flags & isFolderFlag) !== 0;
              if (isFolder !== (entry.kind === "folder")) fail("bad-record", offset, `${name}: folder or file?`);
              return entry;
            },
          });
    }
  }

  return fileSystem({ kind: "udf", label, root, scan });
}

/** Path components (ECMA-167, 4/14.16.1). */
function linkText(bytes: Uint8Array, offset: number): string {
  const parts: string[] = [];
  let start = "";
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes[at + 1] ?? 0;
    if (at + 4 + length > bytes.length) fail("bad-record", offset, "a symbolic link ends in a component");
    switch (bytes[at]) {
      case 1:
      case 2:
        start = "/";
        parts.length = 0;
        break;
      case 3:
        parts.push("..");
        break;
      case 4:
        parts.push(".");
        break;
      case 5:
        parts.push(cs0(bytes.subarray(at + 4, at + 4 + length)) ?? "");
        break;
      default:
        fail("unsupported", offset, `component ${bytes[at]} of a symbolic link`);
    }
    at += 4 + length;
  }
  return start + parts.join("/");
}
