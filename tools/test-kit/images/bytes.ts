/** Writes little-endian numbers and text into bytes, where tests make images. */
export interface Pen {
  readonly bytes: Uint8Array;
  u8(at: number, value: number): void;
  u16(at: number, value: number): void;
  u32(at: number, value: number): void;
  u64(at: number, value: number): void;
  /** Little-endian, then big-endian. */
  both16(at: number, value: number): void;
  both32(at: number, value: number): void;
  put(at: number, bytes: Uint8Array): void;
  text(at: number, text: string, width?: number): void;
}

export function pen(bytes: Uint8Array): Pen {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    bytes,
    u8: (at, value) => view.setUint8(at, value),
    u16: (at, value) => view.setUint16(at, value, true),
    u32: (at, value) => view.setUint32(at, value, true),
    u64: (at, value) => view.setBigUint64(at, BigInt(value), true),
    both16(at, value) {
      view.setUint16(at, value, true);
      view.setUint16(at + 2, value);
    },
    both32(at, value) {
      view.setUint32(at, value, true);
      view.setUint32(at + 4, value);
    },
    put: (at, part) => bytes.set(part, at),
    text(at, text, width = text.length) {
      bytes.set(new TextEncoder().encode(text.padEnd(width, " ")).subarray(0, width), at);
    },
  };
}

export function utf16be(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let at = 0; at < text.length; at++) new DataView(bytes.buffer).setUint16(at * 2, text.charCodeAt(at));
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The same bytes for the same seed, and no zeros beside each other for long. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 || 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}
