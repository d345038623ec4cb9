/**
 * Octets as text: UTF-8, where an octet that is no UTF-8 becomes U+DC80 to U+DCFF (a lone surrogate).
 * Nothing is lost: {@link encodeText} gives the same octets back.
 */
export function decodeText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      at++;
      continue;
    }
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const point = first >= 0xc2 && first <= 0xf4 ? continuation(bytes, at, length) : undefined;
    if (point === undefined) {
      text += String.fromCharCode(0xdc00 | first);
      at++;
    } else {
      text += String.fromCodePoint(point);
      at += length;
    }
  }
  return text;
}

/** The octets of `text`, or `undefined` when it is none or holds a surrogate that {@link decodeText} would not give. */
export function encodeText(text: string): Uint8Array | undefined {
  if (typeof text !== "string") return undefined;
  const octets: number[] = [];
  let escaped = false;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i) as number;
    if (point >= 0xdc80 && point <= 0xdcff) {
      octets.push(point & 0xff);
      escaped = true;
    } else if (point >= 0xd800 && point <= 0xdfff) {
      return undefined;
    } else if (point < 0x80) {
      octets.push(point);
    } else {
      if (point < 0x800) octets.push(0xc0 | (point >>> 6));
      else {
        if (point < 0x10000) octets.push(0xe0 | (point >>> 12));
        else {
          octets.push(0xf0 | (point >>> 18), 0x80 | ((point >>> 12) & 0x3f));
          i++;
        }
        octets.push(0x80 | ((point >>> 6) & 0x3f));
      }
      octets.push(0x80 | (point & 0x3f));
    }
  }
  const bytes = Uint8Array.from(octets);
  return escaped && decodeText(bytes) !== text ? undefined : bytes;
}

/** The text of `sname` or `file`: up to the first NUL. */
export function fieldText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end));
}

/**
 * Text between double quotes, safe in a log or a terminal: controls, quotes, backslashes, invisible and
 * direction-changing characters become `\xNN` or `\u{N}`, octets that were no UTF-8 become `\xNN`.
 */
export function quote(text: string): string {
  return `"${text.replace(UNSAFE, escaped)}"`;
}

const UNSAFE = /["\\]|\p{C}|\p{Zl}|\p{Zp}|\p{DI}|\u2800/gu;

function escaped(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  const point = char.codePointAt(0) as number;
  if (point >= 0xdc80 && point <= 0xdcff) return `\\x${(point & 0xff).toString(16)}`;
  return point < 0x80 ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u{${point.toString(16)}}`;
}

function continuation(bytes: Uint8Array, at: number, length: number): number | undefined {
  if (at + length > bytes.length) return undefined;
  let point = (bytes[at] as number) & (0xff >>> (length + 1));
  for (let i = 1; i < length; i++) {
    const octet = bytes[at + i] as number;
    if ((octet & 0xc0) !== 0x80) return undefined;
    point = (point << 6) | (octet & 0x3f);
  }
  if (length === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return undefined;
  if (length === 4 && (point < 0x10000 || point > 0x10ffff)) return undefined;
  return point;
}
