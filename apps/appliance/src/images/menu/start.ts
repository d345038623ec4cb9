import { type ImageEntryRow, type ImageSystem, imageNames } from "../../catalogue/images.ts";
import { baseUrl, isSmall, type Loader, type MenuServer, type Place, type ReadyImage } from "./place.ts";
import { blankWords, isPlainPath } from "./plain.ts";
import { refusalOf } from "./refusals.ts";

/** How a loader starts an image. Files are names below the root. */
export type ImageStart =
  | {
      readonly kind: "linux";
      readonly kernel: string;
      readonly initrds: readonly string[];
      readonly arguments: string;
      /** The program by which Secure Boot accepts the kernel. */
      readonly shim?: string;
    }
  /** A UEFI program of the image. */
  | { readonly kind: "program"; readonly file: string; readonly arguments: string }
  /** The image as a drive in memory, on BIOS machines. */
  | { readonly kind: "memdisk"; readonly memdisk: string; readonly image: string }
  /** The image as a drive by HTTP. */
  | { readonly kind: "sanboot"; readonly image: string }
  | {
      readonly kind: "wimboot";
      readonly wimboot: string;
      readonly files: readonly (readonly [name: string, file: string])[];
    };

export type StartResult =
  | { readonly ok: true; readonly start: ImageStart }
  | { readonly ok: false; readonly why: string };

/**
 * How a machine starts an image, or why it cannot.
 * @param entry of the image; undefined where it has none, because its way has no kernel
 */
export function startOf(
  row: ReadyImage,
  entry: ImageEntryRow | undefined,
  more: string | undefined,
  { loader, machine, server }: Place,
): StartResult {
  const { system } = row;
  const why = refusalOf(row, entry, { loader, machine, server });
  if (why !== undefined) return { ok: false, why };
  const inside = (path: string) => `${imageNames.tree(row.id)}/${path}`;
  const program = system.efiPrograms.get(machine.arch ?? 7);
  switch (system.way) {
    case "http":
    case "initrd":
    case "file-in-initrd": {
      if (entry === undefined) return { ok: false, why: "no kernel was found in it" };
      // Its kernel is for BIOS machines. PXELINUX and its kin start no UEFI programs.
      if (isMemoryTest(system) && machine.firmware === "uefi" && program !== undefined && loader !== "pxelinux") {
        return { ok: true, start: { kind: "program", file: inside(program), arguments: more ?? "" } };
      }
      const composed = imageNames.initrd({ id: row.id, entry: entry.id });
      const initrds = system.way === "file-in-initrd" ? [composed] : entry.initrds.map(inside);
      const kernel = inside(entry.kernel);
      const line = argumentsOf(row.id, entry, more, server);
      const odd = oddPart(loader, [kernel, ...initrds], line);
      if (odd !== undefined) return { ok: false, why: odd };
      const shim = machine.firmware === "bios" || program === undefined ? {} : { shim: inside(program) };
      return { ok: true, start: { kind: "linux", kernel, initrds, arguments: line, ...shim } };
    }
    case "boot-loader": {
      if (program === undefined) return { ok: false, why: "it has no boot loader for this machine" };
      const config = `${baseUrl(server)}/${inside("boot.cfg")}`;
      return { ok: true, start: { kind: "program", file: inside(program), arguments: `-c ${config}` } };
    }
    case "wimboot": {
      const files = [["boot.wim", inside(system.root ?? "sources/boot.wim")]] as const;
      return { ok: true, start: { kind: "wimboot", wimboot: server.wimboot ?? "wimboot", files } };
    }
    case "drive": {
      const image = imageNames.whole(row.id);
      const { memdisk } = server;
      const inMemory = memdisk !== undefined && machine.firmware !== "uefi" && (loader !== "ipxe" || isSmall(row));
      return { ok: true, start: inMemory ? { kind: "memdisk", memdisk, image } : { kind: "sanboot", image } };
    }
    case "none":
      return { ok: false, why: system.limits ?? "it does not boot over the network" };
  }
}

export function isMemoryTest({ family }: ImageSystem): boolean {
  return family === "memtest86plus";
}

/** The command line with the URLs of the image. Loaders take `initrd=` for a file of theirs; each writes its own. */
function argumentsOf(
  id: string,
  { arguments: line }: ImageEntryRow,
  more: string | undefined,
  server: MenuServer,
): string {
  const base = baseUrl(server);
  const filled = line
    .replaceAll("{tree}", () => `${base}/${imageNames.tree(id)}`)
    .replaceAll("{image}", () => `${base}/${imageNames.whole(id)}`);
  const words = blankWords(filled).filter((word) => !/^initrd=/i.test(word));
  // What follows `---` is for the system that is installed.
  const end = words.findIndex((word) => /^-{2,3}$/.test(word));
  return words.toSpliced(end === -1 ? words.length : end, 0, ...blankWords(more ?? "")).join(" ");
}

/** Bytes of a command line of an x86 kernel, without the NUL at its end (Linux, COMMAND_LINE_SIZE). */
const longestLine = 2047;

/** Why the language of a loader has no words for these names and this command line. */
function oddPart(loader: Loader, files: readonly string[], line: string): string | undefined {
  const names = files.every((file) => (loader === "ipxe" ? true : isPlainPath(file) && !/[,]/.test(file)));
  if (!names) return `a file in it has a name that ${loader === "grub" ? "GRUB" : "PXELINUX"} cannot ask for`;
  if (line.length > longestLine) return "its command line is longer than a kernel takes";
  if (/[^ -~]/.test(line)) return "its command line has characters that no boot loader passes on";
  const ends = loader === "ipxe" && blankWords(line).some((word) => /^#|^(\|\||&&|;)$|\$\{|\\$/.test(word));
  return ends ? "its command line has words that iPXE takes for its own" : undefined;
}
