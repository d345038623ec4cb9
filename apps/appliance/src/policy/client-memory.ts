import { boundedMap } from "@bootlace/boot-source";
import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";

/** What a boot client said when it asked last. */
export interface KnownClient {
  readonly client: BootClient;
  /** The interface on which it was answered, when it was. */
  readonly interfaceName?: string;
}

/** A client, and the interface on which it is answered. */
export interface ClientAt {
  readonly client: BootClient;
  readonly iface: ServedInterface;
}

/**
 * Who has which address, as far as DHCP showed. A machine is known by its MAC address, or where it has none by its client
 * identifier. Bounded: what was not used longest is forgotten.
 */
export interface ClientMemory {
  learn(known: KnownClient): void;
  /** The machine has this address from now on, and whoever had it before has not. */
  has(machine: string, address: string, time: number, server?: string): void;
  /** @param since only what was learned at this time or later, in milliseconds */
  machineAt(address: string, since?: number): string | undefined;
  byId(machine: string): KnownClient | undefined;
  clients(): Iterable<BootClient>;
  /** The DHCP server that gave this address, where it was seen. */
  serverOf(address: string): string | undefined;
}

interface Owner {
  readonly machine: string;
  readonly time: number;
  readonly server?: string;
}

/** Random MAC addresses must not fill the memory. */
const mostClients = 4096;

export function clientMemory(): ClientMemory {
  const clients = boundedMap<string, KnownClient>(mostClients);
  const machines = boundedMap<string, Owner>(mostClients);
  return {
    learn(known) {
      const machine = idOf(known.client);
      if (machine !== undefined) clients.set(machine, known);
    },
    has(machine, address, time, named) {
      if (machine === "" || address === "0.0.0.0") return;
      const before = machines.peek(address);
      const server = named ?? (before?.machine === machine ? before.server : undefined);
      machines.set(address, { machine, time, ...(server === undefined ? {} : { server }) });
    },
    machineAt(address, since = Number.NEGATIVE_INFINITY) {
      const known = machines.peek(address);
      return known !== undefined && known.time >= since ? known.machine : undefined;
    },
    byId: (machine) => clients.peek(machine),
    *clients() {
      for (const { client } of clients.values()) yield client;
    },
    serverOf: (address) => machines.peek(address)?.server,
  };
}

/** A machine of which nothing but what it is known by is known. */
export function strangerWith(machine: string): BootClient {
  const rest = { hardwareType: 1, archCodes: [], matchedClass: "", http: false, userClasses: [] };
  return { ...identityOf(machine), firmware: "bios", vendorClass: "", ...rest };
}

/** What a client is known by: its MAC address, else its client identifier. */
export function idOf({ mac, clientId }: Pick<BootClient, "mac" | "clientId">): string | undefined {
  return mac ?? clientId;
}

/** The same the other way round. */
export function identityOf(machine: string): Pick<BootClient, "mac" | "clientId"> {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(machine) ? { mac: machine } : { clientId: machine };
}
