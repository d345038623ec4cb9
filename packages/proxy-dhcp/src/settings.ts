import { checkOptions, networkOf } from "@bootlace/boot-source";
import { type Context, defaultPorts } from "./core/context.ts";
import type { ServedInterface } from "./core/interfaces.ts";
import { optionsTable } from "./option-tables.ts";
import type { ProxyDhcpOptions } from "./options.ts";

/** The part of checked options that decisions depend on, with its defaults. */
export function settingsOf(options: ProxyDhcpOptions): Omit<Context, "choose" | "interfaces"> {
  return {
    ports: { ...defaultPorts, ...options.ports },
    relays: new Set(options.relays),
    clientSubnets: (options.clientSubnets ?? []).flatMap((text) => networkOf(text) ?? []),
    vendorClasses: options.vendorClasses ?? [],
    serveUnknownArchitectures: options.serveUnknownArchitectures ?? false,
    ...(options.isKnown === undefined ? {} : { isKnown: options.isKnown }),
  };
}

/**
 * The context in which a server created with these options would decide. With {@link handle} it shows what
 * would be sent, without sockets.
 * @throws OptionError for an invalid value of an option
 */
export function contextOf(options: ProxyDhcpOptions, interfaces: readonly ServedInterface[]): Context {
  const checked = checkOptions("contextOf", options, optionsTable);
  return { ...settingsOf(checked), choose: checked.choose, interfaces };
}
