import { basename } from "node:path";
import { readClientPath } from "@bootlace/boot-source";
import { architectureByCode, quote } from "@bootlace/dhcp-core";
import { imageText } from "../catalogue/image-text.ts";
import { type ImageRow, imageNames, imagesFolder } from "../catalogue/images.ts";
import { ipxePackage } from "../catalogue/ipxe-package.ts";
import { bios } from "../catalogue/names.ts";
import type { BootTree } from "../catalogue/tree.ts";
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
