import type { CheckProgram } from "../../catalogue/boot-check.ts";
import { images } from "./images.ts";

/** Where the text of the server begins in each image, behind this mark. */
const mark = "BOOTLACE-TEXT-01";

/** Bytes of mark and text together; the last one stays NUL. */
const blockOctets = 1024;

/** Bytes of text that fit. */
export const longestText = blockOctets - mark.length - 1;

/** The program as it was built, its text empty. */
export function builtImage(name: CheckProgram["name"]): Uint8Array {
  return new Uint8Array(Buffer.from(images[name], "base64"));
}

/**
 * The program with a text of the server in it. Size, header and code stay as they were built; what is not printable
 * ASCII or the end of a line becomes a question mark, and what does not fit is cut.
 */
export function filledImage(name: CheckProgram["name"], text: string): Uint8Array {
  const image = builtImage(name);
  const at = Buffer.from(image.buffer).indexOf(mark, 0, "latin1") + mark.length;
  image.set(new TextEncoder().encode(text.replace(/[^\n -~]/gu, "?").slice(0, longestText)), at);
  return image;
}
