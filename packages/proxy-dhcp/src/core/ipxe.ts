import type { BootClient } from "./client.ts";

/**
 * The names under which iPXE's makers, distributions and users keep the program: which drivers are in it, then perhaps
 * the machine (`ipxe-x86_64.efi`, `snponly64.efi`), then for whom it is built.
 */
const IPXE_BINARY =
  /(?:^|[/\\])(?:undionly|ipxe|snponly|snp|intel|realtek)(?:[-_.0-9][\w.-]*)?\.(?:k?k?pxe|efi|efi\.signed|lkrn|bin|0)$/i;

/**
 * Whether a boot file is an iPXE program, by its name: a path with `/` or `\`, or a URL, whose query does not count.
 * iPXE that is handed iPXE asks again and is handed it again, for ever: a script breaks the circle. Scripts
 * (`boot.ipxe`) are no programs.
 */
export function isIpxeBinary(file: string): boolean {
  return IPXE_BINARY.test(file.split(/[?#]/, 1)[0] ?? "");
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
