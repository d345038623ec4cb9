/**
 * Decodes an LZO1X stream (as PXELINUX packs its core) from `start` to its end marker.
 * @param target receives the decoded bytes; a stream that does not fit is refused
 * @returns the number of bytes written and the end of the stream, or undefined when the bytes are not such a stream
 */
export function decodeLzo(
  source: Uint8Array,
  start: number,
  target: Uint8Array,
): { readonly length: number; readonly end: number } | undefined {
  let from = start;
  let to = 0;
  /** Literals after the last match, 0 to 3; 4 after a run of literals. */
  let literals = 0;

  function octet(): number {
    return source[from++] ?? 0;
  }

  /** A length of 0 in an opcode means: 255 for every zero byte, then the rest. */
  function length(inOpcode: number, mask: number): number {
    if (inOpcode !== 0) return inOpcode;
    let sum = mask;
    while (source[from] === 0) {
      sum += 255;
      from++;
    }
    return sum + octet();
  }

  function takeLiterals(count: number): boolean {
    if (from + count > source.length || to + count > target.length) return false;
    target.set(source.subarray(from, from + count), to);
    from += count;
    to += count;
    return true;
  }

  function repeat(distance: number, count: number): boolean {
    if (distance > to || to + count > target.length) return false;
    for (let i = 0; i < count; i++, to++) target[to] = target[to - distance] ?? 0;
    return true;
  }

  const first = source[start] ?? 0;
  if (first > 17) {
    from++;
    if (!takeLiterals(first - 17)) return undefined;
    literals = Math.min(4, first - 17);
  }
  while (from < source.length) {
    const opcode = octet();
    let distance: number;
    let count: number;
    let behind = opcode & 3;
    if (opcode < 16 && literals === 0) {
      if (!takeLiterals(length(opcode, 15) + 3)) return undefined;
      literals = 4;
      continue;
    }
    if (opcode < 16) {
      count = literals === 4 ? 3 : 2;
      distance = (opcode >> 2) + (octet() << 2) + (literals === 4 ? 2049 : 1);
    } else if (opcode >= 64) {
      count = (opcode >> 5) + 1;
      distance = ((opcode >> 2) & 7) + (octet() << 3) + 1;
    } else {
      const far = opcode < 32;
      count = (far ? length(opcode & 7, 7) : length(opcode & 31, 31)) + 2;
      const low = octet();
      const pair = low | (octet() << 8);
      behind = low & 3;
      distance = (pair >> 2) + (far ? (opcode & 8) << 11 : 1);
      if (far && distance === 0) return { length: to, end: from };
      if (far) distance += 16_384;
    }
    if (!repeat(distance, count) || !takeLiterals(behind)) return undefined;
    literals = behind;
  }
  return undefined;
}
