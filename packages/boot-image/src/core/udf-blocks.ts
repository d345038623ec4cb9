import type { Extent } from "./entry.ts";
import { fail } from "./fault.ts";
import { merged } from "./iso9660.ts";
import type { UdfMap, UdfPartition, UdfVolume } from "./udf-volume.ts";

/** Finds bytes of a partition in the image. */
export interface UdfBlocks {
  readonly blockSize: number;
  /** Into how many pieces bytes fall at most when they are placed: what that costs. */
  pieces(map: number, length: number): number;
  /** @throws ImageFaultError `beyond-end` for a block outside of the partition */
  place(map: number, block: number, length: number): readonly Extent[];
}

/** What the special maps need, read from the image by their own rules; by index of the map. */
export interface UdfTables {
  /** Virtual block to block of the partition (UDF 2.60, 2.2.11). */
  readonly virtual: ReadonlyMap<number, Uint32Array>;
  /** First block of a packet to the block of the volume that replaces it (UDF 2.60, 2.2.12). */
  readonly sparing: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** The extents of the metadata file (UDF 2.60, 2.2.13). */
  readonly metadata: ReadonlyMap<number, readonly Extent[]>;
}

export const noTables: UdfTables = { virtual: new Map(), sparing: new Map(), metadata: new Map() };

export function udfBlocks({ blockSize, maps, offset }: UdfVolume, tables: UdfTables): UdfBlocks {
  function plain({ start, length: blocks }: UdfPartition, block: number, length: number): Extent {
    if (block * blockSize + length > blocks * blockSize) {
      fail("beyond-end", (start + block) * blockSize, `block ${block} of a partition of ${blocks}`);
    }
    return { offset: (start + block) * blockSize, length };
  }

  /** Piece by piece, each of so many blocks, wherever `find` puts it. */
  function pieces(block: number, length: number, step: number, find: (block: number, length: number) => Extent) {
    const extents: Extent[] = [];
    for (let done = 0; done < length; ) {
      const here = block + Math.floor(done / blockSize);
      const take = Math.min(length - done, (step - (here % step)) * blockSize);
      extents.push(find(here, take));
      done += take;
    }
    return merged(extents);
  }

  function virtual(index: number, partition: UdfPartition) {
    const table = tables.virtual.get(index);
    return (block: number, length: number) => {
      const real = table?.[block];
      if (real === undefined) return fail("beyond-end", offset, `virtual block ${block} of ${table?.length ?? 0}`);
      return plain(partition, real, length);
    };
  }

  function sparable(index: number, { packet, partition }: UdfMap & { kind: "sparable" }) {
    const table = tables.sparing.get(index);
    return (block: number, length: number): Extent => {
      const first = block - (block % packet);
      const other = table?.get(first);
      if (other === undefined) return plain(partition, block, length);
      return { offset: (other + block - first) * blockSize, length };
    };
  }

  function metadata(index: number, block: number, length: number): Extent[] {
    const extents: Extent[] = [];
    let skip = block * blockSize;
    let left = length;
    for (const extent of tables.metadata.get(index) ?? []) {
      if (left > 0 && skip < extent.length) {
        const take = Math.min(left, extent.length - skip);
        extents.push({ offset: extent.offset === undefined ? undefined : extent.offset + skip, length: take });
        left -= take;
        skip = 0;
      } else if (left > 0) skip -= extent.length;
    }
    if (left > 0) fail("beyond-end", offset, `block ${block} behind the end of the metadata file`);
    return extents;
  }

  return {
    blockSize,
    pieces(index, length) {
      const map = maps[index];
      const step = map?.kind === "virtual" ? 1 : map?.kind === "sparable" ? map.packet : Number.POSITIVE_INFINITY;
      return 1 + Math.floor(length / (step * blockSize));
    },
    place(index, block, length) {
      const map = maps[index];
      if (map === undefined) return fail("bad-record", offset, `partition map ${index} of ${maps.length}`);
      switch (map.kind) {
        case "plain":
          return [plain(map.partition, block, length)];
        case "virtual":
          return pieces(block, length, 1, virtual(index, map.partition));
        case "sparable":
          return pieces(block, length, map.packet, sparable(index, map));
        case "metadata":
          return metadata(index, block, length);
      }
    },
  };
}
