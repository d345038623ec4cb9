// Without DataView: it would be made anew for each record.

export function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function u32le(bytes: Uint8Array, at: number): number {
  return (u16le(bytes, at) | (u16le(bytes, at + 2) << 16)) >>> 0;
}

/** A 64-bit number. Above 2^53 it is inexact, and above every limit. */
export function u64le(bytes: Uint8Array, at: number): number {
  return u32le(bytes, at + 4) * 2 ** 32 + u32le(bytes, at);
}

/** One character for each byte. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** UTF-8 where the bytes are UTF-8; otherwise one character for each byte, as file names of requests are read. */
export function utf8(bytes: Uint8Array): string {
  const text = latin1(bytes);
  if (!/[\x80-\xff]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replace(/[%\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`));
  } catch {
    return text;
  }
}

export function utf16(bytes: Uint8Array, endian: "big" | "little"): string {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const [low = 0, high = 0] = endian === "little" ? [bytes[at], bytes[at + 1]] : [bytes[at + 1], bytes[at]];
    text += String.fromCharCode((high << 8) | low);
  }
  return text;
}

/** A field of fixed width, padded with spaces or NULs. */
export function field(bytes: Uint8Array): string {
  return utf8(bytes).replace(/[\0 ]+$/, "");
}

export function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}
