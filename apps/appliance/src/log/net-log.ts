import { quote } from "@bootlace/dhcp-core";
import type { LogRecord } from "../events/record.ts";
import type { InterfaceChoice } from "../net/interfaces.ts";

/** The record of the served addresses, and those left out with the reason. */
export function interfacesRecord(choice: InterfaceChoice): LogRecord {
  const served = choice.served.map(({ name, address }) => `${quoteUnlessPlain(name)} ${address}`);
  const leftOut = choice.leftOut.map(
    ({ name, address, reason }) =>
      `left out: ${quoteUnlessPlain(name)}${address === undefined ? "" : ` ${address}`}: ${reason}`,
  );
  const missing = choice.missing.map(
    (name) => `waiting for ${quoteUnlessPlain(name)}: missing or without an IPv4 address`,
  );
  return {
    level: served.length === 0 || missing.length > 0 ? "warn" : "info",
    scope: "net",
    event: "net.interfaces",
    message: served.length === 0 ? "waiting for an interface to serve" : `serving ${served.join(", ")}`,
    fields: { served: choice.served, leftOut: choice.leftOut, missing: choice.missing },
    details: [...leftOut, ...missing],
  };
}

function quoteUnlessPlain(name: string): string {
  return /^[\w.@:-]+$/.test(name) ? name : quote(name);
}
