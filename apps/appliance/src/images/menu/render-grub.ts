import { defaultLine, type MenuImage, type MenuLine, type MenuModel } from "./model.ts";
import { refusedLines } from "./plain-lines.ts";
import type { ImageStart } from "./start.ts";

const columns = 72;

/** A word of a GRUB script: in single quotes only their end counts (GRUB manual, "Quoting"). */
export function grubWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The identifier of an image's entry in GRUB's menu. */
function grubId(id: string, entry?: string): string {
  return `image-${id}${entry === undefined ? "" : `+${entry}`}`;
}

/** The images for GRUB's menu. Files are on the device from which GRUB has its configuration: TFTP or HTTP. */
export function grubMenu(model: MenuModel): string {
  const found = defaultLine(model);
  const { groups, timeout } = model;
  return text(
    ...groups.flatMap(({ title, images }) => [
      // GRUB has no headings: this entry does nothing.
      `menuentry ${grubWord(`-- ${title} --`)} { true; }`,
      ...images.flatMap(imageEntry),
    ]),
    ...(found === undefined
      ? []
      : [`set default=${grubWord(entryPath(found.image, found.line))}`, `set timeout=${timeout === 0 ? -1 : timeout}`]),
  );
}

/** GRUB names an entry of a submenu by the path to it. */
function entryPath({ id, lines }: MenuImage, { choice }: MenuLine): string {
  return lines.length === 1 ? grubId(id) : `${grubId(id)}>${grubId(id, choice.entry)}`;
}

/** A whole configuration, where the boot folder has none. */
export function grubConfig(model: MenuModel): string {
  const { timeout } = model;
  return text(
    "set default='local'",
    `set timeout=${timeout === 0 ? -1 : timeout}`,
    grubMenu(model).trimEnd(),
    "menuentry 'Boot from the local disk' --hotkey=l --id 'local' {",
    '  if [ "$grub_platform" = pc ]; then',
    "    set root='(hd0)'",
    "    chainloader +1",
    "  else",
    "    exit",
    "  fi",
    "}",
  );
}

function imageEntry(image: MenuImage): readonly string[] {
  const { id, title, lines } = image;
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) return entryLines(only, title, grubId(id));
  const entries = lines.flatMap((line) => entryLines(line, line.title, grubId(id, line.choice.entry)));
  return [`submenu ${grubWord(title)} --id ${grubWord(grubId(id))} {`, ...entries.map((line) => `  ${line}`), "}"];
}

function entryLines(line: MenuLine, title: string, id: string): readonly string[] {
  if (line.start === undefined) {
    const [first = title, ...rest] = refusedLines(`. ${title}`, line.refused, columns);
    return [
      `menuentry ${grubWord(first)} --id ${grubWord(id)} {`,
      `  echo ${grubWord(rest.length === 0 ? first : [first, ...rest.map((one) => one.trim())].join(" "))}`,
      "  sleep --interruptible 10",
      "}",
    ];
  }
  return [
    `menuentry ${grubWord(title)} --id ${grubWord(id)} {`,
    ...startLines(line.start).map((one) => `  ${one}`),
    "}",
  ];
}

function startLines(start: ImageStart): readonly string[] {
  const file = (name: string) => grubWord(`/${name}`);
  switch (start.kind) {
    case "linux":
      return [
        ["linux", file(start.kernel), ...grubArguments(start.arguments).map(grubWord)].join(" "),
        ...(start.initrds.length === 0 ? [] : [["initrd", ...start.initrds.map(file)].join(" ")]),
      ];
    case "program":
      return [["chainloader", file(start.file), ...grubArguments(start.arguments).map(grubWord)].join(" ")];
    case "memdisk":
      return [`linux16 ${file(start.memdisk)} 'iso' 'raw'`, `initrd16 ${file(start.image)}`];
    case "sanboot":
    case "wimboot":
      // Refused before: GRUB has neither.
      return ["true"];
  }
}

/** The words of a command line. GRUB takes double quotes away and puts them around a whole word that has blanks. */
function grubArguments(line: string): readonly string[] {
  return (line.match(/(?:[^\s"]|"[^"]*(?:"|$))+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

function text(...lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
