import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { interfacesNow } from "@bootlace/boot-source";

/** What an Ethernet frame holds: 1500 less the headers of IPv4, UDP and TFTP. */
export const ethernetBlock = 1468;

/** Milliseconds for which an answer of the system is good. */
const trustFor = 2000;

/** IPv4 and UDP (RFC 791, 768) with the 4 bytes of DATA, and the same for IPv6 (RFC 8200). */
const headers = { 4: 20 + 8 + 4, 6: 40 + 8 + 4 } as const;

/** Bytes of the largest packet that leaves by the interface with this address, as Linux says (sysfs); else nothing. */
export function linkMtu(address: string): number | undefined {
  const [bare] = address.split("%");
  const [name] = Object.entries(interfacesNow()).find(([, own = []]) => own.some((one) => one.address === bare)) ?? [];
  if (name === undefined) return undefined;
  try {
    return Number(readFileSync(`/sys/class/net/${name}/mtu`, "latin1")) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * The largest block that leaves a local address in one piece: many ROMs cannot put fragments together. Without an answer of the system, as where no descriptor is
 * left to ask it: what it said last, and before that, any.
 * @param mtuOf such as {@link linkMtu}; asked again after two seconds
 */
export function largestBlock(
  address: string,
  now: () => number,
  mtuOf: (address: string) => number | undefined,
): () => number {
  const header = isIP(address.split("%")[0] ?? "") === 6 ? headers[6] : headers[4];
  let known = Number.POSITIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const time = now();
    if (time - askedAt >= trustFor) {
      askedAt = time;
      known = (mtuOf(address) ?? known + header) - header;
    }
    return known;
  };
}
