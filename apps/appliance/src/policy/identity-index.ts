import type { BootClient } from "@bootlace/proxy-dhcp";
import type { HostRow } from "../config/schema.ts";
import { clientIdOf, macPrefix } from "../config/values.ts";

/** What a machine may be known by: any of these. */
export type Identifiers = Pick<HostRow, "mac" | "uuid" | "serial" | "clientId">;

/** Numbers, such as those of rules or hosts, by what machines are known by. To find one costs the same among thousands. */
export interface IdentityIndex {
  add(identifiers: Identifiers, value: number): void;
  /** Those of which an identifier is the client's, the lowest first. */
  find(client: BootClient): readonly number[];
}

export function identityIndex(): IdentityIndex {
  const values = new Map<string, number[]>();
  /** The lengths of the MAC addresses and their beginnings. */
  const lengths = new Set<number>();

  function put(key: string, value: number): void {
    const known = values.get(key);
    if (known === undefined) values.set(key, [value]);
    else if (known.at(-1) !== value) known.push(value);
  }

  return {
    add({ mac = [], uuid = [], serial = [], clientId = [] }, value) {
      for (const text of mac) {
        const prefix = macPrefix(text);
        if (prefix === undefined) continue;
        lengths.add(prefix.length);
        put(`mac ${prefix}`, value);
      }
      for (const text of uuid) put(`uuid ${text.toLowerCase()}`, value);
      for (const text of serial) put(`serial ${text.toLowerCase()}`, value);
      for (const text of clientId) put(`id ${clientIdOf(text)}`, value);
    },
    find({ mac, uuid, uuidBigEndian, serial, clientId }) {
      const found = new Set<number>();
      const take = (kind: string, text: string | undefined) => {
        if (text !== undefined) for (const value of values.get(`${kind} ${text.toLowerCase()}`) ?? []) found.add(value);
      };
      for (const length of lengths) take("mac", mac?.slice(0, length));
      take("uuid", uuid);
      take("uuid", uuidBigEndian);
      take("serial", serial);
      take("id", clientId);
      return [...found].sort((one, other) => one - other);
    },
  };
}
