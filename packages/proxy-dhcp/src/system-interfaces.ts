import { networkInterfaces } from "node:os";
import type { ServedInterface } from "./core/interfaces.ts";

let latest: ReturnType<typeof networkInterfaces> | undefined;

/**
 * Every IPv4 address of every interface that is up, loopback left out. Where no descriptor is left, the system cannot be
 * asked (EMFILE): then what it said last still holds.
 */
export function systemInterfaces(ask: typeof networkInterfaces = networkInterfaces): readonly ServedInterface[] {
  try {
    latest = ask();
  } catch (error) {
    if (latest === undefined) throw error;
  }
  return Object.entries(latest).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
}
