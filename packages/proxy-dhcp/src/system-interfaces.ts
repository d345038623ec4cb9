import { networkInterfaces } from "node:os";
import type { ServedInterface } from "./core/interfaces.ts";

/** What `networkInterfaces` of Node gives, as far as it is read: the declarations must do without Node's own. */
type Addresses = Readonly<
  Record<
    string,
    | readonly {
        readonly family: string;
        readonly internal: boolean;
        readonly address: string;
        readonly netmask: string;
      }[]
    | undefined
  >
>;

let latest: Addresses | undefined;

/**
 * Every IPv4 address of every interface that is up, loopback left out. Where no descriptor is left, the system cannot be
 * asked (EMFILE): then what it said last still holds.
 */
export function systemInterfaces(ask: () => Addresses = networkInterfaces): readonly ServedInterface[] {
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
