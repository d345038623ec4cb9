import { basename } from "node:path";
import { readClientPath } from "@bootlace/boot-source";
import { architectureByCode, quote } from "@bootlace/dhcp-core";
import { imageText } from "../catalogue/image-text.ts";
import { type ImageRow, imageNames, imagesFolder, readImageChoice } from "../catalogue/images.ts";
import { ipxePackage } from "../catalogue/ipxe-package.ts";
import { bios } from "../catalogue/names.ts";
import type { BootTree } from "../catalogue/tree.ts";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import { imageFolders, servesImages } from "../images/image-folders.ts";
import { readImages } from "../images/read-image.ts";
import { finding, type TreeFinding } from "./findings.ts";

/** The disc images that a daemon with this config would have. */
export async function imagesOf({ config }: LoadedConfig, now: number): Promise<readonly ImageRow[]> {
  return servesImages(config) ? await readImages(imageFolders(config), now) : [];
}

/** Images that cannot be used. */
export function imageFindings(rows: readonly ImageRow[]): TreeFinding[] {
  return rows.flatMap((row) => {
    if (row.state !== "faulty") return [];
    const place = { file: row.path, line: 0, column: 0, path: "" };
    return [finding("T023", place, imageText(row), "Copy it again, or remove it from the folder")];
  });
}

/** Rules, and the menu's default, that name an image or an entry which is not there. */
export function imageNameFindings(loaded: LoadedConfig, rows: readonly ImageRow[]): TreeFinding[] {
  const { boot, images } = loaded.config;
  if (!servesImages(loaded.config)) return [];
  const named: readonly (readonly [path: readonly PropertyKey[], image: string | undefined])[] = [
    ...boot.map(({ image }, index) => [["boot", index, "image"], image] as const),
    [["images", "menu", "default"], images.menu.default],
  ];
  return named.flatMap(([path, image]) => {
    const missing = image === undefined ? undefined : missingImage(image, rows);
    if (missing === undefined) return [];
    const origin = loaded.originOf(path);
    const where = origin.kind === "file" ? origin : { file: "defaults", line: 0 };
    const place = { file: where.file, line: where.line, column: where.line === 0 ? 0 : 1, path: formatPath(path) };
    return [finding("T024", place, ...missing)];
  });
}

function missingImage(name: string, rows: readonly ImageRow[]): readonly [problem: string, remedy: string] | undefined {
  const choice = readImageChoice(name);
  const row = rows.find(({ id }) => id === choice?.id);
  const known = (names: readonly string[]) => `Known names: ${names.slice(0, 20).join(", ")}`;
  if (row === undefined) {
    const ids = rows.map(({ id }) => id);
    return [`there is no disc image ${quote(name)}`, ids.length === 0 ? "Copy it into the folder" : known(ids)];
  }
  if (row.state !== "ready" || choice?.entry === undefined) return undefined;
  const ids = row.system.entries.map(({ id }) => id);
  return ids.includes(choice.entry)
    ? undefined
    : [`the disc image ${quote(row.id)} has no entry ${quote(choice.entry)}`, known(ids)];
}

const x64 = 7;

/** Images that boot nowhere, and machines that have no way to boot them. */
export function imageNotes(rows: readonly ImageRow[], tree: BootTree): string[] {
  const notes = rows.flatMap((row) => {
    const isNote = row.state === "copying" || (row.state === "ready" && row.system.way === "none");
    return isNote ? [`image ${quote(basename(row.path))}${row.state === "ready" ? ":" : ""} ${imageText(row)}`] : [];
  });
  const ready = rows.flatMap((row) => (row.state === "ready" && row.system.way !== "none" ? [row.system] : []));
  if (ready.length === 0) return notes;
  const codes = [bios.code, x64].filter((code) => !tree.ipxe.has(code));
  const without = codes.filter((code) => !tree.entries.has(code));
  const others = ready.some(({ way }) => way === "drive" || way === "wimboot") ? codes : [];
  return [
    ...notes,
    ...lacking(without, "which shows the menu of the disc images"),
    ...lacking(
      others.filter((code) => !without.includes(code)),
      "without which images that boot as a drive, and Windows, do not boot",
    ),
  ];
}

function lacking(codes: readonly number[], why: string): string[] {
  if (codes.length === 0) return [];
  const names = codes.map((code) => architectureByCode(code)?.name ?? `architecture ${code}`);
  return [`missing: iPXE for ${names.join(", ")}, ${why}. It is in ${ipxePackage}`];
}

/** Whether a name below the root is one that the daemon makes of its images. */
export function isMadeOf(rows: readonly ImageRow[], enabled: boolean): (path: string) => boolean {
  const ids = new Set(rows.map(({ id }) => id.toLowerCase()));
  const menus = new Set<string>([...Object.values(imageNames.menu), imageNames.items]);
  return (path) => {
    const [folder, first = "", ...rest] = readClientPath(path).segments;
    if (!enabled || folder?.toLowerCase() !== imagesFolder) return false;
    if (menus.has(`${imagesFolder}/${first.toLowerCase()}`) && rest.length === 0) return true;
    const name = rest.length > 0 ? first : first.replace(/(\+[a-z0-9-]+)?\.(ipxe|iso|initrd)$/i, "");
    return ids.has(name.toLowerCase());
  };
}
