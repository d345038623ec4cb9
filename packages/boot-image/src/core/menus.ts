import { utf8 } from "./bytes.ts";
import type { ImageEntry } from "./entry.ts";
import type { FileSystem } from "./file-system.ts";
import { contentFault, type DiscImage, readEntry } from "./image.ts";
import { type MenuEntry, type MenuText, mostEntries } from "./menu-entry.ts";
import { readGrubMenu } from "./menu-grub.ts";
import { readLoaderEntry, readSyslinuxMenu } from "./menu-syslinux.ts";
import type { Medium } from "./reader.ts";

/** Where images have their menus; each is read where it exists, and the first that has an entry gives its title. */
const grubMenus = [
  "boot/grub/loopback.cfg",
  "boot/grub/grub.cfg",
  "boot/grub2/grub.cfg",
  "EFI/BOOT/grub.cfg",
  "EFI/debian/grub.cfg",
];
const syslinuxMenus = [
  "isolinux/isolinux.cfg",
  "syslinux/syslinux.cfg",
  "boot/isolinux/isolinux.cfg",
  "boot/syslinux/syslinux.cfg",
  "boot/x86_64/loader/isolinux.cfg",
  "isolinux.cfg",
  "syslinux.cfg",
];
const loaderEntries = "loader/entries";

/** No configuration is longer. */
const longestText = 256 * 1024;
const mostFiles = 64;

/** Reads a text file of the image; undefined where there is none, or where it is no text. */
export async function readText(medium: Medium, files: FileSystem, path: string): Promise<string | undefined> {
  const found = await files.find(path, { ignoreCase: true });
  return found.ok ? textOf(medium, found.entry) : undefined;
}

async function textOf(medium: Medium, entry: ImageEntry): Promise<string | undefined> {
  if (contentFault(entry, medium.size) !== undefined || entry.size > longestText) return undefined;
  const bytes = new Uint8Array(entry.size);
  const got = await readEntry(medium, entry, bytes, 0);
  return got < bytes.length || bytes.includes(0) ? undefined : utf8(bytes).replace(/^\ufeff/, "");
}

/**
 * The entries of all menus that an image brings: of GRUB, of systemd-boot, of ISOLINUX and SYSLINUX, with what these include.
 * Entries that do the same count once.
 * @param medium the one on which the image was opened
 */
export async function readMenus(medium: Medium, image: DiscImage): Promise<readonly MenuEntry[]> {
  const found = new Map<string, MenuEntry>();
  const seen = new Set<string>();
  const add = (entries: readonly MenuEntry[]) => {
    for (const entry of entries) {
      const clean = withoutControls(entry);
      const key = [entry.kernel, ...entry.initrds, entry.arguments].join("\n");
      if (clean !== undefined && found.size < mostEntries && !found.has(key)) found.set(key, clean);
    }
  };

  async function follow(files: FileSystem, start: string, parse: (text: string, path: string) => MenuText) {
    const waiting = [start];
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const key = `${files.kind} ${path.toLowerCase()}`;
      if (seen.size >= mostFiles || seen.has(key)) continue;
      seen.add(key);
      const text = await readText(medium, files, path);
      if (text === undefined) continue;
      const { entries, includes } = parse(text, path);
      add(entries);
      waiting.push(...includes);
    }
  }

  const places = image.efi === undefined ? [image.files] : [image.files, image.efi];
  for (const path of grubMenus) for (const files of places) await follow(files, path, readGrubMenu);
  for (const files of places) {
    const listed = await files.list(loaderEntries);
    if (!listed.ok) continue;
    for (const entry of listed.entries.slice(0, mostFiles)) {
      const text = /\.conf$/i.test(entry.name) ? await textOf(medium, entry) : undefined;
      if (text !== undefined) add(readLoaderEntry(text));
    }
  }
  for (const path of syslinuxMenus) {
    // Names of an included file count from the folder of the first.
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    await follow(image.files, path, (text, own) => readSyslinuxMenu(text, own, folder));
  }
  return [...found.values()];
}

/** A line end in a title or an argument would begin another command in the menu that is made of it. */
function withoutControls(entry: MenuEntry): MenuEntry | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const controls = /[\0-\x1f\x7f]+/g;
  if ([entry.kernel, ...entry.initrds].some((path) => path.search(controls) !== -1)) return undefined;
  const clean = (text: string) => text.replace(controls, " ").trim();
  return { ...entry, title: clean(entry.title).slice(0, 200), arguments: clean(entry.arguments) };
}
