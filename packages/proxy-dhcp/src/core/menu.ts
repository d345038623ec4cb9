import { DISCOVERY, encodePxeOptions, type Ipv4Address } from "@bootlace/dhcp-core";

/** PXE boot server types 0 to 65535; 0 is local boot (PXE 2.1 table 2-1, tag 8). */
export type BootServerType = number;

/** A menu line that ends the network boot; the machine tries the next boot device. */
export interface LocalBootItem {
  readonly kind: "local";
  readonly text: string;
}

/** A menu line whose file this server names when the client requests the item. */
export interface FileBootItem {
  readonly kind: "file";
  readonly text: string;
  /** The file of layer 0. */
  readonly file?: string;
  /** Instead of `file`: layer n gets `basename.n`, the form boot servers of PXE 2.1 use. */
  readonly basename?: string;
  /** The TFTP server, when it is not this host. */
  readonly server?: Ipv4Address;
  /** 0x8000 plus the item's place in the menu when absent. */
  readonly type?: BootServerType;
}

/** A menu line for other boot servers. No server means any that answers discovery. */
export interface ServerBootItem {
  readonly kind: "server";
  readonly text: string;
  readonly type: BootServerType;
  readonly servers: readonly Ipv4Address[];
}

export type BootMenuItem = LocalBootItem | FileBootItem | ServerBootItem;

export interface BootMenu {
  readonly items: readonly BootMenuItem[];
  readonly prompt?: {
    readonly text: string;
    /** 0 boots the first item at once, 255 shows the menu and waits (tag 10). */
    readonly timeoutSeconds: number;
  };
  readonly discovery?: {
    readonly broadcast?: boolean;
    /**
     * The group of other boot servers (tag 7). Clients then ask only there, and this server does not listen there:
     * it makes no sense with items that have a file.
     */
    readonly multicast?: Ipv4Address;
    readonly onlyListedServers?: boolean;
  };
  /** The message that carries the menu; the firmware's table row decides when absent. */
  readonly carriedBy?: "offer" | "ack";
}

/** The reply to a request for a menu item: a file, or a reason to ignore it. */
export type MenuChoice =
  | { readonly ok: true; readonly file: string; readonly server: Ipv4Address | undefined }
  | { readonly ok: false; readonly reason: "boot-item-not-served" | "layer-not-served" };

const LOCAL_BOOT = 0;
/** The first type that PXE 2.1 reserves for vendors. */
const VENDOR_TYPES = 0x8000;

/** The boot server type of the item at `index`. */
export function itemType(item: BootMenuItem, index: number): BootServerType {
  if (item.kind === "local") return LOCAL_BOOT;
  return item.type ?? VENDOR_TYPES + index;
}

/** Finds the item of a type and its file for a layer (PXE 2.1 §2.3 note 6: types of others are ignored). */
export function chooseItem(menu: BootMenu, type: number, layer: number): MenuChoice {
  const item = menu.items.find((candidate, index) => itemType(candidate, index) === type);
  if (item?.kind !== "file") return { ok: false, reason: "boot-item-not-served" };
  if (item.basename !== undefined) return { ok: true, file: `${item.basename}.${layer}`, server: item.server };
  if (!item.file || layer !== 0) return { ok: false, reason: "layer-not-served" };
  return { ok: true, file: item.file, server: item.server };
}

/**
 * Option 43 for a menu: discovery control, prompt, boot servers, items (PXE 2.1 table 2-1). Items with a file name
 * `self` as their boot server: the client asks us for the item and learns the file server from the answer.
 * `undefined` when it has no items, gives type 0 to more than local boot, sends clients to a multicast group for our
 * own files, or does not fit into 255 bytes.
 */
export function menuOptions(menu: BootMenu, self: Ipv4Address): Uint8Array | undefined {
  if (menu.items.some((item, index) => item.kind !== "local" && itemType(item, index) === LOCAL_BOOT)) return undefined;
  if (menu.discovery?.multicast !== undefined && menu.items.some(({ kind }) => kind === "file")) return undefined;
  const bootMenu = menu.items.map((item, index) => ({ type: itemType(item, index), text: item.text }));
  const bootServers = serversOf(menu, self);
  const { prompt, discovery = {} } = menu;
  const findable = bootServers.every(({ addresses }) => addresses.length > 0);
  const encoded = encodePxeOptions({
    discoveryControl:
      ((discovery.broadcast ?? !findable) ? 0 : DISCOVERY.noBroadcast) |
      // edk2 discovers by multicast, even to 0.0.0.0, unless the bit says no.
      (discovery.multicast === undefined ? DISCOVERY.noMulticast : 0) |
      (discovery.onlyListedServers ? DISCOVERY.onlyListedServers : 0),
    ...(discovery.multicast === undefined ? {} : { discoveryMulticastAddress: discovery.multicast }),
    ...(prompt === undefined ? {} : { menuPrompt: { timeout: prompt.timeoutSeconds, text: prompt.text } }),
    ...(bootServers.length === 0 ? {} : { bootServers }),
    bootMenu,
  });
  return encoded.ok && encoded.bytes.length <= 255 ? encoded.bytes : undefined;
}

/** One entry for each type but local boot: edk2 refuses a menu with a type that tag 8 lacks. */
function serversOf(menu: BootMenu, self: Ipv4Address): { type: number; addresses: readonly Ipv4Address[] }[] {
  const byType = new Map<number, readonly Ipv4Address[]>();
  for (const [index, item] of menu.items.entries()) {
    const type = itemType(item, index);
    if (item.kind === "local" || byType.has(type)) continue;
    byType.set(type, item.kind === "file" ? [self] : item.servers);
  }
  return Array.from(byType, ([type, addresses]) => ({ type, addresses }));
}
