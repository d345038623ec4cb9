import type { BootMenu, BootMenuItem } from "@bootlace/proxy-dhcp";
import { builtinCheck } from "../catalogue/boot-check.ts";

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

/**
 * A menu of the config in the responder's form.
 * @param check the boot check's program for this client; a line that names the check is left out when there is none
 */
export function menuFrom({ prompt, timeout, items }: MenuLike, check?: string): BootMenu {
  const lines = items.flatMap((item) => {
    if (item.file !== builtinCheck) return [item];
    return check === undefined ? [] : [{ ...item, file: check }];
  });
  return { items: lines.map(itemFrom), prompt: { text: prompt, timeoutSeconds: timeout } };
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
