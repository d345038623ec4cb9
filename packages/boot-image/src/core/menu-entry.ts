/** An entry of a boot menu that starts a Linux kernel, as its configuration has it. */
export interface MenuEntry {
  readonly title: string;
  /** Paths in the image, without a slash in front. */
  readonly kernel: string;
  readonly initrds: readonly string[];
  /** The words of the kernel's command line, without those that name the initrd. */
  readonly arguments: string;
  /** The menu starts it when nobody chooses. */
  readonly isDefault: boolean;
}

/** What a configuration holds. */
export interface MenuText {
  readonly entries: readonly MenuEntry[];
  /** Other configurations that it reads, as paths in the image. */
  readonly includes: readonly string[];
}

export const mostEntries = 256;
/** Characters; the kernels of all architectures take fewer. */
export const longestArguments = 8192;
const longestLine = 16 * 1024;

/** The lines of a configuration, without those that no loader would read. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => (line.length > longestLine ? "" : line));
}

/** The folder of a path; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** A name from a folder on, as a path in the image: `.`, `..` and slashes worked out. `..` does not lead above the root. */
export function pathFrom(folder: string, name: string): string {
  const turned = name.replaceAll("\\", "/");
  const parts: string[] = [];
  for (const part of (turned.startsWith("/") ? turned : `${folder}/${turned}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The words of a command line; quotes stay, and keep what is in them together. */
export function wordsOf(line: string): string[] {
  return line.match(/(?:[^\s"]|"[^"]*(?:"|$))+/g) ?? [];
}

/** Takes the words that name an initrd out of a command line: `initrd=/live/initrd.img,/extra`. */
export function splitArguments(words: readonly string[], folder: string) {
  const initrds: string[] = [];
  const rest: string[] = [];
  for (const word of words) {
    const names = /^initrd=(.*)$/.exec(word)?.[1];
    if (names === undefined) rest.push(word);
    else
      initrds.push(
        ...names
          .split(",")
          .filter(Boolean)
          .map((name) => pathFrom(folder, name)),
      );
  }
  return { initrds, arguments: rest.filter((word) => !/^BOOT_IMAGE=/.test(word)).join(" ") };
}
