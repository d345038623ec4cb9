import type { BootClient } from "./client.ts";

/** File names, and ends of URLs, under which iPXE itself is commonly served. */
const IPXE_BINARY =
  /(?:^|\/)(?:(?:undionly|ipxe|snponly|snp|intel|realtek)(?:[-_.][a-z0-9_-]+)*\.(?:k?k?pxe|efi|lkrn|0))(?:[?#].*)?$/i;

/**
 * Whether a boot file looks like an iPXE binary. iPXE that is handed iPXE asks again and is handed it again, for
 * ever: a script breaks the circle.
 */
export function isIpxeBinary(file: string): boolean {
  return IPXE_BINARY.test(file);
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
