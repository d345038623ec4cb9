import { type Context, defaultPorts } from "./core/context.ts";
import { parseSubnet, type ServedInterface, type Subnet } from "./core/interfaces.ts";
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

/**
 * The context in which a server made with these options would decide. With {@link handle} it answers the question what
 * would be sent, without sockets.
 * @throws RangeError for what is no subnet
 */
export function contextOf(options: ProxyDhcpOptions, interfaces: readonly ServedInterface[]): Context {
  return { ...settingsOf(options), choose: options.choose, interfaces };
}

function subnetOrThrow(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new RangeError(`not an IPv4 subnet: ${text}`);
  return subnet;
}
