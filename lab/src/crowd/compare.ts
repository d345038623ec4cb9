/** Bytes that are not those of the file. Never to be forgiven. */
export class WrongBytes extends Error {
  override readonly name = "WrongBytes";
}

/** A file that arrives, compared with all that it may be while it does. */
export interface Comparison {
  /** Bytes of the first that it may be. */
  readonly size: number;
  /** The server says how large the file is. */
  announced(size: number): void;
  take(bytes: Uint8Array, offset: number): void;
  isWhole(bytes: number): boolean;
  /** Throws WrongBytes unless it is whole. */
  ended(bytes: number): void;
}

/** @param expected what the file may be: all bytes of one of these */
export function compareWith(path: string, expected: readonly Buffer[]): Comparison {
  let candidates = expected;
  const keep = (filter: (known: Buffer) => boolean, what: string) => {
    candidates = candidates.filter(filter);
    if (candidates.length === 0) throw new WrongBytes(`${path}: ${what}`);
  };
  const isWhole = (bytes: number) => candidates.some((known) => known.length === bytes);
  return {
    size: expected[0]?.length ?? 0,
    announced: (size) => keep((known) => known.length === size, `tsize ${size}`),
    take(bytes, offset) {
      const end = offset + bytes.length;
      const same = (known: Buffer) => end <= known.length && known.compare(bytes, 0, bytes.length, offset, end) === 0;
      keep(same, `other bytes behind ${offset}`);
    },
    isWhole,
    ended(bytes) {
      if (!isWhole(bytes)) throw new WrongBytes(`${path}: it ends behind ${bytes} bytes`);
    },
  };
}
