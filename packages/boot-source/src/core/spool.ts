/** The last bytes of a stream, by their position in it. */
export interface Spool {
  /** Position behind the last byte that came. */
  readonly end: number;
  /** Position of the first byte that is still there. */
  readonly start: number;
  /** Takes the next bytes. They are copied: who makes streams may use its buffers again. */
  push(chunk: Uint8Array): void;
  /** Copies the bytes from `position` on, as far as there are any. @returns how many */
  copy(target: Uint8Array, position: number): number;
  /** Lets go of old bytes until `limit` are left, but of none from `position` on. */
  trim(limit: number, position: number): void;
}

export function spool(): Spool {
  const chunks: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  let start = 0;
  let end = 0;
  return {
    get end() {
      return end;
    },
    get start() {
      return start;
    },
    push(chunk) {
      if (chunk.length === 0) return;
      chunks.push({ start: end, bytes: new Uint8Array(chunk) });
      end += chunk.length;
    },
    copy(target, position) {
      let copied = 0;
      for (const { start: from, bytes } of chunks) {
        const skip = position + copied - from;
        if (skip < 0 || skip >= bytes.length) continue;
        const part = bytes.subarray(skip, skip + target.length - copied);
        target.set(part, copied);
        copied += part.length;
        if (copied === target.length) break;
      }
      return copied;
    },
    trim(limit, position) {
      for (let oldest = chunks[0]; oldest !== undefined; oldest = chunks[0]) {
        const next = oldest.start + oldest.bytes.length;
        if (end - next < limit || next > position) return;
        chunks.shift();
        start = next;
      }
    },
  };
}
