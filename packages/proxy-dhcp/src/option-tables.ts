import { check, networkOf, type OptionCheck, OptionError, type OptionTable } from "@bootlace/boot-source";
import { parseIpv4 } from "@bootlace/dhcp-core";
import { defaultPorts, type Ports } from "./core/context.ts";
import type { ServedInterface } from "./core/interfaces.ts";
import type { Limits, Rate } from "./core/limits.ts";
import type { ProxyDhcpChanges, ProxyDhcpOptions } from "./options.ts";

const ipv4 = check.mustBe("an IPv4 address", isIpv4);

const ipv4Subnet = check.mustBe(
  "an IPv4 subnet such as 10.1.0.0/16",
  (value) => typeof value === "string" && networkOf(value)?.version === 4,
);

/** The empty prefix would match every machine. */
const vendorClass = check.mustBe("text that is not empty", (value) => typeof value === "string" && value !== "");

const someOrNone = check.mustBe("a number, 0 or more", (value) => Number.isFinite(value) && Number(value) >= 0);

const rate = check.optionsOf<Rate>({
  replies: check.required(someOrNone),
  seconds: check.required(check.mustBe("a number above 0", (value) => Number.isFinite(value) && Number(value) > 0)),
  burst: someOrNone,
});

const interfaceFields: OptionTable<ServedInterface> = {
  name: check.required(check.text),
  address: check.required(ipv4),
  netmask: check.required(check.mustBe("a netmask such as 255.255.255.0", isNetmask)),
  broadcast: ipv4,
};

const isObject = check.mustBe(
  "an interface with name, address and netmask",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** What else an interface carries, as those of `os.networkInterfaces()` do, is left as it is. */
const oneInterface: OptionCheck = (value, place) => {
  isObject(value, place);
  const given = new Map(Object.entries(value as object));
  const known = Object.keys(interfaceFields).map((name) => [name, given.get(name)]);
  check.optionsOf(interfaceFields)(Object.fromEntries(known), place);
  return value;
};

const interfaceList = check.listOf(oneInterface);
const interfaceListOrFunction = check.listOf(oneInterface, "a list or a function");

/** What a function gave, at each poll: as strict as the list of the options. */
export function checkedInterfaces(given: unknown): readonly ServedInterface[] {
  return interfaceList(given, { where: "createProxyDhcp", option: "interfaces()" }) as readonly ServedInterface[];
}

const interfaces: OptionCheck = (value, place) =>
  typeof value === "function" ? value : interfaceListOrFunction(value, place);

/** The longest timer of Node.js. */
const LONGEST_TIMER = 2 ** 31 - 1;

const somePorts = check.optionsOf<Ports>({
  dhcp: check.portOrFree,
  pxe: check.portOrFree,
  client: check.port,
  relay: check.port,
});

/** Two sockets on one port would be in each other's way. */
const ownPorts: OptionCheck = (value, place) => {
  const ports = somePorts(value, place);
  const { dhcp, pxe } = { ...defaultPorts, ...(ports as Partial<Ports>) };
  if (dhcp === pxe && dhcp !== 0) {
    throw new OptionError(
      place.where,
      `${place.option}.pxe`,
      `must differ from ${place.option}.dhcp, not be ${pxe} too`,
    );
  }
  return ports;
};

export const changesTable: OptionTable<ProxyDhcpChanges> = {
  choose: check.callback,
  interfaces,
  relays: check.listOf(ipv4),
  clientSubnets: check.listOf(ipv4Subnet),
  vendorClasses: check.listOf(vendorClass),
  serveUnknownArchitectures: check.flag,
  isKnown: check.callback,
  limits: check.optionsOf<Limits>({
    mac: rate,
    transaction: rate,
    source: rate,
    global: rate,
    known: rate,
    again: rate,
    work: check.amount,
    maxKeys: check.integer(1),
  }),
};

export const optionsTable: OptionTable<ProxyDhcpOptions> = {
  ...changesTable,
  choose: check.required(check.callback),
  onEvent: check.callback,
  pollMilliseconds: check.integer(1, LONGEST_TIMER),
  mode: check.oneOf("full", "pxe-port-only"),
  ports: ownPorts,
  bindToDevice: check.callback,
  holderOf: check.callback,
  now: check.callback,
};

/** Ones, then zeros: with others between them no subnet has a prefix length. */
function isNetmask(value: unknown): boolean {
  const bits = typeof value === "string" ? parseIpv4(value) : undefined;
  return bits !== undefined && /^1*0*$/.test((bits >>> 0).toString(2).padStart(32, "0"));
}

function isIpv4(value: unknown): boolean {
  return typeof value === "string" && parseIpv4(value) !== undefined;
}
