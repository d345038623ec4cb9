/** Bytes without a pattern (xorshift32 of the size), the same on every run, so that a lost or doubled block shows. */
export function filler(size: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = (size * 2654435761 + 1) >>> 0 || 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}
