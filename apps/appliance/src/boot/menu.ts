import type { BootMenu, BootMenuItem } from "@bootlace/proxy-dhcp";

/** One line of a menu as the config has it. */
export interface MenuItemLike {
  readonly text: string;
  readonly file?: string | undefined;
  readonly server?: string | undefined;
  readonly local?: boolean | undefined;
  readonly type?: number | undefined;
  readonly servers?: readonly string[] | undefined;
}

interface MenuLike {
  readonly prompt: string;
  /** Seconds; 255 waits for the user (PXE 2.1 table 2-1, tag 10). */
  readonly timeout: number;
  readonly items: readonly MenuItemLike[];
}

/** A menu of the config as the responder wants it. */
export function menuFrom({ prompt, timeout, items }: MenuLike): BootMenu {
  return { items: items.map(itemFrom), prompt: { text: prompt, timeoutSeconds: timeout } };
}

function itemFrom({ text, file, server, local, type, servers }: MenuItemLike): BootMenuItem {
  if (local === true) return { kind: "local", text };
  if (servers !== undefined && type !== undefined) return { kind: "server", text, type, servers };
  return {
    kind: "file",
    text,
    ...(file === undefined ? {} : { file }),
    ...(server === undefined ? {} : { server }),
    ...(type === undefined ? {} : { type }),
  };
}
