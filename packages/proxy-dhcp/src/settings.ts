import { type Context, defaultPorts } from "./core/context.ts";
import { parseSubnet, type Subnet } from "./core/interfaces.ts";
import type { ProxyDhcpOptions } from "./options.ts";

/** The part of the options that decisions depend on, with its defaults. @throws RangeError for what is no subnet */
export function settingsOf(options: ProxyDhcpOptions): Omit<Context, "choose" | "interfaces"> {
  return {
    ports: { ...defaultPorts, ...options.ports },
    relays: new Set(options.relays),
    clientSubnets: (options.clientSubnets ?? []).map(subnetOrThrow),
    vendorClasses: options.vendorClasses ?? [],
    serveUnknownArchitectures: options.serveUnknownArchitectures ?? false,
  };
}

function subnetOrThrow(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new RangeError(`not an IPv4 subnet: ${text}`);
  return subnet;
}
