import { boundedMap } from "@bootlace/boot-source";
import { addressTowards } from "./sockets.ts";

const most = 64;
/** Milliseconds for which an answer of the routing table holds. */
const trustFor = 5000;

/**
 * The own address that the routing table uses towards a host, asked once for all that come at the same time and for some
 * seconds after. `now` is in milliseconds.
 */
export function routes(ask = addressTowards) {
  const known = boundedMap<string, { readonly askedAt: number; readonly address: Promise<string | undefined> }>(most);
  return (host: string, port: number, now: number): Promise<string | undefined> => {
    const last = known.get(host);
    const age = last === undefined ? Number.NaN : now - last.askedAt;
    if (last !== undefined && age >= 0 && age < trustFor) return last.address;
    const address = ask(host, port);
    known.set(host, { askedAt: now, address });
    return address;
  };
}
