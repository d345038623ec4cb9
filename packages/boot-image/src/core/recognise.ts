import { debianFamilies } from "./families-debian.ts";
import { otherFamilies } from "./families-other.ts";
import { redHatFamilies } from "./families-red-hat.ts";
import type { ArgumentChanges, Family, FamilyMarks } from "./family.ts";
import type { DiscImage } from "./image.ts";
import { type MenuEntry, wordsOf } from "./menu-entry.ts";
import { readMenus, readText } from "./menus.ts";
import type { Medium } from "./reader.ts";

/** All that is recognised; the first row whose marks an image has is its family. The last fits every image. */
export const families: readonly Family[] = [...debianFamilies, ...redHatFamilies, ...otherFamilies];

/** What is on an image, and how it boots. */
export interface Recognised {
  readonly family: Family;
  /** What the image calls itself. */
  readonly title: string;
  /** What can be started, as {@link fillArguments} takes it; the default first. Empty unless the way has a kernel. */
  readonly entries: readonly MenuEntry[];
  /** The path of the file from which the system runs. */
  readonly root?: string;
  /** Bytes of memory that a machine needs, as a rule of thumb. */
  readonly memory?: number;
}

/** Where a client finds the image: URLs without a slash at the end, with the address, not the name, of the server. */
export interface ImageUrls {
  /** Below it are the files of the image. */
  readonly tree: string;
  /** The image itself. */
  readonly image: string;
}

/**
 * Recognises the system of an image by what is in it, never by the name of the file, and reads its own boot menus: kernels, initrds
 * and arguments are those of the menu, with only the words changed that name the medium.
 * @param medium the one on which the image was opened
 */
export async function recognise(medium: Medium, image: DiscImage): Promise<Recognised> {
  const menu = await readMenus(medium, image);
  let family: Family | undefined;
  for (const row of families) {
    if (await fits(medium, image, menu, row.marks)) {
      family = row;
      break;
    }
  }
  const found = family ?? (families.at(-1) as Family);
  const root = (await firstPath(image, found.roots ?? []))?.path;
  const info = (await readText(medium, image.files, ".disk/info"))?.split(/[\r\n]/)[0]?.trim();
  const title = info || image.label || found.systems;
  const entries = hasKernel(found) ? await entriesOf(image, found, menu, root, title) : [];
  const [first] = entries;
  const memory = await memoryOf(image, found, first, root);
  return {
    family: found,
    title,
    entries,
    ...(root === undefined ? {} : { root }),
    ...(memory === undefined ? {} : { memory }),
  };
}

function hasKernel({ way }: Family): boolean {
  return way === "http" || way === "initrd" || way === "file-in-initrd";
}

async function fits(
  medium: Medium,
  image: DiscImage,
  menu: readonly MenuEntry[],
  marks: FamilyMarks,
): Promise<boolean> {
  const { all = [], any, none = [], label, systemId, text, word, without, atMost } = marks;
  if (label !== undefined && !label.test(image.label)) return false;
  if (systemId !== undefined && !systemId.test(image.systemId)) return false;
  if (atMost !== undefined && image.size > atMost) return false;
  if (without === "efi" && (image.efi !== undefined || image.bootEntries.length === 0)) return false;
  if (word !== undefined && !menu.some((entry) => wordsOf(entry.arguments).some((one) => word.test(one)))) return false;
  for (const path of all) if ((await firstPath(image, [path])) === undefined) return false;
  if (any !== undefined && (await firstPath(image, any)) === undefined) return false;
  for (const path of none) if ((await firstPath(image, [path])) !== undefined) return false;
  return text === undefined || text[1].test((await readText(medium, image.files, text[0])) ?? "");
}

/** The first path that exists; of several names that a `*` fits, the first of the alphabet. */
async function firstPath({ files }: DiscImage, patterns: readonly string[]) {
  for (const pattern of patterns) {
    const path = await expanded(pattern.split("/"), "");
    const found = path === undefined ? undefined : await files.find(path, { ignoreCase: true });
    if (path !== undefined && found?.ok) return { path, entry: found.entry };
  }
  return undefined;

  async function expanded([first, ...rest]: readonly string[], folder: string): Promise<string | undefined> {
    if (first === undefined) return folder;
    const below = (name: string) => expanded(rest, folder === "" ? name : `${folder}/${name}`);
    if (!first.includes("*")) return await below(first);
    const pattern = patternOf(first);
    const listed = await files.list(folder);
    if (!listed.ok) return undefined;
    const names = listed.entries.map(({ name }) => name).filter((name) => pattern.test(name));
    for (const name of names.sort().slice(0, 8)) {
      const path = await below(name);
      if (path !== undefined && (await files.find(path, { ignoreCase: true })).ok) return path;
    }
    return undefined;
  }
}

async function entriesOf(
  image: DiscImage,
  family: Family,
  menu: readonly MenuEntry[],
  root: string | undefined,
  title: string,
): Promise<readonly MenuEntry[]> {
  const there: MenuEntry[] = [];
  for (const entry of menu) {
    if (!belongs(entry, family)) continue;
    const paths = [entry.kernel, ...entry.initrds];
    const found = await Promise.all(paths.map((path) => image.files.find(path, { ignoreCase: true })));
    if (found.every(({ ok }) => ok)) there.push(entry);
  }
  if (there.length === 0) {
    const kernel = (await firstPath(image, family.kernels ?? []))?.path;
    const initrd = (await firstPath(image, family.initrds ?? []))?.path;
    if (kernel === undefined || (initrd === undefined && family.initrds !== undefined)) return [];
    there.push({ title, kernel, initrds: initrd === undefined ? [] : [initrd], arguments: "", isDefault: true });
  }
  const changed = new Map<string, MenuEntry>();
  for (const entry of there) {
    const line = rewriteArguments(entry.arguments, family.arguments ?? {}).replaceAll("{root}", () => root ?? "");
    // GRUB takes quotes away that ISOLINUX leaves to the kernel, which takes them away too.
    const key = [entry.kernel, ...entry.initrds, line.replaceAll('"', "")].join("\n");
    // "Test this medium and start" is the same as "start" without a medium.
    const known = changed.get(key);
    const isDefault = entry.isDefault || known?.isDefault === true;
    const first = known ?? { ...entry, title: entry.title || title, arguments: line };
    changed.set(key, { ...first, isDefault });
  }
  return [...changed.values()].sort((one, other) => Number(other.isDefault) - Number(one.isDefault));
}

/** An image may hold other systems beside: an installer, a memory test. */
function belongs({ kernel, initrds, arguments: line }: MenuEntry, family: Family): boolean {
  if (family.initrds !== undefined && initrds.length === 0) return false;
  const [top = ""] = kernel.split("/");
  if (family.kernels?.some((pattern) => patternOf(pattern.split("/")[0] ?? "").test(top)) !== false) return true;
  const own = wordsOf(family.arguments?.add ?? "").filter((word) => word.includes("=") && !word.includes("{"));
  return wordsOf(line).some((word) => own.includes(word));
}

function patternOf(glob: string): RegExp {
  return new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "i");
}

/** Changes the words of a command line that name the medium; what follows `---` is for the system that is installed, and stays last. */
export function rewriteArguments(line: string, { drop, replace = [], add = "" }: ArgumentChanges): string {
  const words = wordsOf(line).filter((word) => drop?.test(word) !== true);
  const changed = words.map((word) => replace.find(([pattern]) => pattern.test(word))?.[1] ?? word);
  const keyOf = (word: string) => word.replace(/=.*$/s, "=");
  const missing = wordsOf(add).filter((word) => !changed.some((known) => keyOf(known) === keyOf(word)));
  const end = changed.findIndex((word) => /^-{2,3}$/.test(word));
  return changed.toSpliced(end === -1 ? changed.length : end, 0, ...missing).join(" ");
}

/** The command line of an entry for a client: with the URLs under which it finds the image. */
export function fillArguments({ arguments: line }: MenuEntry, { tree, image }: ImageUrls): string {
  return line.replaceAll("{tree}", () => tree).replaceAll("{image}", () => image);
}

async function memoryOf(
  image: DiscImage,
  { memory }: Family,
  entry: MenuEntry | undefined,
  root: string | undefined,
): Promise<number | undefined> {
  if (memory === undefined) return undefined;
  const sizeOf = async (path: string) => {
    const found = await image.files.find(path, { ignoreCase: true });
    return found.ok ? found.entry.size : 0;
  };
  const whole =
    memory.of === "image" ? image.size : memory.of === "root" && root !== undefined ? await sizeOf(root) : 0;
  let sum = memory.more * 1024 * 1024 + whole * memory.times;
  for (const path of entry === undefined ? [] : [entry.kernel, ...entry.initrds]) sum += await sizeOf(path);
  return Math.ceil(sum);
}
