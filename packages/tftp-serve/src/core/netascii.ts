const LF = 0x0a;
const CR = 0x0d;

/** Bytes that `bytes` take in netascii (RFC 1350 §1, NVT of RFC 764): LF and CR take two. */
export function netasciiLength(bytes: Uint8Array): number {
  let length = bytes.length;
  for (const octet of bytes) if (octet === LF || octet === CR) length++;
  return length;
}

/**
 * Writes `bytes` in netascii: LF as CR LF, CR as CR NUL, all else unchanged.
 * @param skip bytes of the result to leave out at the front, for a block that begins within a pair
 * @returns bytes written: as many as fit
 */
export function encodeNetascii(bytes: Uint8Array, target: Uint8Array, skip: number): number {
  let at = -skip;
  for (const octet of bytes) {
    if (at >= target.length) break;
    if (octet === LF || octet === CR) {
      if (at >= 0) target[at] = CR;
      at++;
      if (at >= 0 && at < target.length) target[at] = octet === LF ? LF : 0;
      at++;
    } else {
      if (at >= 0) target[at] = octet;
      at++;
    }
  }
  return Math.max(0, Math.min(at, target.length));
}

/** Turns netascii blocks back into bytes. A CR at the end of a block waits for the next one. */
export interface NetasciiDecoder {
  /** Bytes of one block, at most one more than it has. */
  decode(block: Uint8Array): Uint8Array;
  /** What is left after the last block: nothing, or a CR that stood alone. */
  end(): Uint8Array;
}

export function netasciiDecoder(): NetasciiDecoder {
  let heldCr = false;
  return {
    decode(block) {
      const result = new Uint8Array(block.length + 1);
      let at = 0;
      for (const octet of block) {
        if (heldCr) {
          heldCr = false;
          if (octet === LF || octet === 0) {
            result[at++] = octet === LF ? LF : CR;
            continue;
          }
          result[at++] = CR;
        }
        if (octet === CR) heldCr = true;
        else result[at++] = octet;
      }
      return result.subarray(0, at);
    },
    end() {
      const rest = heldCr ? Uint8Array.of(CR) : new Uint8Array(0);
      heldCr = false;
      return rest;
    },
  };
}
