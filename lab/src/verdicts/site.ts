import type { Bootlace } from "../bootlace.ts";
import type { Lab } from "../lab.ts";
import type { Host, Switch } from "../namespaces.ts";

/** Where one machine boots: a LAN of its own, with a router and a Bootlace of its own. */
export interface Site {
  readonly lab: Lab;
  readonly lan: Switch;
  readonly router: Host;
  readonly bootServer: Host;
  readonly bootlace: Bootlace;
}
