import type { ImageEntryRow, ImageRow, ImageSystem, ImagesSnapshot } from "../../src/catalogue/images.ts";
import type { Machine } from "../../src/images/menu/machine.ts";
import type { MenuFacts } from "../../src/images/menu/model.ts";

const gibibyte = 1024 ** 3;

export function entryRow(changes: Partial<ImageEntryRow> = {}): ImageEntryRow {
  return {
    id: "live",
    title: "Live system",
    kernel: "live/vmlinuz",
    initrds: ["live/initrd.img"],
    arguments: "boot=live fetch={tree}/live/filesystem.squashfs quiet",
    isDefault: true,
    ...changes,
  };
}

export function imageSystem(changes: Partial<ImageSystem> = {}): ImageSystem {
  return {
    family: "debian-live",
    systems: "Debian live",
    title: "Debian GNU/Linux live 12",
    way: "http",
    entries: [entryRow()],
    root: "live/filesystem.squashfs",
    memory: 2 * gibibyte,
    bios: true,
    uefi: true,
    efiPrograms: new Map([[7, "EFI/BOOT/BOOTX64.EFI"]]),
    ...changes,
  };
}

export function readyRow(id: string, changes: Partial<ImageSystem> = {}, size = gibibyte): ImageRow {
  return { id, path: `/srv/boot/images/${id}.iso`, size, modified: 0, state: "ready", system: imageSystem(changes) };
}

export function unreadyRow(id: string, detail?: string): ImageRow {
  const file = { id, path: `/srv/boot/images/${id}.iso`, size: 1000, modified: 0 };
  return detail === undefined
    ? { ...file, state: "copying" }
    : { ...file, state: "faulty", fault: { code: "beyond-end", offset: 0, detail } };
}

export function snapshotOf(...rows: readonly ImageRow[]): ImagesSnapshot {
  return { rows, settings: new Map() };
}

export const uefiMachine: Machine = { firmware: "uefi", arch: 7, memory: 8 * gibibyte };
export const biosMachine: Machine = { firmware: "bios", arch: 0, memory: 8 * gibibyte, build: "i386" };

export function menuFacts(changes: Partial<MenuFacts> = {}): MenuFacts {
  return {
    loader: "ipxe",
    machine: uefiMachine,
    server: { address: "192.168.11.109", httpPort: 8069, tftp: true },
    ...changes,
  };
}
