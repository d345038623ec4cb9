import { readFileSync, writeFileSync } from "node:fs";
import { type Family, families } from "@bootlace/boot-image";
import { memoryText, wayTexts } from "../../src/catalogue/image-text.ts";

const mebibyte = 1024 * 1024;

/** How much the lab has shown of a system, least first. */
const states = ["imitated in the lab", "its layout boots in the lab, with real code", "boots in the lab"] as const;
type Shown = ReadonlyMap<string, (typeof states)[number]>;

/** The families that rows of docs/matrix.md are about, by the word after `images-`. */
const familyOfRow: Readonly<Record<string, string>> = {
  debian: "debian-live",
  modules: "debian-live-modules",
  clonezilla: "clonezilla",
  gparted: "gparted",
  kali: "debian-live",
  fedora: "dracut-live",
  void: "void",
  agama: "agama",
  archiso: "archiso",
  casper: "casper",
  alpine: "alpine",
  anaconda: "anaconda",
  proxmox: "proxmox",
  memtest: "memtest86plus",
  grub: "small-bios",
  ipxe: "unknown",
};

/** What the rows of docs/matrix.md show: a row says itself that only a layout is another's, or that an initrd is imitated. */
export function shownBy(matrix: string): Shown {
  const shown = new Map<string, (typeof states)[number]>();
  for (const line of matrix.split("\n")) {
    const [, word = ""] = /^\| `images-([a-z]+)/.exec(line) ?? [];
    const family = familyOfRow[word];
    if (family === undefined || line.includes("**Cannot**")) continue;
    const state = states[/\bimitated\b/.test(line) ? 0 : /\blayout of\b/.test(line) && word !== "fedora" ? 1 : 2];
    const before = shown.get(family);
    if (before === undefined || states.indexOf(before) < states.indexOf(state)) shown.set(family, state);
  }
  return shown;
}

/** The table of docs/how-to/images.md: every system that is recognised, how it boots, and what is known about it. */
export function systemsTable(shown: Shown): string {
  const rows = families.map((family) => {
    const { systems, way } = family;
    const cells = [systems, wayTexts[way], way === "none" ? "" : memoryOf(family), stateOf(family, shown)];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| system | how it boots | memory | state |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function stateOf({ id, way, limits }: Family, shown: Shown): string {
  if (way === "none") return `cannot, because ${limits}`;
  const besides = limits === undefined ? "" : `; ${limits}`;
  return `${shown.get(id) ?? "by the book, not tried here"}${besides}`;
}

function memoryOf({ memory }: Family): string {
  if (memory === undefined) return "";
  const { of, times, more } = memory;
  const factor = times === 1 ? "" : ` × ${Number(times.toFixed(1))}`;
  const part = of === "nothing" ? [] : [`${of === "root" ? "its root file" : "the image"}${factor}`];
  const rest = more === 0 ? [] : [memoryText(more * mebibyte)];
  return [...part, ...rest].join(" + ");
}

const docs = new URL("../../../../docs/", import.meta.url);
const block = /(<!-- systems begin -->\n)([\s\S]*?)(\n<!-- systems end -->)/;

/** The page, the table in it, and the table as it must be. */
export function imagesPage() {
  const page = new URL("how-to/images.md", docs);
  const text = readFileSync(page, "utf8");
  const right = systemsTable(shownBy(readFileSync(new URL("matrix.md", docs), "utf8")));
  return { page, text, table: block.exec(text)?.[2], right };
}

// Writes the table into the page: `node --conditions=source apps/appliance/test/helpers/doc-images.ts`.
if (import.meta.main) {
  const { page, text, right } = imagesPage();
  writeFileSync(
    page,
    text.replace(block, (_all, begin, _table, end) => `${begin}${right}${end}`),
  );
}
