import type { BootWay } from "@bootlace/boot-image";
import type { ImageRow, ImageSettings } from "./images.ts";
import { inertText } from "./inert-text.ts";
import { sizeText } from "./size-text.ts";

const gibibyte = 1024 ** 3;

/** Bytes that every machine has. */
export const leastMemory = 64 * 1024 ** 2;

/** Memory for people: `768 MB`, `4 GB`, `2.5 GB`. It is sold in powers of two, and counted in them. */
export function memoryText(bytes: number): string {
  const whole = bytes / gibibyte;
  if (whole < 0.95) return `${Math.max(1, Math.round(bytes / 1024 ** 2))} MB`;
  const rounded = whole < 10 ? Math.round(whole * 10) / 10 : Math.round(whole);
  return `${rounded} GB`;
}

/** What each way means, for people. */
export const wayTexts: Readonly<Record<BootWay, string>> = {
  http: "kernel and initrd come from the image; the initrd fetches the rest by HTTP",
  initrd: "kernel and initrd come from the image, and are all it needs",
  "file-in-initrd": "kernel and initrd come from the image; the rest is added to the initrd",
  "boot-loader": "its own boot loader, with a configuration that names this server",
  wimboot: "wimboot puts its boot.wim into memory",
  drive: "as a drive, in memory or by HTTP",
  none: "not over the network",
};

const shortWays: Partial<Readonly<Record<BootWay, string>>> = {
  "boot-loader": "by its own boot loader",
  wimboot: "by wimboot",
  drive: "as a drive",
};

/** The title of an image in menus and lists: that of the config, else its own. Undefined while it is not known. */
export function imageTitle(row: ImageRow, settings?: ImageSettings): string | undefined {
  return settings?.title ?? (row.state === "ready" ? row.system.title : undefined);
}

/** What is known of an image, in one line without its name. Text of the image is escaped. */
export function imageText(row: ImageRow, settings?: ImageSettings): string {
  if (row.state === "copying") return `is still being copied (${sizeText(row.size)} so far)`;
  if (row.state === "faulty") return `cannot be used: ${inertText(row.fault.detail)}`;
  const { way, entries, memory, limits } = row.system;
  const title = inertText(imageTitle(row, settings) ?? "");
  if (way === "none") return `${title}, does not boot over the network: ${limits ?? "no way is known"}`;
  const count = entries.length === 0 ? [] : [`${entries.length} ${entries.length === 1 ? "entry" : "entries"}`];
  const how = shortWays[way];
  const needs = memory === undefined || memory < leastMemory ? [] : [`needs ${memoryText(memory)}`];
  return [title, ...count, ...(how === undefined ? [] : [how]), ...needs].join(", ");
}
