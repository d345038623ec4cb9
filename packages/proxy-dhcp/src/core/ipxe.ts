import { tidyPath } from "@bootlace/boot-source";
import type { BootClient } from "./client.ts";

/**
 * The names that iPXE's authors, distributions and users give the program: its drivers, then perhaps
 * the machine (`ipxe-x86_64.efi`, `snponly64.efi`), then its target.
 */
const IPXE_BINARY =
  /(?:^|[/\\])(?:undionly|ipxe|snponly|snp|intel|realtek)(?:[-_.0-9][\w.-]*)?\.(?:k?k?pxe|efi|efi\.signed|lkrn|bin|0)$/i;

/**
 * Whether a boot file is an iPXE program, by its name: a path with `/` or `\`, or a URL, whose query does not count.
 * iPXE that boots iPXE requests a file again and gets iPXE again, forever: a script breaks the loop. Scripts
 * (`boot.ipxe`) are not programs.
 */
export function isIpxeBinary(file: string): boolean {
  return IPXE_BINARY.test(file.split(/[?#]/, 1)[0] ?? "");
}

/** Whether a boot file, as a path or a URL, is one of these paths below the root of its server. */
export function isOneOf(paths: readonly string[], file: string): boolean {
  return paths.length > 0 && paths.map(tidyPath).includes(tidyPath(pathOf(file)));
}

function pathOf(file: string): string {
  const [, path] = /^[a-z][a-z0-9+.-]*:\/\/[^/]*([^?#]*)/i.exec(file) ?? [];
  if (path === undefined) return file;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Whether this iPXE can fetch the URL: option 175 lists what was built in. An iPXE that lists nothing is trusted. */
export function canFetch(client: BootClient, url: string): boolean {
  const features = client.ipxe?.features ?? [];
  if (features.length === 0) return true;
  return features.includes(/^https:/i.test(url) ? "https" : "http");
}

/** Whether option 175 says that the URL will work. */
export function surelyFetches(client: BootClient, url: string): boolean {
  return (client.ipxe?.features.length ?? 0) > 0 && canFetch(client, url);
}
