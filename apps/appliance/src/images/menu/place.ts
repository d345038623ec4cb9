import type { ImageRow } from "../../catalogue/images.ts";
import { hasHttp, type Machine } from "./machine.ts";

/** The boot loaders for which there are menus. */
export type Loader = "ipxe" | "grub" | "pxelinux";

/** What this server has for images. */
export interface MenuServer {
  /** The address at which the machine reaches it. */
  readonly address: string;
  /** TCP port of the boot files; absent where they are not served by HTTP. */
  readonly httpPort?: number | undefined;
  readonly tftp: boolean;
  /** Paths below the root of programs that some images need. */
  readonly memdisk?: string | undefined;
  readonly wimboot?: string | undefined;
}

/** Where an image is to start: with which loader, on what, from what. */
export interface Place {
  readonly loader: Loader;
  readonly machine: Machine;
  readonly server: MenuServer;
}

export type ReadyImage = Extract<ImageRow, { state: "ready" }>;

/** The URL of what is below the root, without a slash at the end. */
export function baseUrl({ address, httpPort }: MenuServer): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `http://${host}${httpPort === undefined || httpPort === 80 ? "" : `:${httpPort}`}`;
}

/** memdisk needs the image in memory below 4 GiB, beside what runs from it. */
export function isSmall({ size }: Pick<ImageRow, "size">): boolean {
  return size <= 1024 * 1024 * 1024;
}

/** Whether iPXE can be given URLs of HTTP. */
export function byHttp(machine: Machine, server: MenuServer): boolean {
  return server.httpPort !== undefined && hasHttp(machine);
}
