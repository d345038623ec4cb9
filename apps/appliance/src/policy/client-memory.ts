import type { BootClient } from "@bootlace/proxy-dhcp";

/** What a boot client said when it asked last. */
export interface KnownClient {
  readonly client: BootClient;
  /** The interface on which it was answered, when it was. */
  readonly interfaceName?: string;
}

/** Who has which address, as far as requests told. Bounded: what was not used longest is forgotten. */
export interface ClientMemory {
  /** `address` is the one the client had when it asked, if any. */
  learn(known: KnownClient, address: string | undefined): void;
  macOf(address: string): string | undefined;
  byMac(mac: string): KnownClient | undefined;
}

/** Random MAC addresses must not fill the memory. */
const mostClients = 4096;

export function clientMemory(): ClientMemory {
  const clients = new Map<string, KnownClient>();
  const macs = new Map<string, string>();
  return {
    learn(known, address) {
      const { mac } = known.client;
      if (mac === undefined) return;
      remember(clients, mac, known);
      if (address !== undefined && address !== "0.0.0.0") remember(macs, address, mac);
    },
    macOf: (address) => macs.get(address),
    byMac: (mac) => clients.get(mac),
  };
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= mostClients) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
