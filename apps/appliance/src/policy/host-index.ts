import type { BootClient } from "@bootlace/proxy-dhcp";
import type { HostRow } from "../config/schema.ts";
import { clientIdOf, macPrefix } from "../config/values.ts";

/** Finds the first of many rows that holds an identifier of a client, in a time that does not grow with the rows. */
export interface HostIndex {
  /** The place of the row among all; undefined when none is this machine. */
  find(client: BootClient): number | undefined;
}

/** A machine is known by any of its identifiers. */
export function hostIndex(rows: readonly HostRow[]): HostIndex {
  /** By length: a prefix is found by as many looks as there are lengths, at most six. */
  const macs = new Map<number, Map<string, number>>();
  const clientIds = new Map<string, number>();
  const uuids = new Map<string, number>();
  const serials = new Map<string, number>();
  const add = (map: Map<string, number>, key: string | undefined, place: number) => {
    if (key !== undefined && !map.has(key)) map.set(key, place);
  };
  for (const [place, { mac = [], uuid = [], serial = [], clientId = [] }] of rows.entries()) {
    for (const prefix of mac.map(macPrefix)) {
      if (prefix === undefined) continue;
      const ofLength = macs.get(prefix.length) ?? new Map<string, number>();
      macs.set(prefix.length, ofLength);
      add(ofLength, prefix, place);
    }
    for (const text of clientId) add(clientIds, clientIdOf(text), place);
    for (const text of uuid) add(uuids, text.toLowerCase(), place);
    for (const text of serial) add(serials, text.toLowerCase(), place);
  }
  return {
    find({ mac, clientId, uuid, uuidBigEndian, serial }) {
      const found = [
        ...(mac === undefined ? [] : [...macs].map(([length, prefixes]) => prefixes.get(mac.slice(0, length)))),
        clientId === undefined ? undefined : clientIds.get(clientId),
        uuid === undefined ? undefined : uuids.get(uuid.toLowerCase()),
        uuidBigEndian === undefined ? undefined : uuids.get(uuidBigEndian.toLowerCase()),
        serial === undefined ? undefined : serials.get(serial.toLowerCase()),
      ].filter((place) => place !== undefined);
      return found.length === 0 ? undefined : Math.min(...found);
    },
  };
}
