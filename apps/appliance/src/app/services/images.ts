import type { Source, SourceClient } from "@bootlace/boot-source";
import { quote } from "@bootlace/dhcp-core";
import { type ImageRow, type ImagesSnapshot, readImageChoice } from "../../catalogue/images.ts";
import type { Config } from "../../config/schema.ts";
import type { OwnEvent } from "../../events/event.ts";
import { type FollowedImages, type FollowImageTimes, followImages } from "../../images/follow-images.ts";
import { imageFiles } from "../../images/image-files.ts";
import { imageFolders, servesImages } from "../../images/image-folders.ts";
import { type ImageStorage, imageStorage } from "../../images/image-storage.ts";
import { imageRecords, imagesCutRecord, type NamedImage, unknownImageRecord } from "../../log/images-log.ts";
import type { Log } from "../../log/log.ts";
import type { Service } from "./service.ts";

export interface ImagesServiceDeps {
  readonly log: Log;
  readonly now: () => number;
  readonly onEvent: (event: OwnEvent) => void;
  /** Files and folders that are never served, of the config in force. */
  readonly never: () => readonly string[];
  readonly onStuck: (folder: string, stuck: boolean) => void;
  readonly times?: FollowImageTimes | undefined;
}

export interface ImagesService extends Service {
  snapshot(): ImagesSnapshot;
  /** The files of the images. @param baseUrl of the root for a client, by the protocol over which they go out */
  files(baseUrl: (client: SourceClient) => string): Source;
}

/** Follows the disc images while this machine serves files, and serves what is in them. */
export function imagesService(first: Config, deps: ImagesServiceDeps): ImagesService {
  const { log, now, onEvent } = deps;
  let config = first;
  let running: { readonly key: string; readonly followed: FollowedImages } | undefined;
  let storage: ImageStorage = imageStorage({ folders: [], never: [], now });
  let current: ImagesSnapshot = { rows: [], settings: settingsOf(first) };
  let tooMany = false;
  /** All files have been looked into. */
  let settled = false;
  let reported: ReadonlySet<string> = new Set();

  function adoptRows(rows: readonly ImageRow[], cut: boolean, isSettled: boolean): void {
    const records = imageRecords(current.rows, rows);
    current = { ...current, rows };
    onEvent({ type: "images", time: now(), images: rows });
    for (const record of records) log(record);
    if (cut && !tooMany) log(imagesCutRecord(rows.length));
    tooMany = cut;
    settled = isSettled;
    reportUnknown();
  }

  /** Names of images in the config that are not there, each once until it is. */
  function reportUnknown(): void {
    if (!settled) return;
    const unknown = unknownImages(config, current.rows);
    for (const named of unknown) if (!reported.has(keyOfName(named))) log(unknownImageRecord(named));
    reported = new Set(unknown.map(keyOfName));
  }

  async function start(): Promise<void> {
    if (!servesImages(config)) return;
    const folders = imageFolders(config);
    storage = imageStorage({ folders, never: deps.never(), now, onStuck: deps.onStuck });
    const followed = followImages({ folders, storage, now, onChange: adoptRows, times: deps.times });
    running = { key: keyOf(config, deps.never()), followed };
    await followed.start();
  }

  async function stop(): Promise<void> {
    running?.followed.stop();
    running = undefined;
  }

  return {
    name: "images",
    start,
    stop,
    async adopt(next) {
      config = next;
      current = { ...current, settings: settingsOf(next) };
      const wanted = servesImages(next) ? keyOf(next, deps.never()) : undefined;
      if (wanted === running?.key) return reportUnknown();
      await stop();
      settled = false;
      if (wanted === undefined && current.rows.length > 0) adoptRows([], false, false);
      await start();
    },
    async follow() {},
    endpoints: () => [],
    snapshot: () => current,
    files: (baseUrl) => imageFiles({ snapshot: () => current, storage: () => storage, baseUrl }),
  };
}

/** Images that rules, or the default of the menu, name and that are not there. */
function unknownImages({ boot, images }: Config, rows: readonly ImageRow[]): readonly NamedImage[] {
  const ofRules = boot.map(({ name, image }, index) => ({ by: `rule ${quote(name ?? `${index + 1}`)}`, name: image }));
  const all = [...ofRules, { by: "images.menu.default", name: images.menu.default }];
  return all.flatMap(({ by, name }) => {
    const id = name === undefined ? undefined : readImageChoice(name)?.id;
    return id === undefined || rows.some((row) => row.id === id) ? [] : [{ by, id }];
  });
}

function keyOfName({ by, id }: NamedImage): string {
  return `${by} ${id}`;
}

/** What a change needs the images to be followed anew. */
function keyOf(config: Config, never: readonly string[]): string {
  return JSON.stringify([imageFolders(config), never]);
}

function settingsOf({ images }: Config): ImagesSnapshot["settings"] {
  return new Map(Object.entries(images.settings));
}
