import type { createProxyDhcp, ServedInterface } from "@bootlace/proxy-dhcp";
import type { createTftpServer } from "@bootlace/tftp-serve";
import type { FollowTimes } from "../boot-files/follow-root.ts";
import type { LoadedConfig, LoadResult } from "../config/load.ts";
import type { ApplianceEvent } from "../events/event.ts";
import type { Log } from "../log/log.ts";
import type { NetworkInterfaces } from "../net/interfaces.ts";
import type { RequestDescription } from "../policy/boot-request.ts";
import type { ExplainResult } from "../policy/explain.ts";
import type { NamedMachines } from "../policy/machine-names.ts";
import type { OneTimeBootCommands } from "../policy/policy.ts";
import type { Later } from "../telemetry/backlog.ts";
import type { ReloadResult } from "./reload.ts";
import type { ServiceEndpoint } from "./services/service.ts";

/** What the appliance takes from outside, so that a test can stand in for it. */
export interface ApplianceDeps {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
  /** Calls `work` every so many milliseconds until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
  /** Lets what need not be done at once wait for a quiet moment; without it nothing waits. */
  readonly later?: Later;
  /** Reads the config anew, for a reload. */
  readonly load?: () => LoadResult;
  /** Told when a reload begins; the event `reloaded` tells its end. */
  readonly onReloading?: () => void;
  /** Told when another config is in force. */
  readonly onConfig?: (loaded: LoadedConfig) => void;
  /**
   * Gets every event after the log did. A promise keeps the next event back until it resolves; of those that wait for it
   * the oldest are dropped, with a line in the log.
   */
  readonly onEvent?: (event: ApplianceEvent) => void | Promise<void>;
  readonly createProxyDhcp?: typeof createProxyDhcp;
  readonly createTftpServer?: typeof createTftpServer;
  readonly followTimes?: FollowTimes;
  /** The MAC address behind an address of the LAN; asks the system when absent. */
  readonly macOf?: (address: string) => string | undefined;
}

export type ExplainRequest = RequestDescription & { readonly interface?: string | undefined };

export interface Appliance {
  /** @throws ApplianceStartError; nothing runs then. */
  start(): Promise<void>;
  /** Ends offers first, then lets running transfers end for a short while. Safe to call twice. */
  stop(): Promise<void>;
  /** Takes the config over that `load` gives now. One at a time; the old one stays in force when it is refused. */
  reload(): Promise<ReloadResult>;
  /** What a request would be answered now, by the function that answers packets. */
  explain(request: ExplainRequest): ExplainResult;
  readonly next: OneTimeBootCommands;
  /** The machine that somebody names. */
  machinesNamed(text: string): NamedMachines;
  endpoints(): readonly ServiceEndpoint[];
  /** The addresses that are served now, and the transfers that run. */
  serving(): { readonly interfaces: readonly ServedInterface[]; readonly transfers: number };
  /** The config in force, and the latest attempt to change it. */
  config(): { readonly loaded: LoadedConfig; readonly loadedAt: number; readonly lastReload?: LastReload };
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LastReload {
  readonly time: number;
  readonly result: ReloadResult;
}
