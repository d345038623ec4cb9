import { boundedMap } from "@bootlace/boot-source";
import type { Sighting } from "./read-dhcp.ts";

/** Addresses that machines took without a word of booting, and without a name: what they fetch next is theirs. */
export interface NamelessLeases {
  see(sighting: Sighting, time: number): void;
  /** The MAC address of whoever took this address a moment ago. */
  holderOf(address: string, time: number): string | undefined;
}

/** Longest gap between such a lease and the first file. */
const within = 60_000;

/** U-Boot asks for an address so before its first file. An operating system says who it is. @param most machines */
export function createNamelessLeases(most: number): NamelessLeases {
  const taken = boundedMap<string, { readonly mac: string; readonly time: number }>(most);
  return {
    see({ mac, address, facts }, time) {
      if (address === undefined) return;
      if (facts.some(({ kind }) => kind === "system")) taken.delete(address);
      else taken.set(address, { mac, time });
    },
    holderOf(address, time) {
      const lease = taken.peek(address);
      return lease !== undefined && time - lease.time <= within ? lease.mac : undefined;
    },
  };
}
