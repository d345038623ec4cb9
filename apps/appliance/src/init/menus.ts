// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import { imageNames } from "../catalogue/images.ts";

/** A text that init writes, and its earlier forms, written by runs that had fewer files. */
export interface MenuText {
  readonly path: string;
  readonly text: string;
  readonly earlier: readonly string[];
}

const seconds = 30;
const notice = [
  "Written by bootlace init. Edit it freely: init updates it only while it is unedited,",
  "and only to add a program that was missing before.",
];
const serial = "console=ttyS0,115200";
const labels = {
  local: "Boot from the local disk",
  memtest: "Test the memory (memtest86+)",
  serial: "Test the memory, shown on the first serial line",
} as const;
/** The key that chooses an entry. */
const keys = { local: "l", memtest: "t", serial: "s" } as const;
type Entry = keyof typeof labels;

/** How PXELINUX marks the key of an entry. */
const marked = (entry: Entry) => labels[entry].replace(new RegExp(`\\b${keys[entry]}`, "i"), "^$&");

/** The parts of the boot folder that menus offer. */
export interface MenuParts {
  /** menu.c32 and its libraries are beside the loader. */
  readonly menu: boolean;
  readonly memtest: boolean;
}

const both = [false, true] as const;
/** Menus with the disc images, and those that were written before there were any. */
const generations = [true, false] as const;

/**
 * The menu of PXELINUX, or of SYSLINUX for UEFI. `LINUX`, not `KERNEL`: the keyword and not the file name decides the type.
 */
export function pxelinuxMenu(folder: string, parts: MenuParts): MenuText {
  const all = both.flatMap((menu) => both.map((memtest) => ({ menu, memtest })));
  return withEarlier(`${folder}/pxelinux.cfg/default`, parts, all, pxelinuxText);
}

function pxelinuxText({ menu, memtest }: MenuParts, images: boolean): string {
  const head = menu
    ? ["UI menu.c32", "MENU TITLE Bootlace"]
    : ["PROMPT 1", `SAY local: ${labels.local}`, ...(memtest ? [`SAY memtest: ${labels.memtest}`] : [])];
  const entry = (name: string, entry: Entry, ...lines: readonly string[]) => [
    "",
    `LABEL ${name}`,
    ...(menu ? [`  MENU LABEL ${marked(entry)}`] : []),
    ...lines.map((line) => `  ${line}`),
  ];
  // -1: report a failed boot to the firmware, so that it continues with its next device.
  const local = entry("local", "local", "LOCALBOOT -1");
  const lines = [
    ...notice.map((line) => `# ${line}`),
    ...head,
    "DEFAULT local",
    `TIMEOUT ${seconds * 10}`,
    ...(images ? [] : local),
    ...(memtest ? entry("memtest", "memtest", "LINUX memtest") : []),
    ...(memtest ? entry("memtest-serial", "serial", "LINUX memtest", `APPEND ${serial}`) : []),
    ...(images ? ["", `INCLUDE ::${imageNames.menu.pxelinux}`, ...local] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** The memtest86+ programs for UEFI in the boot folder. */
export interface UefiMemtests {
  readonly x64: boolean;
  readonly ia32: boolean;
}

/** Path of memtest86+ for UEFI, by the processor name that GRUB and iPXE share. */
const memtestFile = (processor: string) => `memtest/memtest-${processor}.efi`;

function processorsOf({ x64, ia32 }: UefiMemtests): string[] {
  return [...(x64 ? ["x86_64"] : []), ...(ia32 ? ["i386"] : [])];
}

const everyPair = both.flatMap((x64) => both.map((ia32) => ({ x64, ia32 })));

/**
 * The iPXE script with the menu for UEFI machines. `{{base_url}}` is filled in when it is served. Its name is not one
 * that every iPXE gets by default: iPXE in the network card of a BIOS machine should get the PXELINUX menu.
 */
export function ipxeMenu(memtests: UefiMemtests): MenuText {
  return withEarlier("ipxe/uefi.ipxe", memtests, everyPair, ipxeText);
}

/** The items of the images, where there are any; they may name another default, and when it starts. */
const imageItems = [`chain --autofree {{base_url}}/${imageNames.items} || set images`];

const imageChoice = [
  "choose --default ${image} --timeout ${wait} target || goto local",
  // A label of this script, or else an image.
  "goto ${target} ||",
  "chain --autofree ${images}${target}.ipxe || goto menu",
  "goto menu",
];

function ipxeText(memtests: UefiMemtests, images: boolean): string {
  const item = (entry: Entry) => `item --key ${keys[entry]} ${entry} ${labels[entry]}`;
  const offers = processorsOf(memtests).flatMap((processor) => [
    `iseq \${buildarch} ${processor} && ${item("memtest")} ||`,
    `iseq \${buildarch} ${processor} && ${item("serial")} ||`,
  ]);
  const program = `{{base_url}}/${memtestFile(`\${buildarch}`)}`;
  const starts = [
    ...["", ":memtest", `chain ${program} || goto menu`],
    ...["", ":serial", `chain ${program} ${serial} || goto menu`],
  ];
  const lines = [
    "#!ipxe",
    ...notice.map((line) => `# ${line}`),
    "",
    ...(images ? ["set image local", `set wait ${seconds * 1000}`] : []),
    ":menu",
    "menu Bootlace",
    ...(images ? [...offers, ...imageItems] : [item("local"), ...offers]),
    ...(images
      ? [item("local"), ...imageChoice]
      : [`choose --default local --timeout ${seconds * 1000} target && goto \${target} || goto local`]),
    ...(offers.length === 0 ? [] : starts),
    "",
    ":local",
    // Not 0: after a success the firmware shows its own menu, after a failure it continues with the next device.
    "exit 1",
  ];
  return `${lines.join("\n")}\n`;
}

/** The menu of GRUB: Debian's looks for it in /grub, Fedora's beside itself. */
export function grubMenus(memtests: UefiMemtests): MenuText[] {
  return ["grub/grub.cfg", "secure-boot/grub.cfg"].map((path) => withEarlier(path, memtests, everyPair, grubText));
}

function grubText(memtests: UefiMemtests, images: boolean): string {
  const entry = (name: Entry, command: string) => `menuentry "${labels[name]}" --hotkey=${keys[name]} { ${command} }`;
  const offers = processorsOf(memtests).flatMap((processor) => [
    "",
    `if [ "$grub_cpu" = ${processor} ]; then`,
    `  ${entry("memtest", `linux /${memtestFile(processor)}`)}`,
    `  ${entry("serial", `linux /${memtestFile(processor)} ${serial}`)}`,
    "fi",
  ]);
  const local = `menuentry "${labels.local}" --hotkey=${keys.local} --id local { exit }`;
  const lines = [
    ...notice.map((line) => `# ${line}`),
    `set default=${images ? "local" : "0"}`,
    `set timeout=${seconds}`,
    ...(images ? [] : [entry("local", "exit")]),
    ...offers,
    ...(images ? ["", `source /${imageNames.menu.grub}`, "", local] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** The text of a menu, and whatever an earlier run can have written instead. */
function withEarlier<Parts>(
  path: string,
  parts: Parts,
  all: readonly Parts[],
  textOf: (parts: Parts, images: boolean) => string,
): MenuText {
  const text = textOf(parts, true);
  const forms = generations.flatMap((images) => all.map((each) => textOf(each, images)));
  return { path, text, earlier: forms.filter((form) => form !== text) };
}
