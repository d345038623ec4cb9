import { decodeText } from "@bootlace/dhcp-core";
import type { ContentFlaw } from "../file-facts.ts";

/** A file of text, as far as its bytes say so. */
export interface Text {
  readonly text: string;
  /** How it was written, where its loader will not read it. */
  readonly flaw?: Extract<ContentFlaw, "byte-order-mark" | "utf-16">;
}

/** No configuration and no script is larger. */
export const longestText = 256 * 1024;

/** Whether there are bytes that no text has: controls but tab, line ends, form feed, escape and DOS's end of file. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1a && byte !== 0x1b);
}

/** @param bytes the first bytes of the file, or all of it; undefined where they are no text */
export function readText(bytes: Uint8Array): Text | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return { text: utf16(bytes.subarray(2), true), flaw: "utf-16" };
  if (first === 0xfe && second === 0xff) return { text: utf16(bytes.subarray(2), false), flaw: "utf-16" };
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const rest = bytes.subarray(3);
    return isBinary(rest) ? undefined : { text: decodeText(rest), flaw: "byte-order-mark" };
  }
  if (isBinary(bytes)) return utf16WithoutMark(bytes);
  return { text: decodeText(bytes) };
}

/** Notepad's "Unicode" without a mark: every other byte is zero, and the rest is text. */
function utf16WithoutMark(bytes: Uint8Array): Text | undefined {
  if (bytes.length < 8) return undefined;
  const part = bytes.subarray(0, 512 & ~1);
  for (const littleEndian of [true, false]) {
    const text = utf16(part, littleEndian);
    if (/^[\t\r\n\x20-\x7e]+$/.test(text)) return { text: utf16(bytes, littleEndian), flaw: "utf-16" };
  }
  return undefined;
}

function utf16(bytes: Uint8Array, littleEndian: boolean): string {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const [low = 0, high = 0] = littleEndian ? [bytes[at], bytes[at + 1]] : [bytes[at + 1], bytes[at]];
    text += String.fromCharCode((high << 8) | low);
  }
  return text;
}

/** A page of HTML, or the error document of a web store, where a file was meant. */
export function isWebPage(text: string): boolean {
  return /^\s*(?:<!--[\s\S]{0,2000}?-->\s*)?(?:<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype\s+html|html|head|body|title|Error)[\s>]/i.test(
    text.slice(0, 4096),
  );
}
