import type { BootClient } from "@bootlace/proxy-dhcp";
import { type Identifiers, identityIndex } from "./identity-index.ts";

/** Finds the first of many rows that holds an identifier of a client, in a time that does not grow with the rows. */
export interface HostIndex {
  /** The place of the row among all; undefined when none is this machine. */
  find(client: BootClient): number | undefined;
}

/** A machine is known by any of its identifiers. */
export function hostIndex(rows: readonly Identifiers[]): HostIndex {
  const index = identityIndex();
  for (const [place, row] of rows.entries()) index.add(row, place);
  return { find: (client) => index.find(client)[0] };
}
