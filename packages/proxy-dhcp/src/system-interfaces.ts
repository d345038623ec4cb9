import { networkInterfaces } from "node:os";
import type { ServedInterface } from "./core/interfaces.ts";

/** The part of Node's `networkInterfaces` that is used: the declarations must not need Node's own. */
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
 * Every IPv4 address of every interface that is up, except loopback. Without a free file descriptor the system cannot be
 * asked (EMFILE): then its last result is used.
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
