import {
  type ImageChoice,
  type ImageEntryRow,
  type ImageSettings,
  type ImagesSnapshot,
  readImageChoice,
} from "../../catalogue/images.ts";
import { groupPlace, menuGroups, notReady } from "./groups.ts";
import type { Place, ReadyImage } from "./place.ts";
import { plainText } from "./plain.ts";
import { type ImageStart, startOf } from "./start.ts";

/** What starts if nobody chooses, and when. */
export interface MenuSettings {
  /** An image or one of its entries, as rules name it; absent: the local disk. */
  readonly default?: string | undefined;
  /** Seconds; 0 waits for the user. */
  readonly timeout?: number | undefined;
}

/** One system of the menu, or why it is not to be had. Titles are printable ASCII. */
export type MenuLine = { readonly choice: ImageChoice; readonly title: string } & (
  | { readonly start: ImageStart; readonly refused?: never }
  | { readonly refused: string; readonly start?: never }
);

/** An image: its default first. An image that cannot be started has one line. */
export interface MenuImage {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly MenuLine[];
}

export interface MenuGroup {
  readonly title: string;
  readonly images: readonly MenuImage[];
}

/** The menu of one machine. */
export interface MenuModel {
  readonly groups: readonly MenuGroup[];
  /** One that can be started; undefined for the local disk. */
  readonly default: ImageChoice | undefined;
  /** Seconds; 0 waits for the user. */
  readonly timeout: number;
}

export interface MenuFacts extends Place {
  readonly settings?: MenuSettings | undefined;
  /** Whether the config has this image for the machine. Absent: each is. */
  readonly isFor?: ((id: string) => boolean) | undefined;
}

/** Seconds, as the menus of `init` have them. */
export const usualTimeout = 30;

const mostImages = 256;
const mostEntries = 32;

/** Makes the menu of one machine: pure, so that whatever is shown can be explained. */
export function menuModel({ rows, settings }: ImagesSnapshot, facts: MenuFacts): MenuModel {
  const groups = new Map<number, MenuImage[]>();
  for (const row of rows.slice(0, mostImages)) {
    const own = settings.get(row.id);
    if (own?.hidden === true || facts.isFor?.(row.id) === false) continue;
    const [place, image] =
      row.state === "ready"
        ? [groupPlace(row.system.family), imageLines(row, own, facts)]
        : [
            menuGroups.length,
            unreadyImage(row.id, own, row.state === "copying" ? "still being copied" : row.fault.detail),
          ];
    groups.set(place, [...(groups.get(place) ?? []), image]);
  }
  const sorted = [...groups].sort(([one], [other]) => one - other);
  const made = sorted.map(([place, images]) => ({
    title: menuGroups[place]?.[0] ?? notReady,
    images: images.sort((one, other) => (one.title < other.title ? -1 : 1)),
  }));
  return { groups: made, default: defaultOf(made, facts.settings), timeout: facts.settings?.timeout ?? usualTimeout };
}

/** The image with this id, whether the menu has it or not: rules name hidden ones too. */
export function menuImage({ rows, settings }: ImagesSnapshot, id: string, facts: MenuFacts): MenuImage | undefined {
  const row = rows.find((one) => one.id === id);
  if (row === undefined) return undefined;
  if (row.state === "ready") return imageLines(row, settings.get(id), facts);
  return unreadyImage(id, settings.get(id), row.state === "copying" ? "still being copied" : row.fault.detail);
}

/** The line that a choice means: of an image without a named entry the first that can be started. */
export function lineOf(image: MenuImage, entry: string | undefined): MenuLine | undefined {
  if (entry !== undefined) return image.lines.find(({ choice }) => choice.entry === entry);
  return image.lines.find(({ start }) => start !== undefined) ?? image.lines[0];
}

function unreadyImage(id: string, settings: ImageSettings | undefined, why: string): MenuImage {
  const title = plainText(settings?.title ?? id) || id;
  return { id, title, lines: [{ choice: { id }, title, refused: plainText(why, 120) }] };
}

function imageLines(row: ReadyImage, settings: ImageSettings | undefined, facts: MenuFacts): MenuImage {
  const { id, system } = row;
  const title = plainText(settings?.title ?? system.title) || id;
  const more = settings?.arguments;
  const lineFrom = (entry: ImageEntryRow | undefined): MenuLine => {
    const result = startOf(row, entry, more, facts);
    const choice = entry === undefined ? { id } : { id, entry: entry.id };
    const own = entry === undefined ? title : plainText(entry.title) || entry.id;
    return result.ok
      ? { choice, title: own, start: result.start }
      : { choice, title: own, refused: plainText(result.why, 120) };
  };
  const lines = system.entries.slice(0, mostEntries).map(lineFrom);
  if (lines.some(({ start }) => start !== undefined)) return { id, title, lines };
  // None can be started, and all for the same reason: the image is one line.
  const [first = lineFrom(undefined)] = lines;
  return { id, title, lines: [{ ...first, choice: { id }, title }] };
}

function defaultOf(groups: readonly MenuGroup[], settings: MenuSettings | undefined): ImageChoice | undefined {
  const wanted = settings?.default === undefined ? undefined : readImageChoice(settings.default);
  return wanted === undefined || chosenLine(groups, wanted) === undefined ? undefined : wanted;
}

/** The image and the line of the menu's default. */
export function defaultLine({ groups, default: choice }: MenuModel) {
  return choice === undefined ? undefined : chosenLine(groups, choice);
}

function chosenLine(groups: readonly MenuGroup[], { id, entry }: ImageChoice) {
  const image = groups.flatMap(({ images }) => images).find((one) => one.id === id);
  const line = image === undefined ? undefined : lineOf(image, entry);
  return image === undefined || line?.start === undefined ? undefined : { image, line };
}
