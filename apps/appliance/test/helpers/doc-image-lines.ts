import { imageSummaryView, imageView } from "../../src/api-model/image-views.ts";
import type { ImageRow } from "../../src/catalogue/images.ts";
import { imageLines, imageListLines } from "../../src/cli/image-lines.ts";
import { imageAnywhere } from "../../src/images/menu/machine-kinds.ts";
import { imageRecords } from "../../src/log/images-log.ts";
import { sampleImages } from "./sample-images.ts";

const terminal = { colour: false, columns: () => 80 };

/**
 * What is printed about the sample images.
 * @param title `list`, `show`, or `log`
 */
export function printedOfImages(title: string): string {
  if (title === "list")
    return imageListLines(
      sampleImages.map((row) => imageSummaryView(row)),
      terminal,
    ).join("\n");
  const [first] = sampleImages;
  if (first === undefined) throw new Error("no sample image");
  const copying: ImageRow = { ...first, size: 310_000_000, state: "copying" };
  if (title === "log") {
    const records = [...imageRecords([], [copying]), ...imageRecords([copying], [first])];
    return records.map(({ message }) => message).join("\n");
  }
  const machines = imageAnywhere({ rows: sampleImages, settings: new Map() }, first.id);
  return imageLines(imageView(first, {}, machines), terminal).join("\n");
}
