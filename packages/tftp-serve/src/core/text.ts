/**
 * Bytes as text: UTF-8 where they are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates), else one
 * character for each byte, so that an overlong `.` or `/` never becomes one.
 */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  return decodeUtf8(bytes, from, to) ?? decodeLatin1(bytes, from, to);
}

/** One character for each byte. */
export function decodeLatin1(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

function decodeUtf8(bytes: Uint8Array, from: number, to: number): string | undefined {
  let text = "";
  let at = from;
  while (at < to) {
    const lead = bytes[at++] ?? 0;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const more =
      lead >= 0xf0 && lead < 0xf5 ? 3 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xc2 && lead < 0xe0 ? 1 : 0;
    if (more === 0 || at + more > to) return undefined;
    let point = lead & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[at++] ?? 0;
      if ((next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    const least = more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** Writes one byte for each character, the low eight bits of its code. @returns the offset after it */
export function writeLatin1(text: string, target: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** RFC 1350 sets no bounds; ours are 1..255 characters, none of them a control character. */
export function isServableName(name: string): boolean {
  if (name.length === 0 || name.length > 255) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return true;
}
