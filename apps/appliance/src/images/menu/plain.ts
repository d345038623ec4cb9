/** The columns of a menu that every screen of 80 has: iPXE leaves a margin, and room for the seconds. */
export const menuColumns = 68;

/**
 * Text of an image or of the config as a line of a menu: printable ASCII, which is all that a serial console, a BIOS screen and a
 * loader without fonts have in common. Letters lose their accents; what is left over becomes a question mark.
 * @param width columns; what does not fit is cut
 */
export function plainText(text: string, width = menuColumns): string {
  const plain = text
    .slice(0, 4 * width)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[\p{Z}\p{C}]+/gu, " ")
    .replace(/[^ -~]/gu, "?")
    .trim();
  return plain.length <= width ? plain : `${plain.slice(0, width - 2).trimEnd()}..`;
}

/** True where each character can be written in a name that all loaders ask for as it is. */
export function isPlainPath(path: string): boolean {
  return /^[!-~]+$/.test(path);
}

/** Words of a command line, by blanks alone: quotes stay where they are. */
export function blankWords(line: string): readonly string[] {
  return line.split(/[\s\p{C}]+/u).filter((word) => word !== "");
}
