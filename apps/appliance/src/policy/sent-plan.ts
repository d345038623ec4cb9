import type { BootClient, BootMenu, BootMenuItem, BootPlan, Ignore } from "@bootlace/proxy-dhcp";

/** What a machine loaded lately; see `LoadedFiles`. */
export interface SeenOfClient {
  readonly loops: readonly string[];
  readonly loaded: readonly string[];
  readonly chained: boolean;
}

export const seenNothing: SeenOfClient = { loops: [], loaded: [], chained: false };

/**
 * The plan as it leaves: with forward slashes, and with what was seen of the client. An iPXE that was loaded here may have
 * a script of its own, which needs the address of the server and no file: where nothing else is left, it gets that.
 */
export function sentPlan(plan: BootPlan | Ignore, client: BootClient, seen: SeenOfClient): BootPlan | Ignore {
  const chained = client.ipxe !== undefined && seen.chained;
  if (plan.kind === "ignore") {
    if (!chained || isWilled(plan)) return plan;
    const { rule } = plan;
    return { kind: "boot", serverAlone: true, ipxeLoops: [], ...(rule === undefined ? {} : { rule }) };
  }
  const { file, url, script, menu, server } = plan;
  return {
    ...plan,
    ...(file === undefined ? {} : { file: forwardName(file, server !== undefined) }),
    ...(url === undefined ? {} : { url: forwardUrl(url) }),
    ...(script === undefined ? {} : { script: forwardScript(script, server !== undefined) }),
    ...(menu === undefined ? {} : { menu: forwardMenu(menu, server !== undefined) }),
    ...(client.ipxe === undefined ? {} : { ipxeLoops: seen.loops }),
    ...(seen.loaded.length === 0 ? {} : { loaded: seen.loaded }),
    ...(chained ? { serverAlone: true } : {}),
  };
}

/** Somebody said that this client gets nothing. */
function isWilled({ code }: Ignore): boolean {
  return code === "rule-ignores" || code === "one-time-ignore";
}

/**
 * These build the names of their neighbours from the root, and the patterns of names in Windows Deployment Services have
 * backslashes: `boot\*`.
 */
const windowsLoaders =
  /(?:^|[/\\])(?:wdsnbp\.com|wdsmgfw\.efi|bootmgfw\.efi|bootmgr\.exe|pxeboot\.(?:com|n12)|abortpxe\.com)$/i;

/** shim and GRUB look for their neighbours behind the last `/` of the name under which they were loaded. */
export function forwardName(file: string, elsewhere: boolean): string {
  return elsewhere && windowsLoaders.test(file) ? file : file.replaceAll("\\", "/");
}

/** In the path; a query is for the server alone. */
function forwardUrl(url: string): string {
  const [path = "", ...rest] = url.split(/(?=[?#])/);
  return path.replaceAll("\\", "/") + rest.join("");
}

function forwardScript(
  { file, url }: NonNullable<BootPlan["script"]>,
  elsewhere: boolean,
): NonNullable<BootPlan["script"]> {
  return {
    ...(file === undefined ? {} : { file: forwardName(file, elsewhere) }),
    ...(url === undefined ? {} : { url: forwardUrl(url) }),
  };
}

function forwardMenu(menu: BootMenu, elsewhere: boolean): BootMenu {
  return { ...menu, items: menu.items.map((item) => forwardItem(item, elsewhere)) };
}

function forwardItem(item: BootMenuItem, elsewhere: boolean): BootMenuItem {
  if (item.kind !== "file") return item;
  const there = elsewhere || item.server !== undefined;
  const { file, basename } = item;
  return {
    ...item,
    ...(file === undefined ? {} : { file: forwardName(file, there) }),
    ...(basename === undefined ? {} : { basename: forwardName(basename, there) }),
  };
}
