import { architectureByCode, quote } from "@bootlace/dhcp-core";
import type { BootClient, ServedInterface } from "@bootlace/proxy-dhcp";
import { ebc } from "../catalogue/names.ts";
import type { HostRow, RuleConditions } from "../config/schema.ts";
import { subnetFilter } from "../config/subnet.ts";
import { clientIdOf, macPrefix } from "../config/values.ts";
import { type Identifiers, type IdentityIndex, identityIndex } from "./identity-index.ts";

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
    const known = names.flatMap((name) => {
      const host = hosts[name];
      return host === undefined ? [] : [hostTest(host)];
    });
    return {
      holds: (client) => known.some((isHost) => isHost(client)),
      found: (client) => nameOfHost(client, hosts) ?? "no host of the config",
    };
  },
  mac: (texts) => ({ holds: macTest(texts), found: ({ mac }) => mac ?? "none" }),
  uuid: (texts) => ({ holds: uuidTest(texts), found: ({ uuid }) => uuid ?? "none" }),
  serial: (texts) => ({
    holds: serialTest(texts),
    found: ({ serial }) => (serial === undefined ? "none" : quote(serial)),
  }),
  clientId: (texts) => ({ holds: clientIdTest(texts), found: ({ clientId }) => clientId ?? "none" }),
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
    const index = identityIndex();
    const rows = Object.entries(hosts);
    for (const [number, [, host]] of rows.entries()) index.add(host, number);
    directory = { index, hosts: rows.map(([name]) => name), names: new WeakMap() };
    directories.set(hosts, directory);
  }
  const { index, names } = directory;
  if (!names.has(client)) {
    const [first] = index.find(client);
    names.set(client, first === undefined ? undefined : directory.hosts[first]);
  }
  return names.get(client);
}

/** Every rule of a trace may ask for the name: it is looked up once for each client. */
const directories = new WeakMap<
  Hosts,
  {
    readonly index: IdentityIndex;
    readonly hosts: readonly string[];
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

type ClientTest = (client: BootClient) => boolean;

/** A machine is known by any of its identifiers. */
function hostTest({ mac = [], uuid = [], serial = [], clientId = [] }: HostRow): ClientTest {
  const any = [macTest(mac), uuidTest(uuid), serialTest(serial), clientIdTest(clientId)];
  return (client) => any.some((test) => test(client));
}

function macTest(texts: readonly string[]): ClientTest {
  const prefixes = texts.flatMap((text) => macPrefix(text) ?? []);
  return ({ mac }) => prefixes.some((prefix) => mac?.startsWith(prefix));
}

function clientIdTest(texts: readonly string[]): ClientTest {
  const wanted = new Set(texts.map(clientIdOf));
  return ({ clientId }) => clientId !== undefined && wanted.has(clientId);
}

function uuidTest(texts: readonly string[]): ClientTest {
  const wanted = new Set(texts.map((text) => text.toLowerCase()));
  return ({ uuid, uuidBigEndian }) =>
    [uuid, uuidBigEndian].some((text) => text !== undefined && wanted.has(text.toLowerCase()));
}

function serialTest(texts: readonly string[]): ClientTest {
  const wanted = new Set(texts.map((text) => text.toLowerCase()));
  return ({ serial }) => serial !== undefined && wanted.has(serial.toLowerCase());
}

/** A client without an address is in the network of its relay, or of the interface. */
function addressOf({ address, relay }: BootClient, iface: ServedInterface): string {
  return address ?? relay ?? iface.address;
}
