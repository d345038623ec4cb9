import type { FoundFile } from "./find.ts";
import type { KitId } from "./kits.ts";
import { grubMenus, ipxeMenu, type MenuText, pxelinuxMenu } from "./menus.ts";

/** One file that is to be there in the end; `path` counts from the root of the boot files. */
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
  /** What the system has. */
  readonly found: ReadonlyMap<KitId, readonly FoundFile[]>;
  /** Files that are in the boot tree already. */
  readonly existing: ReadonlySet<string>;
  /** Kits that are in the tree in another version, and so must not be completed. */
  readonly foreign: ReadonlySet<KitId>;
}

/** What is to be in the boot tree, in the order in which it is made: a menu comes after what it offers. */
export function planTree({ found, existing, foreign }: PlanInput): PlanItem[] {
  const usable = [...found].filter(([id]) => !foreign.has(id));
  // iPXE does all that SYSLINUX for UEFI does, beside more routers and on more machines.
  const wanted = usable.filter(([id]) => id !== "syslinux-x64" || !has("ipxe-x64"));
  const copies = wanted.flatMap(([kit, files]) =>
    files.map(({ target, source, size }): PlanItem => ({ kind: "copy", kit, path: target, source, size })),
  );
  const forSyslinux = wanted.some(([id]) => id === "syslinux-x64") ? memtestFor("syslinux/efi64") : [];
  const paths = new Set([...existing, ...[...copies, ...forSyslinux].map(({ path }) => path)]);
  // Their menus are their owner's business too.
  for (const id of foreign) for (const { target } of found.get(id) ?? []) paths.delete(target);
  return [...copies, ...forSyslinux, ...menusFor(paths).map((menu): PlanItem => ({ kind: "text", ...menu }))];

  function has(id: KitId): boolean {
    return found.has(id) || existing.has(`ipxe/${id}.efi`);
  }

  /** SYSLINUX for UEFI starts the same memtest86+ as PXELINUX, and looks for it beside itself. */
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
