import { networkInterfaces } from "node:os";

/** The part of Node's `networkInterfaces` that is used: the declarations must not need Node's own. */
export type Interfaces = Readonly<
  Record<
    string,
    readonly { readonly address: string; readonly family: string; readonly cidr: string | null }[] | undefined
  >
>;

let latest: Interfaces | undefined;

/** Where no descriptor is left, the system cannot be asked (EMFILE): then its last result is used. */
export function interfacesNow(): Interfaces {
  try {
    latest = networkInterfaces();
  } catch (error) {
    if (latest === undefined) throw error;
  }
  return latest;
}

/** The subnets of this machine's interfaces, each written as an address with its prefix. */
export function ownSubnets(): string[] {
  return Object.values(interfacesNow())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ cidr }) => (cidr ? [cidr] : []));
}

/** Every IPv4 address of this machine. */
export function ownAddresses(): string[] {
  return Object.values(interfacesNow())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ family, address }) => (family === "IPv4" ? [address] : []));
}

/** True for an address of this very machine. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
