import { type Family, families } from "@bootlace/boot-image";
import { memoryText, wayTexts } from "../../src/catalogue/image-text.ts";

const mebibyte = 1024 * 1024;

/**
 * The table of docs/how-to/images.md: every system that is recognised, how it boots, and what is known about it.
 * @param shown the families that the lab has booted, by their ids
 */
export function systemsTable(shown: ReadonlySet<string>): string {
  const rows = families.map((family) => {
    const { systems, way } = family;
    const cells = [systems, wayTexts[way], way === "none" ? "" : memoryOf(family), stateOf(family, shown)];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| system | how it boots | memory | state |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function stateOf({ id, way, limits }: Family, shown: ReadonlySet<string>): string {
  if (way === "none") return `cannot, because ${limits}`;
  const besides = limits === undefined ? "" : `; ${limits}`;
  return `${shown.has(id) ? "boots in the lab" : "by the book, not tried here"}${besides}`;
}

function memoryOf({ memory }: Family): string {
  if (memory === undefined) return "";
  const { of, times, more } = memory;
  const factor = times === 1 ? "" : ` × ${Number(times.toFixed(1))}`;
  const part = of === "nothing" ? [] : [`${of === "root" ? "its root file" : "the image"}${factor}`];
  const rest = more === 0 ? [] : [memoryText(more * mebibyte)];
  return [...part, ...rest].join(" + ");
}

/** The families that rows of a page like docs/matrix.md show: `images-FAMILY` or `images-FAMILY-…`, the longest name that fits. */
export function shownFamilies(matrix: string): ReadonlySet<string> {
  const ids = families.map(({ id }) => id).sort((one, other) => other.length - one.length);
  const rows = matrix.split("\n").filter((line) => /^\| `images-/.test(line) && !line.includes("**Cannot**"));
  const found = rows.map((line) => {
    const name = /^\| `images-([^`]+)`/.exec(line)?.[1] ?? "";
    return ids.find((id) => name === id || name.startsWith(`${id}-`));
  });
  return new Set(found.filter((id) => id !== undefined));
}
