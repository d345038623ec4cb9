import type { ImageRow } from "../../src/catalogue/images.ts";
import type { OwnEvent } from "../../src/events/event.ts";
import { readyImage } from "./sample-images.ts";
import type { TrailImage } from "./trail-file.ts";

/** Plays what happens to the disc images of a trail. */
export function trailImages(images: Readonly<Record<string, TrailImage>>) {
  const rows = new Map<string, ImageRow>(Object.entries(images).map(([id, image]) => [id, rowOf(id, image)]));

  const event = (time: number): OwnEvent => ({ type: "images", time, images: [...rows.values()] });
  return {
    event,
    /** @param change `gone`, or `copied`: its file is written anew */
    change(id: string, change: string, time: number): OwnEvent {
      const row = rows.get(id);
      if (row === undefined) throw new Error(`no image ${id}`);
      if (change === "gone") rows.delete(id);
      else if (change === "copied") rows.set(id, { id, path: row.path, size: 1000, modified: time, state: "copying" });
      else throw new Error(change);
      return event(time);
    },
  };
}

function rowOf(id: string, { title, kernel, initrd, root, arguments: line, way, memory }: TrailImage): ImageRow {
  const entry = { id: "live", title, kernel, initrds: [initrd], arguments: line, isDefault: true };
  return readyImage(id, { title, way, entries: [entry], root, ...(memory === undefined ? {} : { memory }) });
}
