import { builtinCheck } from "../catalogue/boot-check.ts";
import { fileOfBootFile, hostOfBootFile } from "../catalogue/file-role.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { BootRule } from "../config/schema.ts";
import type { Place } from "./findings.ts";

/** One file that the config names and this machine serves. */
export interface NamedFile {
  readonly name: string;
  /** The key of the config. */
  readonly path: readonly PropertyKey[];
  readonly role: "file" | "script" | "url";
  /** Architectures that get it; empty: any. */
  readonly archs: readonly string[];
  /** Kinds of firmware that get it; empty: any. */
  readonly firmwares: readonly string[];
  /** It counts from a folder that is the root for some clients only. */
  readonly ownRoot: boolean;
  /** Where it is written, if not in the config. */
  readonly place?: Place;
}

/** What a machine boots once, from the state folder. */
export interface PendingBoot {
  /** The file that it is kept in. */
  readonly kept: string;
  readonly mac: string;
  readonly file?: string;
  readonly script?: string;
  readonly image?: string;
}

/** The files of one-time boots, except those on another server. */
export function pendingFiles(pending: readonly PendingBoot[]): NamedFile[] {
  return pending.flatMap(({ kept, mac, file, script }) =>
    [["file", file] as const, ["script", script] as const].flatMap(([role, name]): NamedFile[] => {
      if (name === undefined || name === builtinCheck || /^[a-z]+:\/\//i.test(name)) return [];
      const place = { file: kept, line: 0, column: 0, path: `${mac} ${role}` };
      return [{ name, path: [], role, archs: [], firmwares: [], ownRoot: false, place }];
    }),
  );
}

export function namedFiles({ config }: LoadedConfig): NamedFile[] {
  const ofRules = config.boot.flatMap((rule, index): NamedFile[] => {
    const { arch: archs = [], firmware: firmwares = [] } = rule.when ?? {};
    const rest = { archs, firmwares, ownRoot: rule.root !== undefined };
    const elsewhere = rule.server !== undefined;
    const file = ownFile(rule, rule.file, elsewhere || !config.tftp.enabled);
    const script = ownFile(rule, rule.script, elsewhere);
    const url = ownFile(rule, config.http.enabled ? ownUrl(rule.url) : undefined, false);
    return [
      ...(file === undefined ? [] : [{ ...rest, name: file, path: ["boot", index, "file"], role: "file" as const }]),
      ...(script === undefined
        ? []
        : [{ ...rest, name: script, path: ["boot", index, "script"], role: "script" as const }]),
      ...(url === undefined ? [] : [{ ...rest, name: url, path: ["boot", index, "url"], role: "url" as const }]),
    ];
  });
  const ofMenus = Object.entries(config.menus).flatMap(([menu, { items }]) => {
    const archs = menuArchitectures(config.boot, menu);
    return items.flatMap(({ file, server }, index): NamedFile[] => {
      if (file === undefined || server !== undefined || file === builtinCheck) return [];
      const path = ["menus", menu, "items", index, "file"];
      return [{ name: file, path, role: "file", archs, firmwares: [], ownRoot: false }];
    });
  });
  return [...ofRules, ...ofMenus];
}

/** The path below the common root. A root with placeholders for each client cannot be checked. */
function ownFile({ root }: BootRule, file: string | undefined, elsewhere: boolean): string | undefined {
  if (file === undefined || file === builtinCheck || elsewhere || /^[a-z]+:\/\//i.test(file)) return undefined;
  if (root === undefined) return file;
  return root.includes("{") ? undefined : `${root}/${file}`;
}

/** `{address}` in a URL becomes the address of this host. */
function ownUrl(url: string | undefined): string | undefined {
  if (url === undefined || hostOfBootFile(url) !== "{address}" || /[?#]/.test(url)) return undefined;
  const file = fileOfBootFile(url);
  return file === "" || file.includes("{") ? undefined : file;
}

/** The architectures of the rules that show a menu; empty where one of them shows it to any. */
function menuArchitectures(boot: readonly BootRule[], menu: string): readonly string[] {
  const archs = boot.flatMap((rule) => (rule.menu === menu ? [rule.when?.arch ?? []] : []));
  return archs.some((each) => each.length === 0) ? [] : [...new Set(archs.flat())];
}
