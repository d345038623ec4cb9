/** One file that a PXELINUX configuration names. `line` and `column` count from 1. */
export interface PxelinuxFile {
  /** `kernel`: its name decides its type. `linux` and the others: the keyword decides. */
  readonly keyword: "kernel" | "linux" | "initrd" | "other";
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

const others = new Set(["boot", "bss", "pxe", "fdimage", "comboot", "com32", "include", "fdt", "ui"]);

/**
 * The files in a configuration (Syslinux doc/syslinux.txt): the first word after KERNEL, LINUX and the like, each
 * file of INITRD and of `initrd=` after APPEND. `UI` and `INCLUDE` count, `DEFAULT` and `LABEL` name labels.
 */
export function parsePxelinuxConfig(text: string): PxelinuxFile[] {
  return text.split(/\r?\n/).flatMap((row, index): PxelinuxFile[] => {
    const match = /^(\s*(?:menu\s+)?)([a-z0-9]+)(\s+)(\S.*)$/i.exec(row);
    const [, indent = "", word = "", gap = "", rest = ""] = match ?? [];
    const start = indent.length + word.length + gap.length;
    const at = (keyword: PxelinuxFile["keyword"], name: string, offset: number): PxelinuxFile => ({
      keyword,
      name,
      line: index + 1,
      column: start + offset + 1,
    });
    const first = rest.split(/\s/)[0] ?? "";
    switch (word.toLowerCase()) {
      case "kernel":
        return [at("kernel", first, 0)];
      case "linux":
        return [at("linux", first, 0)];
      case "initrd":
        return list(first, 0).map(([name, offset]) => at("initrd", name, offset));
      case "append": {
        const found = /(?:^|\s)initrd=(\S+)/.exec(rest);
        if (found === null) return [];
        const offset = found.index + found[0].length - (found[1]?.length ?? 0);
        return list(found[1] ?? "", offset).map(([name, place]) => at("initrd", name, place));
      }
      default:
        return others.has(word.toLowerCase()) ? [at("other", first, 0)] : [];
    }
  });
}

/** Several files are separated by commas. */
function list(text: string, offset: number): [string, number][] {
  let at = offset;
  return text.split(",").flatMap((name): [string, number][] => {
    const place = at;
    at += name.length + 1;
    return name === "" ? [] : [[name, place]];
  });
}
