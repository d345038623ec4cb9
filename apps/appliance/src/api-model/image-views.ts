import { imageText, imageTitle } from "../catalogue/image-text.ts";
import type { ImageRow, ImageSettings } from "../catalogue/images.ts";
import type { ApiImage, ApiImageSummary } from "./types.ts";
import { isoTime } from "./views.ts";

/** An image in a list. */
export function imageSummaryView(row: ImageRow, settings: ImageSettings = {}): ApiImageSummary {
  const { id, path, size, modified, state } = row;
  const title = imageTitle(row, settings);
  return {
    id,
    file: path,
    size,
    modifiedAt: isoTime(modified),
    state,
    text: imageText(row, settings),
    ...(title === undefined ? {} : { title }),
    hidden: settings.hidden === true,
    ...(row.state === "ready" ? systemView(row.system) : { entries: [] }),
    ...(row.state === "faulty" ? { fault: { ...row.fault } } : {}),
  };
}

function systemView({ family, way, entries, memory, limits }: ReadyImage["system"]) {
  return {
    family,
    way,
    entries: entries.map(({ id, title, isDefault }) => ({ id, title, isDefault })),
    ...(memory === undefined ? {} : { memory }),
    ...(limits === undefined ? {} : { limits }),
  };
}

type ReadyImage = Extract<ImageRow, { readonly state: "ready" }>;

/**
 * All that is known of an image.
 * @param machines what each kind of machine gets
 */
export function imageView(
  row: ImageRow,
  settings: ImageSettings = {},
  machines: readonly ApiImage["machines"][number][] = [],
): ApiImage {
  const summary = { schema: 1 as const, ...imageSummaryView(row, settings) };
  if (row.state !== "ready") return { ...summary, entries: [], machines: [] };
  const { systems, root, bios, uefi, entries } = row.system;
  return {
    ...summary,
    systems,
    ...(root === undefined ? {} : { root }),
    bios,
    uefi,
    machines: machines.map((each) => ({ ...each })),
    entries: entries.map(({ initrds, arguments: line, ...entry }) => ({
      ...entry,
      initrds: [...initrds],
      arguments: [line, settings.arguments].filter(Boolean).join(" "),
    })),
  };
}
