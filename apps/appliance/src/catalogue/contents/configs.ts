import type { ConfigFacts, ConfigLoader } from "../file-facts.ts";
import { readEsxiConfig } from "./esxi.ts";
import { readGrubConfig } from "./grub.ts";
import { readIpxeScript } from "./ipxe.ts";
import { readPxelinuxConfig } from "./pxelinux.ts";
import { readPiConfig } from "./raspberry-pi.ts";
import type { ReadContext } from "./reading.ts";
import { readUBootScript } from "./uboot.ts";

/** Those whose configurations are texts. */
export type TextLoader = Exclude<ConfigLoader, "windows">;

type Reader = (text: string, context: ReadContext) => ConfigFacts;

const readers: Readonly<Record<TextLoader, Reader>> = {
  pxelinux: readPxelinuxConfig,
  grub: readGrubConfig,
  ipxe: readIpxeScript,
  "u-boot": (text, context) =>
    isPxeMenu(context.path)
      ? readPxelinuxConfig(text, { ...context, loader: "u-boot" })
      : readUBootScript(text, context),
  "raspberry-pi": readPiConfig,
  esxi: readEsxiConfig,
};

/** What the names of configurations are; the first that fits counts. */
const names: readonly (readonly [name: RegExp, loader: TextLoader])[] = [
  [/\.ipxe$/i, "ipxe"],
  [/(^|\/)pxelinux\.cfg\/default-[^/]+$/i, "u-boot"],
  [/(^|\/)pxelinux\.cfg\/[^/]+$/i, "pxelinux"],
  [/(^|\/)(syslinux|isolinux|extlinux)\.cfg$/i, "pxelinux"],
  [/(^|\/)extlinux\.conf$/i, "u-boot"],
  [/(^|\/)grub\.cfg[^/]*$/i, "grub"],
  [/(^|\/)(config|tryboot|usercfg)\.txt$/i, "raspberry-pi"],
];

/** Whether U-Boot reads this text by its `pxe` and `sysboot` commands, not as a script. */
export function isPxeMenu(path: string): boolean {
  return /\.conf$|(^|\/)pxelinux\.cfg\/[^/]+$/i.test(path);
}

/** The loader for whose configuration a file is written: by its name, else by words that only one loader knows. */
export function loaderOf(path: string, text: string): TextLoader | undefined {
  if (/^\s*#!(ipxe|gpxe)\b/.test(text)) return "ipxe";
  const named = names.find(([name]) => name.test(path))?.[1];
  if (named !== undefined) return named;
  if (/(^|\/)boot\.cfg$/i.test(path) || /\.cfg$/i.test(path)) {
    if (/^[ \t]*modules[ \t]*=/m.test(text) && /^[ \t]*kernel[ \t]*=/m.test(text)) return "esxi";
  }
  if (!/\.(cfg|conf|menu|txt)$/i.test(path) && /\.[^/]+$/.test(path)) return undefined;
  if (/^[ \t]*menuentry[ \t]/m.test(text)) return "grub";
  return /^[ \t]*label[ \t]+\S/im.test(text) && /^[ \t]*(kernel|linux|append|localboot|menu)[ \t]/im.test(text)
    ? "pxelinux"
    : undefined;
}

export function readConfig(loader: TextLoader, text: string, context: ReadContext): ConfigFacts {
  return readers[loader](text, context);
}
