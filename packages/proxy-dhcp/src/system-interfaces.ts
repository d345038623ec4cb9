import { networkInterfaces } from "node:os";
import type { ServedInterface } from "./core/interfaces.ts";

/** Every IPv4 address of every interface that is up, loopback left out. */
export function systemInterfaces(): readonly ServedInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
}
