// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import { type ImageChoice, imagesFolder } from "../../catalogue/images.ts";
import { type Machine, machineSettings } from "./machine.ts";
import { defaultLine, type MenuImage, type MenuLine, type MenuModel } from "./model.ts";
import { baseUrl, byHttp, type MenuServer } from "./place.ts";
import { refusedLines } from "./plain-lines.ts";
import type { ImageStart } from "./start.ts";

/** What an iPXE script needs besides the model. */
export interface IpxeFacts {
  readonly machine: Machine;
  readonly server: MenuServer;
  /** The folder of the scripts for this machine, as a path below the root. */
  readonly folder: string;
}

/** iPXE's menu has 74 columns on a screen of 80 (menu_ui.c, MENU_COLS and MENU_PAD); two are for the indentation. */
const columns = 72;

/** Milliseconds until the default entry of an image starts, once the image was chosen. */
const entryTimeout = 10_000;

const localLabel = "local";

/** The script of a choice, in the folder of the scripts for one machine; with `+` at the end the menu of its entries. */
export function startName({ id, entry }: ImageChoice, menu = false): string {
  return `start-${id}${menu ? "+" : entry === undefined ? "" : `+${entry}`}`;
}

/** The folder in which a machine finds its scripts, after it has filled in what it is. */
export const machineFolder = `${imagesFolder}/menu`;

/** The URL of a file below the root, as this iPXE fetches it. Bytes that are no letters, digits or `-._~` are escaped. */
export function ipxeUrl(file: string, { machine, server }: Pick<IpxeFacts, "machine" | "server">): string {
  return `${ipxeBase({ machine, server })}/${file.split("/").map(escapedSegment).join("/")}`;
}

function ipxeBase({ machine, server }: Pick<IpxeFacts, "machine" | "server">): string {
  if (byHttp(machine, server)) return baseUrl(server);
  return `tftp://${server.address.includes(":") ? `[${server.address}]` : server.address}`;
}

function escapedSegment(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Cs}/gu, "\ufffd")).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Text for people as words of an iPXE command: none expands, ends the command, or begins a comment (exec.c). */
export function ipxeText(text: string): string {
  // A backslash at the end of a line takes the next line to it (script.c).
  let end = text.length;
  while (end > 0 && "\\ ".includes(text.charAt(end - 1))) end--;
  const words = text.slice(0, end).replaceAll("${", "$ {").split(" ");
  return words.map(plainWord).join(" ");
}

function plainWord(word: string): string {
  if (word.startsWith("#")) return `no.${word.slice(1)}`;
  return word === "||" || word === "&&" || word === ";" ? "-" : word;
}

/** The script that asks iPXE what it runs on, and goes on with the script of this name for such a machine. */
export function ipxeQuestion(name: string, facts: Omit<IpxeFacts, "folder">): string {
  const url = `${ipxeBase(facts)}/${machineFolder}/${machineSettings}/${name}.ipxe`;
  return script(`chain --replace --autofree ${url}`);
}

/** The lines that add the images to a menu. */
function itemLines({ groups }: MenuModel): readonly string[] {
  return groups.flatMap(({ title, images }) => [`item --gap -- ${ipxeText(title)}`, ...images.flatMap(imageItem)]);
}

function imageItem(image: MenuImage): readonly string[] {
  const startable = image.lines.filter(({ start }) => start !== undefined);
  const [only] = startable;
  if (only === undefined) {
    const why = image.lines[0]?.refused ?? "";
    return refusedLines(image.title, why, columns).map((line) => `item --gap -- ${ipxeText(`. ${line}`)}`);
  }
  return [`item ${startName({ id: image.id }, image.lines.length > 1)} ${ipxeText(`- ${image.title}`)}`];
}

/**
 * The whole menu, for an iPXE that has no script of its own.
 * @param again it is shown once more, after something that did not start: then nothing starts by itself
 */
export function ipxeMenuScript(model: MenuModel, facts: IpxeFacts, again = false): string {
  const chosen = defaultName(model);
  return script(
    "menu Bootlace",
    ...itemLines(model),
    ...(model.groups.length === 0 ? ["item --gap -- no disc images"] : []),
    "item --gap",
    `item --key l ${localLabel} Boot from the local disk`,
    `choose --default ${chosen ?? localLabel}${timeoutOption(again ? 0 : model.timeout * 1000)} target || goto ${localLabel}`,
    `iseq \${target} ${localLabel} && goto ${localLabel} || goto image`,
    "",
    `:${localLabel}`,
    // Not 0: after a success the firmware shows its own menu, after a failure it continues with the next device.
    "iseq ${platform} pcbios || exit 1",
    "sanboot --no-describe --drive 0x80 ||",
    "exit 1",
    "",
    ":image",
    `chain --autofree ${ipxeUrl(facts.folder, facts)}/\${target}.ipxe ||`,
    // Whatever ends, ends here: the menu comes back.
    `chain --replace --autofree ${ipxeUrl(facts.folder, facts)}/again.ipxe`,
  );
}

function timeoutOption(milliseconds: number): string {
  return milliseconds === 0 ? "" : ` --timeout ${milliseconds}`;
}

/**
 * The images for the menu of another script, which shows its own items before and after. It finds the folder of the scripts in
 * `images`, and chains `${images}${target}.ipxe`; `image` and `wait` are what starts, and after how many milliseconds.
 */
export function ipxeItemsScript(model: MenuModel, facts: IpxeFacts): string {
  const chosen = defaultName(model);
  return script(
    `set images ${ipxeUrl(facts.folder, facts)}/`,
    ...itemLines(model),
    ...(chosen === undefined ? [] : [`set image ${chosen}`, `set wait ${model.timeout * 1000}`]),
  );
}

/** An image of several entries shows them, and starts the first after a while. */
function defaultName(model: MenuModel): string | undefined {
  const found = defaultLine(model);
  if (found === undefined || model.default === undefined) return undefined;
  return startName(model.default, model.default.entry === undefined && found.image.lines.length > 1);
}

/**
 * The menu of the entries of one image.
 * @param waits nothing starts by itself
 */
export function ipxeEntriesScript(image: MenuImage, waits: boolean, facts: IpxeFacts): string {
  const items = image.lines.flatMap(({ choice, title, start, refused }) =>
    start === undefined
      ? refusedLines(title, refused, columns).map((line) => `item --gap -- ${ipxeText(`. ${line}`)}`)
      : [`item ${startName(choice)} ${ipxeText(title)}`],
  );
  const first = image.lines.find(({ start }) => start !== undefined);
  const chosen = first === undefined ? "back" : startName(first.choice);
  return script(
    `menu ${ipxeText(image.title)}`,
    ...items,
    "item --gap",
    "item back Back",
    `choose --default ${chosen}${timeoutOption(waits ? 0 : entryTimeout)} target || exit 0`,
    "iseq ${target} back && exit 0 ||",
    `chain --autofree ${ipxeUrl(facts.folder, facts)}/\${target}.ipxe ||`,
    `chain --replace --autofree ${ipxeUrl(facts.folder, facts)}/again-${image.id}+.ipxe`,
  );
}

/** The script that starts one line, or says why it cannot. */
export function ipxeStartScript(line: MenuLine, facts: IpxeFacts): string {
  const title = ipxeText(line.title);
  if (line.start === undefined) return failing(`echo ${title}: ${ipxeText(line.refused)}`);
  return script(
    `echo ${title}`,
    // What an earlier try left in memory would be given to the kernel.
    "imgfree",
    ...startLines(line.start, facts),
    ":failed",
    ...failure(`echo ${title} did not start`),
  );
}

/** The script for a name of which there is no image. */
export function ipxeMissingScript(name: string): string {
  return failing(`echo ${ipxeText(`${name}: no such disc image here`)}`);
}

function failing(...lines: readonly string[]): string {
  return script(...failure(...lines));
}

function failure(...lines: readonly string[]): readonly string[] {
  return [...lines, "prompt --timeout 15000 Press any key to continue ||", "exit 1"];
}

function startLines(start: ImageStart, facts: IpxeFacts): readonly string[] {
  const url = (file: string) => ipxeUrl(file, facts);
  const failed = "|| goto failed";
  switch (start.kind) {
    case "linux": {
      const { initrds, kernel, shim } = start;
      // iPXE of 2019 gives a kernel under UEFI only the initrds that its command line names.
      const names = initrds.map((_, number) => `initrd=initrd${number}`);
      const words = [url(kernel), ...names, start.arguments].filter((word) => word !== "");
      return [
        `kernel ${words.join(" ")} ${failed}`,
        ...initrds.map((file, number) => `initrd --name initrd${number} ${url(file)} ${failed}`),
        ...(shim === undefined || !mayShim(facts.machine) ? [] : [`shim ${url(shim)} ||`]),
        `boot ${failed}`,
      ];
    }
    case "program":
      return [`chain ${[url(start.file), start.arguments].filter(Boolean).join(" ")} ${failed}`, "exit 0"];
    case "memdisk":
      return [
        `kernel ${url(start.memdisk)} iso raw ${failed}`,
        `initrd ${url(start.image)} ${failed}`,
        `boot ${failed}`,
      ];
    case "sanboot":
      return [`sanboot --no-describe ${url(start.image)} ${failed}`, "exit 0"];
    case "wimboot":
      return [
        `kernel ${url(start.wimboot)} ${failed}`,
        ...start.files.map(([name, file]) => `initrd --name ${name} ${url(file)} ${name} ${failed}`),
        `boot ${failed}`,
      ];
  }
}

/** The command came in 2023, between 1.21.1 and 2.0.0; on BIOS machines it does nothing. */
function mayShim({ firmware, version }: Machine): boolean {
  if (firmware === "bios") return false;
  const [, major = "", minor = "0"] = /^(\d+)(?:\.(\d+))?/.exec(version ?? "2.0") ?? [];
  return Number(major) >= 2 || (Number(major) === 1 && Number(minor) >= 21);
}

function script(...lines: readonly string[]): string {
  return `${["#!ipxe", ...lines].join("\n")}\n`;
}
