import type { Bootlace, Program } from "../bootlace.ts";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import type { BootTree } from "../tree.ts";

/** Three machines on a switch, and a guest on a second wire of the server that is not served. */
export interface Arena {
  readonly lab: Lab;
  readonly server: Host;
  readonly attacker: Host;
  readonly victim: Host;
  /** A machine without an address, which asks by DISCOVER. */
  readonly rom: Host;
  readonly guest: Host;
}

/** The same with a Bootlace, for one attack. */
export interface HostileSite extends Arena {
  readonly bootlace: Bootlace;
  /** Its boot folder. */
  readonly root: string;
}

/** What one hostile or broken machine does beside the honest client. */
export interface Attack {
  /** A part of the scenario `hostile`. */
  readonly name: string;
  /** Further lines of bootlace.yaml. */
  readonly yaml?: string;
  /** Further files of the boot folder. */
  readonly tree?: BootTree;
  /** Another program than the workspace's, e.g. with a memory limit around it. */
  readonly program?: (lab: Lab, folder: string) => Program;
  /** Events that the server may log as errors. */
  readonly troubles?: readonly string[];
  /** Whom the honest client is, where somebody is meant; forty machines of changing MAC addresses without it. */
  readonly aimedAt?: { readonly mac?: string; readonly address?: string };
  /** Seconds for which the honest client asks while it goes on; 5 without it. */
  readonly seconds?: number;
  /** Begins; the returned function ends it. */
  readonly start: (site: HostileSite) => Promise<() => Promise<void>>;
  /** What else must hold while it goes on, after the honest client was served; throws a LabFailure. Gives it in words. */
  readonly meanwhile?: (site: HostileSite) => Promise<string>;
  /** The same after it has ended. */
  readonly afterwards?: (site: HostileSite) => Promise<string>;
}
