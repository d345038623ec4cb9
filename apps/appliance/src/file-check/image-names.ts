import { quote } from "@bootlace/dhcp-core";
import { type ImageRow, readImageChoice } from "../catalogue/images.ts";
import { formatPath } from "../config/faults.ts";
import type { LoadedConfig } from "../config/load.ts";
import { nearest } from "../config/nearest.ts";
import { servesImages } from "../images/image-folders.ts";
import { finding, type Place, type TreeFinding } from "./findings.ts";
import type { PendingBoot } from "./named-files.ts";

interface NamedImage {
  readonly name: string;
  readonly place: Place;
}

/** Disc images that the config, or a one-time boot, names and that are not there. */
export function imageNameFindings(
  loaded: LoadedConfig,
  rows: readonly ImageRow[],
  pending: readonly PendingBoot[],
): TreeFinding[] {
  const isOn = servesImages(loaded.config);
  return [...namedImages(loaded), ...pendingImages(pending)].flatMap(({ name, place }) => {
    const wrong = isOn ? whatIsWrong(name, rows) : offText;
    return wrong === undefined ? [] : [finding("T024", place, ...wrong)];
  });
}

type Wrong = readonly [problem: string, fix: string];
const offText: Wrong = [
  "disc images are switched off",
  "Set images.enabled to true, or remove the image from the rule",
];

function whatIsWrong(name: string, rows: readonly ImageRow[]): Wrong | undefined {
  const choice = readImageChoice(name);
  // What cannot be a name is an error of the config.
  if (choice === undefined) return undefined;
  const { id, entry } = choice;
  const row = rows.find((each) => each.id === id);
  if (row === undefined) {
    const near = nearest(
      id,
      rows.map((each) => each.id),
    );
    const fix = near === undefined ? "Copy the image there, or correct the name" : `Did you mean ${quote(near)}?`;
    return [`no disc image is called ${quote(id)}`, fix];
  }
  if (entry === undefined || row.state !== "ready") return undefined;
  const known = row.system.entries.map((each) => each.id);
  if (known.includes(entry)) return undefined;
  const near = nearest(entry, known);
  const list = known.length === 0 ? "It has none" : `Its entries: ${known.map((each) => quote(each)).join(", ")}`;
  return [
    `the image ${quote(id)} has no entry ${quote(entry)}`,
    near === undefined ? list : `Did you mean ${quote(near)}?`,
  ];
}

function namedImages({ config, originOf }: LoadedConfig): NamedImage[] {
  const named = (path: readonly PropertyKey[], name: string | undefined): NamedImage[] => {
    if (name === undefined) return [];
    const origin = originOf(path);
    const where = origin.kind === "file" ? { file: origin.file, line: origin.line, column: 1 } : atDefaults;
    return [{ name, place: { ...where, path: formatPath(path) } }];
  };
  return [
    ...config.boot.flatMap(({ image }, index) => named(["boot", index, "image"], image)),
    ...named(["images", "menu", "default"], config.images.menu.default),
  ];
}

const atDefaults = { file: "defaults", line: 0, column: 0 };

function pendingImages(pending: readonly PendingBoot[]): NamedImage[] {
  return pending.flatMap(({ kept, mac, image }) =>
    image === undefined ? [] : [{ name: image, place: { file: kept, line: 0, column: 0, path: `${mac} image` } }],
  );
}

/** Settings for images that are not there: perhaps they come later. */
export function imageSettingNotes({ config }: LoadedConfig, rows: readonly ImageRow[]): string[] {
  const ids = rows.map(({ id }) => id);
  const unknown = Object.keys(config.images.settings).filter((id) => !ids.includes(id));
  if (!servesImages(config)) return [];
  return unknown.map((id) => {
    const near = nearest(id, ids);
    const hint = near === undefined ? "" : `. Did you mean ${quote(near)}?`;
    return `images.settings: no disc image is called ${quote(id)}${hint}`;
  });
}
