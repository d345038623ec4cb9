import { plainName } from "./file-role.ts";

/** A name that a program asks for in case it is there. Without the file the program goes on. */
interface Try {
  /** Who asks. */
  readonly who: string;
  /** Matches the name in plain form. */
  readonly names: RegExp;
}

/** The one table of names that are only tried. A missing one of them is never the cause of a failure. */
export const tries: readonly Try[] = [
  { who: "iPXE", names: /(^|\/)autoexec\.ipxe$/i },
  { who: "netboot.xyz", names: /(^|\/)(local-vars|MAC-[0-9a-f]{12}|HOSTNAME-[^/]*)\.ipxe$/i },
  { who: "shim", names: /(^|\/)(revocations[^/]*|shim_certificate[^/]*|sbat[^/]*|mok[^/]*)\.(efi|csv|auth)$/i },
  { who: "GRUB", names: /\.(lst|mod)$|(^|\/)locale\/|\.(mo|gmo)$|\.pf2$|(^|\/)grubenv$|(^|\/)themes?\//i },
  { who: "PXELINUX", names: /(^|\/)bootsig\.bin$|\.(lss|msg|hlp|png|jpe?g|tga|bmp|txt)$/i },
  { who: "U-Boot", names: /(^|\/)boot\.scr(\.uimg)?$|\.(dtb|dtbo)$|(^|\/)dtb(\/|$)|(^|\/)uEnv\.txt$/i },
  {
    who: "Raspberry Pi",
    names:
      /(^|\/)(pieeprom[^/]*|recover[^/]*|vl805[^/]*|dt-blob\.bin|bootsig\.bin|config\.txt|cmdline\.txt|autoboot\.txt|fixup[^/]*|armstub[^/]*|boot\.(img|sig)|tryboot\.txt)$|(^|\/)overlays\//i,
  },
];

/** Extensions that PXELINUX adds to the name of a kernel that it did not find. */
const added = /\.(cbt|0|com|c32|bin|bss|bs)$/i;

/** Whether a loader goes on without this file. */
export function isTried(file: string): boolean {
  const name = plainName(file);
  return tries.some(({ names }) => names.test(name));
}

/** The name to which a loader added an ending of its own; undefined when it has none of those. */
export function nameBeforeEnding(file: string): string | undefined {
  const name = plainName(file);
  return added.test(name) ? name.replace(added, "") : undefined;
}

/** One name of a search for a configuration: any one of the names of the same `place` will do. */
export interface SearchName {
  /** What all names of the search share: folder and what stands before the part that differs. */
  readonly place: string;
  /** The last name of the search, which serves every machine. */
  readonly general: boolean;
  /** The name has the shape of one, but other files have it, too: only beside others of its search does it count. */
  readonly doubtful: boolean;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const hardware = /^[0-9a-f]{2}(-[0-9a-f]{2}){6,}$/i;
const hexAddress = /^[0-9A-F]{1,8}$/;
const general = /^default(-[a-z0-9_]+)*$/i;

/**
 * PXELINUX looks for its configuration under a dozen names. The search a name belongs to, by its shape: a UUID, a MAC address with its type in front, an address in hexadecimal
 * that gets shorter, and at last `default` (PXELINUX, U-Boot) or the bare name (GRUB).
 */
export function searchNameOf(file: string): SearchName | undefined {
  const name = plainName(file);
  const cut = name.lastIndexOf("/") + 1;
  const folder = name.slice(0, cut);
  const last = name.slice(cut);
  const grub = /^(grub\.cfg)(?:-(.+))?$/i.exec(last);
  if (grub !== null) return { place: `${folder}grub.cfg`, general: grub[2] === undefined, doubtful: false };
  if (general.test(last)) return { place: folder, general: true, doubtful: !/(^|\/)pxelinux\.cfg\/$/i.test(folder) };
  if (uuid.test(last) || hardware.test(last)) return { place: folder, general: false, doubtful: false };
  const isConfigFolder = /(^|\/)pxelinux\.cfg\/$/i.test(folder);
  return hexAddress.test(last) ? { place: folder, general: false, doubtful: !isConfigFolder } : undefined;
}

const typedMac = /^(.*\/)?(grub\.cfg-)?01-([0-9a-f]{2}(?:-[0-9a-f]{2}){5})$/i;

/**
 * How people write the name of a configuration for one machine, where the loader puts the type of the hardware before the MAC
 * address and hyphens between its bytes.
 * @param file the name that a loader requests; empty for one without a MAC address
 */
export function otherMacNames(file: string): readonly string[] {
  const [, folder = "", before = "", mac] = typedMac.exec(plainName(file)) ?? [];
  if (mac === undefined) return [];
  const spelt = [mac, `01-${mac}`].flatMap((each) => [each, each.replaceAll("-", ":"), each.replaceAll("-", "")]);
  return spelt.filter((each) => each !== `01-${mac}`).map((each) => `${folder}${before}${each}`);
}

/** What a Raspberry Pi cannot do without: a file of each stage. */
export interface PiStage {
  readonly name: "first stage" | "firmware" | "kernel";
  readonly names: RegExp;
}

const firstStage: PiStage = { name: "first stage", names: /^bootcode\.bin$/i };
const piKernel: PiStage = { name: "kernel", names: /^kernel[^/]*\.img$/i };

/**
 * The stages of a Raspberry Pi, known by the names that it requests: a Pi 4 asks for `start4.elf` and starts no other; a Pi 5
 * has its firmware in the EEPROM; the others begin with `bootcode.bin`.
 */
export function piStages(asked: readonly string[]): readonly PiStage[] {
  const names = asked.map((file) => plainName(file).split("/").at(-1) ?? "");
  const firmware = (pattern: RegExp): PiStage => ({ name: "firmware", names: pattern });
  if (names.some((name) => /^start4/i.test(name))) return [firmware(/^start4[a-z_]*\.elf$/i), piKernel];
  if (names.some((name) => /^kernel_2712/i.test(name))) return [piKernel];
  return [firstStage, firmware(/^start[a-z_]*\.elf$/i), piKernel];
}
