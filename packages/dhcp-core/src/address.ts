/** An IPv4 address in dotted decimal. */
export type Ipv4Address = string;

/** `0xc0a8010a` -> `"192.168.1.10"`. */
export function formatIpv4(address: number): Ipv4Address {
  return address === 0
    ? "0.0.0.0"
    : `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** Four decimal numbers of 0 to 255 without leading zeros; anything else is `undefined`. */
export function parseIpv4(text: string): number | undefined {
  if (typeof text !== "string" || text.length < 7 || text.length > 15) return undefined;
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 46) {
      if (octet < 0 || dots === 3) return undefined;
      address = address * 256 + octet;
      octet = -1;
      dots++;
    } else if (char >= 48 && char <= 57 && octet !== 0) {
      octet = octet < 0 ? char - 48 : octet * 10 + char - 48;
      if (octet > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : undefined;
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Octets as lower case hexadecimal pairs with `separator` between them. */
export function formatHex(bytes: Uint8Array, separator = ""): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += (i === 0 ? "" : separator) + HEX[bytes[i] as number];
  return text;
}

/** A hardware address of any length, `"52:54:00:ae:00:01"`. */
export function formatMac(bytes: Uint8Array): string {
  return formatHex(bytes, ":");
}

/** Six octets written `52:54:00:ae:00:01`, `52-54-00-AE-00-01` or `525400ae0001`; anything else is `undefined`. */
export function parseMac(text: string): Uint8Array | undefined {
  if (typeof text !== "string") return undefined;
  if (!/^[0-9a-f]{2}(?:([:-]?)[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i.test(text)) return undefined;
  const digits = text.replace(/[:-]/g, "");
  return Uint8Array.from({ length: 6 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
