import type { FoundFile } from "./find.ts";
import type { KitId } from "./kits.ts";
import { grubMenus, ipxeMenu, type MenuText, pxelinuxMenu } from "./menus.ts";

/** One wanted file; `path` is relative to the boot folder. */
export type PlanItem =
  | {
      readonly kind: "copy";
      readonly kit: KitId;
      readonly path: string;
      readonly source: string;
      readonly size: number;
    }
  | ({ readonly kind: "text" } & MenuText);

export interface PlanInput {
  /** The kits found in the system. */
  readonly found: ReadonlyMap<KitId, readonly FoundFile[]>;
  /** Files already in the boot folder. */
  readonly existing: ReadonlySet<string>;
  /** Kits present in another version, which must not be mixed. */
  readonly foreign: ReadonlySet<KitId>;
}

/** The wanted files of the boot folder, in the order of writing: a menu comes after the programs it offers. */
export function planTree({ found, existing, foreign }: PlanInput): PlanItem[] {
  const usable = [...found].filter(([id]) => !foreign.has(id));
  // iPXE does everything SYSLINUX for UEFI does, with more routers and on more machines.
  const wanted = usable.filter(([id]) => id !== "syslinux-x64" || !has("ipxe-x64"));
  const copies = wanted.flatMap(([kit, files]) =>
    files.map(({ target, source, size }): PlanItem => ({ kind: "copy", kit, path: target, source, size })),
  );
  const forSyslinux = wanted.some(([id]) => id === "syslinux-x64") ? memtestFor("syslinux/efi64") : [];
  const paths = new Set([...existing, ...[...copies, ...forSyslinux].map(({ path }) => path)]);
  // The owner's loader keeps the owner's menu.
  for (const id of foreign) for (const { target } of found.get(id) ?? []) paths.delete(target);
  return [...copies, ...forSyslinux, ...menusFor(paths).map((menu): PlanItem => ({ kind: "text", ...menu }))];

  function has(id: KitId): boolean {
    return found.has(id) || existing.has(`ipxe/${id}.efi`);
  }

  /** SYSLINUX for UEFI boots the same memtest86+ as PXELINUX, from its own folder. */
  function memtestFor(folder: string): PlanItem[] {
    return (found.get("memtest-bios") ?? []).map(({ source, size }) => {
      return { kind: "copy", kit: "memtest-bios", path: `${folder}/memtest`, source, size };
    });
  }
}

function menusFor(paths: ReadonlySet<string>): MenuText[] {
  const memtests = { x64: paths.has("memtest/memtest-x86_64.efi"), ia32: paths.has("memtest/memtest-i386.efi") };
  const menus = [ipxeMenu(memtests)];
  for (const [folder, loader] of [
    ["pxelinux", "pxelinux.0"],
    ["syslinux/efi64", "syslinux.efi"],
  ] as const) {
    if (!paths.has(`${folder}/${loader}`)) continue;
    const menu = paths.has(`${folder}/menu.c32`) && paths.has(`${folder}/libutil.c32`);
    menus.push(pxelinuxMenu(folder, { menu, memtest: paths.has(`${folder}/memtest`) }));
  }
  if (paths.has("secure-boot/grubx64.efi") || paths.has("secure-boot/grubaa64.efi")) menus.push(...grubMenus(memtests));
  return menus;
}
