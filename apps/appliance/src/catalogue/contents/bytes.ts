/** Bytes as text of one character each. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += 8192) {
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  }
  return text;
}

/** Whether these characters are at this offset. */
export function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  if (offset < 0 || offset + text.length > bytes.length) return false;
  for (let index = 0; index < text.length; index++) {
    if (bytes[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Numbers of a file's header; undefined beyond the bytes that are known. */
export interface Numbers {
  u16(offset: number): number | undefined;
  u32(offset: number): number | undefined;
  /** Exact up to 2^53. */
  u64(offset: number): number | undefined;
}

export function numbers(bytes: Uint8Array, littleEndian = true): Numbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const within = (offset: number, length: number) => offset >= 0 && offset + length <= view.byteLength;
  return {
    u16: (offset) => (within(offset, 2) ? view.getUint16(offset, littleEndian) : undefined),
    u32: (offset) => (within(offset, 4) ? view.getUint32(offset, littleEndian) : undefined),
    u64: (offset) => (within(offset, 8) ? Number(view.getBigUint64(offset, littleEndian)) : undefined),
  };
}
