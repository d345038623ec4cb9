import type { ServedInterface } from "@bootlace/proxy-dhcp";

/** A broadcast address, and the address of ours that is meant by whoever asks it. */
export interface BroadcastAddress {
  readonly address: string;
  readonly instead: string;
}

const everybody = "255.255.255.255";

/** The broadcast addresses that reach the served interfaces: each of its subnet, and the one for all. */
export function broadcastsOf(served: readonly ServedInterface[]): readonly BroadcastAddress[] {
  const places = new Map<string, string>();
  for (const { address, netmask, broadcast } of served) {
    const own = broadcast ?? lastOf(address, netmask);
    for (const place of own === undefined || broadcast !== undefined ? [own] : [own, everybody]) {
      if (place !== undefined && !places.has(place)) places.set(place, address);
    }
  }
  return [...places].map(([address, instead]) => ({ address, instead }));
}

/** Undefined for a link of two machines, which has none (RFC 3021). */
function lastOf(address: string, netmask: string): string | undefined {
  const own = bytesOf(address);
  const mask = bytesOf(netmask);
  if (own.length !== 4 || mask.length !== 4 || (mask[3] ?? 0) >= 254) return undefined;
  return own.map((byte, index) => (byte & (mask[index] ?? 0)) | (~(mask[index] ?? 0) & 0xff)).join(".");
}

function bytesOf(text: string): number[] {
  return text.split(".").map(Number);
}
