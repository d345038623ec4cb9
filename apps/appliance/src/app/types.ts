import type { createProxyDhcp, ServedInterface } from "@bootlace/proxy-dhcp";
import type { createTftpServer } from "@bootlace/tftp-serve";
import type { FollowTimes } from "../boot-files/follow-root.ts";
import type { LoadedConfig, LoadResult } from "../config/load.ts";
import type { ApplianceEvent, ServerResult } from "../events/event.ts";
import type { FollowImageTimes } from "../images/follow-images.ts";
import type { Log } from "../log/log.ts";
import type { NetworkInterfaces } from "../net/interfaces.ts";
import type { FileElsewhere } from "../os/ask-file-server.ts";
import type { RequestDescription } from "../policy/boot-request.ts";
import type { ExplainResult } from "../policy/explain.ts";
import type { NamedMachines } from "../policy/machine-names.ts";
import type { OneTimeBootCommands } from "../policy/one-time-boot-commands.ts";
import type { Later } from "../telemetry/backlog.ts";
import type { ReloadResult } from "./reload.ts";
import type { ServiceEndpoint } from "./services/service.ts";

/** What the appliance takes from outside, so that a test can replace it. */
export interface ApplianceDeps {
  readonly log: Log;
  /** Resolves when what was logged so far is in the log file, or after a while. */
  readonly flushLog?: () => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly networkInterfaces: () => NetworkInterfaces;
  /** Calls `work` every `milliseconds` until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
  /** Defers work that is not urgent to a quiet moment; without it nothing is deferred. */
  readonly later?: Later;
  /** Resolves after so many milliseconds. Reloads rest between one and the next; without it they do not. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  /** Reads the config again, for a reload. */
  readonly load?: (inForce: LoadedConfig) => LoadResult;
  /** Called when a reload begins; the event `reloaded` marks its end. */
  readonly onReloading?: () => void;
  /** Called when another config has been loaded. */
  readonly onConfig?: (loaded: LoadedConfig) => void;
  /**
   * Gets every event after the log. A promise holds the next event back until it resolves; of the waiting events
   * the oldest are dropped, with a line in the log.
   */
  readonly onEvent?: (event: ApplianceEvent) => void | Promise<void>;
  readonly createProxyDhcp?: typeof createProxyDhcp;
  readonly createTftpServer?: typeof createTftpServer;
  readonly followTimes?: FollowTimes;
  readonly followImageTimes?: FollowImageTimes;
  /** Asks a file server that a rule names; over the network when absent. */
  readonly askServer?: (wanted: FileElsewhere) => Promise<ServerResult>;
  /** The MAC address behind an address of the LAN; asks the system when absent. */
  readonly macOf?: (address: string) => string | undefined;
}

export type ExplainRequest = RequestDescription & { readonly interface?: string | undefined };

export interface Appliance {
  /** @throws ApplianceStartError; nothing runs then. */
  start(): Promise<void>;
  /** Stops offers first, then waits a short while for running transfers. Safe to call twice. */
  stop(): Promise<void>;
  /** Loads the config that `load` returns now. One at a time; the old one is kept when it is refused. */
  reload(): Promise<ReloadResult>;
  /** The reply that a request would get now, from the function that answers packets. */
  explain(request: ExplainRequest): ExplainResult;
  readonly next: OneTimeBootCommands;
  /** The machine that somebody names. */
  machinesNamed(text: string): NamedMachines;
  endpoints(): readonly ServiceEndpoint[];
  /** The addresses served now, and the running transfers. */
  serving(): { readonly interfaces: readonly ServedInterface[]; readonly transfers: number };
  /** The current config, and the latest attempt to change it. */
  config(): { readonly loaded: LoadedConfig; readonly loadedAt: number; readonly lastReload?: LastReload };
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LastReload {
  readonly time: number;
  readonly result: ReloadResult;
}
