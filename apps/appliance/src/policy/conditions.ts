import { architectureByCode, quote } from "@bootlace/dhcp-core";
import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import { ebc } from "../catalogue/names.ts";
import type { HostRow, RuleConditions } from "../config/schema.ts";
import { subnetFilter } from "../config/subnet.ts";
import { type HostIndex, hostIndex } from "./host-index.ts";
import type { Identifiers } from "./identity-index.ts";

/** One key of `when`. */
export interface Condition {
  readonly key: keyof RuleConditions;
  holds(client: BootClient, iface: ServedInterface): boolean;
  /** What the client has instead, for people. */
  found(client: BootClient, iface: ServedInterface): string;
  /** What the rule wants. */
  readonly wanted: readonly string[];
}

export type Hosts = Readonly<Record<string, HostRow>>;

type Test = Pick<Condition, "holds" | "found">;

const standInForEbc = architectureByCode(ebc.servedAs)?.name ?? "";

const tests: {
  readonly [Key in keyof RuleConditions]-?: (wanted: NonNullable<RuleConditions[Key]>, hosts: Hosts) => Test;
} = {
  arch(names) {
    const wanted = new Set<string>(names);
    return {
      holds: ({ arch }) =>
        arch !== undefined && (wanted.has(arch.name) || (arch.code === ebc.code && wanted.has(standInForEbc))),
      found: ({ arch, archCodes }) => arch?.name ?? `number ${archCodes.join(", ") || "none"}`,
    };
  },
  firmware: (wanted) => ({
    holds: ({ firmware }) => wanted.includes(firmware),
    found: ({ firmware }) => firmware,
  }),
  host(names, hosts) {
    const known = hostIndex(names.flatMap((name) => hosts[name] ?? []));
    return {
      holds: (client) => known.find(client) !== undefined,
      found: (client) => nameOfHost(client, hosts) ?? "no host of the config",
    };
  },
  mac: (texts) => ({ holds: indexTest({ mac: texts }), found: ({ mac }) => mac ?? "none" }),
  uuid: (texts) => ({ holds: indexTest({ uuid: texts }), found: ({ uuid }) => uuid ?? "none" }),
  serial: (texts) => ({
    holds: indexTest({ serial: texts }),
    found: ({ serial }) => (serial === undefined ? "none" : quote(serial)),
  }),
  clientId: (texts) => ({ holds: indexTest({ clientId: texts }), found: ({ clientId }) => clientId ?? "none" }),
  vendorClass: (beginnings) => ({
    holds: ({ vendorClass }) => beginnings.some((beginning) => vendorClass.startsWith(beginning)),
    found: ({ vendorClass }) => quote(vendorClass),
  }),
  userClass: (names) => ({
    holds: ({ userClasses }) => names.some((name) => userClasses.includes(name)),
    found: ({ userClasses }) => userClasses.map(quote).join(", ") || "none",
  }),
  interface: (names) => ({
    holds: (_client, iface) => names.includes(iface.name),
    found: (_client, iface) => iface.name,
  }),
  subnet(texts) {
    const inside = subnetFilter(texts);
    return {
      holds: (client, iface) => inside(addressOf(client, iface)),
      found: addressOf,
    };
  },
  relay: (addresses) => ({
    holds: ({ relay }) => relay !== undefined && addresses.includes(relay),
    found: ({ relay }) => relay ?? "none",
  }),
};

/** The conditions of a rule, in the order in which it has them. None hold for every client. */
export function conditionsOf(when: RuleConditions | undefined, hosts: Hosts): readonly Condition[] {
  return Object.entries(when ?? {}).flatMap(([name, wanted]) => {
    if (wanted === undefined) return [];
    const key = name as keyof RuleConditions;
    const make = tests[key] as (wanted: readonly string[], hosts: Hosts) => Test;
    return [{ key, wanted, ...make(wanted, hosts) }];
  });
}

/** The name under which the config knows a machine. */
export function nameOfHost(client: BootClient, hosts: Hosts): string | undefined {
  let directory = directories.get(hosts);
  if (directory === undefined) {
    const rows = Object.entries(hosts);
    const index = hostIndex(rows.map(([, row]) => row));
    directory = { index, rows: rows.map(([name]) => name), names: new WeakMap() };
    directories.set(hosts, directory);
  }
  const { index, rows, names } = directory;
  if (!names.has(client)) {
    const place = index.find(client);
    names.set(client, place === undefined ? undefined : rows[place]);
  }
  return names.get(client);
}

/** Every rule of a trace may ask for the name: it is looked up once for each client. */
const directories = new WeakMap<
  Hosts,
  {
    readonly index: HostIndex;
    readonly rows: readonly string[];
    readonly names: WeakMap<BootClient, string | undefined>;
  }
>();

/**
 * What a client must be known by for these conditions to hold: one list of identifiers for each machine; undefined where
 * other things decide.
 */
export function identifiersOf(when: RuleConditions | undefined, hosts: Hosts): readonly Identifiers[] | undefined {
  if (when?.host !== undefined) return when.host.flatMap((name) => hosts[name] ?? []);
  const { mac, uuid, serial, clientId } = when ?? {};
  if (mac !== undefined) return [{ mac }];
  if (uuid !== undefined) return [{ uuid }];
  if (serial !== undefined) return [{ serial }];
  return clientId === undefined ? undefined : [{ clientId }];
}

/** A test by one kind of identifier. */
function indexTest(row: HostRow): (client: BootClient) => boolean {
  const index = hostIndex([row]);
  return (client) => index.find(client) !== undefined;
}

/** A client without an address is in the network of its relay, or of the interface. */
function addressOf({ address, relay }: BootClient, iface: ServedInterface): string {
  return address ?? relay ?? iface.address;
}
