import { basename } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { imageText } from "../catalogue/image-text.ts";
import type { ImageRow } from "../catalogue/images.ts";
import type { EventCode } from "../events/codes.ts";
import type { Level, LogRecord } from "../events/record.ts";
import { shown } from "./brief.ts";

/** What changed among the disc images: a line for each that is new, other than it was, or gone. */
export function imageRecords(before: readonly ImageRow[], after: readonly ImageRow[]): readonly LogRecord[] {
  const known = new Map(before.map((row) => [row.path, row]));
  const left = new Set(after.map(({ path }) => path));
  const gone = before.filter(({ path }) => !left.has(path));
  return [
    ...gone.map((row) => record("info", "image.removed", row, "removed")),
    ...after.flatMap((row) => {
      const old = known.get(row.path);
      return old !== undefined && keyOf(old) === keyOf(row) ? [] : [rowRecord(row)];
    }),
  ];
}

/** More images than are offered. */
export function imagesCutRecord(offered: number): LogRecord {
  const message = `more disc images than Bootlace offers: ${offered} are offered, those in folders below are left out first`;
  return { level: "warn", scope: "boot", event: "image.too-many", message, fields: { offered } };
}

/** An image as the config names it. */
export interface NamedImage {
  /** What names it, in words. */
  readonly by: string;
  readonly id: string;
}

/** The config names an image that is not there. */
export function unknownImageRecord({ by, id }: NamedImage): LogRecord {
  const message = `${by}: no disc image is called ${quote(id)}`;
  return { level: "warn", scope: "boot", event: "image.unknown", message, fields: { by, id } };
}

function keyOf(row: ImageRow): string {
  if (row.state === "copying") return row.state;
  return [row.state, row.size, row.modified, row.state === "faulty" ? row.fault.detail : row.system.title].join("\n");
}

function rowRecord(row: ImageRow): LogRecord {
  if (row.state === "copying") return record("info", "image.copying", row, imageText(row));
  if (row.state === "faulty") return record("warn", "image.faulty", row, imageText(row), { fault: row.fault });
  const { family, title, way, entries, memory, limits } = row.system;
  const fields = { family, title, way, entries: entries.map(({ id }) => id), memory, limits };
  return record("info", "image.ready", row, imageText(row), fields);
}

function record(level: Level, event: EventCode, row: ImageRow, text: string, more = {}): LogRecord {
  const { id, path, size } = row;
  const name = `image ${shown(basename(path))}`;
  const message = event === "image.ready" ? `${name}: ${text}` : `${name} ${text}`;
  return { level, scope: "boot", event, message, fields: { id, file: path, size, ...more } };
}
