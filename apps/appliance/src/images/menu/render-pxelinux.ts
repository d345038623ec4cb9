import { defaultLine, type MenuImage, type MenuLine, type MenuModel } from "./model.ts";
import { refusedLines } from "./plain-lines.ts";
import type { ImageStart } from "./start.ts";

/** menu.c32 leaves margins on a screen of 80. */
const columns = 64;

/** A label of the menu: `^` would mark a key, and nothing else has a meaning up to the end of the line (doc/menu.txt). */
export function pxelinuxText(text: string): string {
  return text.replaceAll("^", "").trim() || "-";
}

/** Names count from the root of TFTP, wherever PXELINUX itself is (doc/pxelinux.txt, "FILENAME SYNTAX"). */
const fileName = (name: string) => `::${name}`;

function label(id: string, entry?: string): string {
  return `image-${id}${entry === undefined ? "" : `+${entry}`}`;
}

/** The images for PXELINUX's menu, to be included in its configuration. */
export function pxelinuxMenu(model: MenuModel): string {
  const chosen = defaultLabel(model);
  const end = chosen === undefined ? [] : [`DEFAULT ${chosen}`, `TIMEOUT ${model.timeout * 10}`];
  return text(...menuLines(model), ...end);
}

/**
 * A whole configuration, where the boot folder has none.
 * @param menu whether menu.c32 is beside PXELINUX; without it the names are shown, and one is typed
 */
export function pxelinuxConfig(model: MenuModel, menu: boolean): string {
  const names = model.groups.flatMap(({ images }) => images.flatMap(startNames));
  const head = menu
    ? ["UI menu.c32", "MENU TITLE Bootlace"]
    : ["PROMPT 1", "SAY local: Boot from the local disk", ...names.map(([name, title]) => `SAY ${name}: ${title}`)];
  return text(
    ...head,
    `DEFAULT ${defaultLabel(model) ?? "local"}`,
    `TIMEOUT ${model.timeout * 10}`,
    ...menuLines(model),
    "LABEL local",
    "  MENU LABEL Boot from the ^local disk",
    // -1: report a failed boot to the firmware, so that it continues with its next device.
    "  LOCALBOOT -1",
  );
}

function menuLines({ groups }: MenuModel): readonly string[] {
  return groups.flatMap(({ title, images }) => [...disabled([title]), ...images.flatMap(imageLines)]);
}

function defaultLabel(model: MenuModel): string | undefined {
  const found = defaultLine(model);
  return found === undefined ? undefined : lineLabel(found.image, found.line);
}

function lineLabel({ id, lines }: MenuImage, { choice }: MenuLine): string {
  return lines.length === 1 ? label(id) : label(id, choice.entry);
}

function startNames(image: MenuImage): readonly (readonly [name: string, title: string])[] {
  const startable = image.lines.filter(({ start }) => start !== undefined);
  const titleOf = ({ title }: MenuLine) => (image.lines.length === 1 ? image.title : `${image.title}: ${title}`);
  return startable.map((line) => [lineLabel(image, line), titleOf(line)]);
}

function imageLines(image: MenuImage): readonly string[] {
  const [only] = image.lines;
  if (image.lines.length === 1 && only !== undefined) return entryLines(only, image.title, label(image.id));
  return [
    `MENU BEGIN ${label(image.id)}`,
    `  MENU TITLE ${pxelinuxText(image.title)}`,
    ...image.lines
      .flatMap((line) => entryLines(line, line.title, label(image.id, line.choice.entry)))
      .map((line) => `  ${line}`),
    `  LABEL ${label(image.id)}+`,
    "    MENU LABEL Back",
    "    MENU EXIT",
    "MENU END",
  ];
}

function entryLines(line: MenuLine, title: string, name: string): readonly string[] {
  if (line.start === undefined) return disabled(refusedLines(`. ${title}`, line.refused, columns));
  return [`LABEL ${name}`, `  MENU LABEL ${pxelinuxText(title)}`, ...startLines(line.start).map((one) => `  ${one}`)];
}

function disabled(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => ["LABEL -", `  MENU LABEL ${pxelinuxText(line)}`, "  MENU DISABLE"]);
}

function startLines(start: ImageStart): readonly string[] {
  switch (start.kind) {
    case "linux":
      return [
        `LINUX ${fileName(start.kernel)}`,
        ...(start.initrds.length === 0 ? [] : [`INITRD ${start.initrds.map(fileName).join(",")}`]),
        // `-`: none, not even that of the whole menu.
        `APPEND ${start.arguments === "" ? "-" : start.arguments}`,
      ];
    case "memdisk":
      return [`LINUX ${fileName(start.memdisk)}`, `INITRD ${fileName(start.image)}`, "APPEND iso raw"];
    case "program":
    case "sanboot":
    case "wimboot":
      // Refused before: PXELINUX has none of them.
      return ["LOCALBOOT -1"];
  }
}

function text(...lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
