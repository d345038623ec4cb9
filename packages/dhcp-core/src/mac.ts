import { formatHex, formatMac, parseMac } from "./address.ts";
import { CHADDR_OCTETS } from "./header.ts";

/** One Ethernet address in every form in which packets and file names hold it. */
export interface MacAddresses {
  /** The 6 octets. */
  readonly bytes: Uint8Array;
  /** The field of a packet: 16 octets, zeros behind the address (RFC 2131 §2). */
  readonly chaddr: Uint8Array;
  /** Option 61 as firmware sends it: hardware type 1, then the address (RFC 2132 §9.14). */
  readonly clientIdentifier: Uint8Array;
  /** `52:54:00:ae:00:01` */
  readonly colons: string;
  /** `52-54-00-ae-00-01` */
  readonly dashes: string;
  /** `525400ae0001` */
  readonly digits: string;
  /** `01-52-54-00-ae-00-01`: what PXELINUX, GRUB and U-Boot look for, with the hardware type in front. */
  readonly fileName: string;
}

const ETHERNET = "01";

/**
 * Every form of a MAC address. Case does not matter; these spellings are known:
 * `52:54:00:ae:00:01`, `52-54-00-ae-00-01`, `525400ae0001`, `5254.00ae.0001` (as switches print it), and with hardware
 * type 1 in front, as in option 61 and in the file names of boot loaders, `01:52:54:…` and `01-52-54-…`. Anything else is
 * `undefined`.
 */
export function addressesOf(mac: string): MacAddresses | undefined {
  if (typeof mac !== "string") return undefined;
  const bytes = parseMac(withoutType(mac)) ?? parseMac(withoutDots(mac));
  if (bytes === undefined) return undefined;
  const chaddr = new Uint8Array(CHADDR_OCTETS);
  chaddr.set(bytes);
  const dashes = formatHex(bytes, "-");
  return {
    bytes,
    chaddr,
    clientIdentifier: Uint8Array.of(1, ...bytes),
    colons: formatMac(bytes),
    dashes,
    digits: formatHex(bytes),
    fileName: `${ETHERNET}-${dashes}`,
  };
}

/** Without separators the type cannot be told from the address: 14 digits are no MAC address. */
function withoutType(mac: string): string {
  return /^01[:-]/.test(mac) && mac.length === 20 ? mac.slice(3) : mac;
}

function withoutDots(mac: string): string {
  return /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(mac) ? mac.replaceAll(".", "") : "";
}
