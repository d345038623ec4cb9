import type { RemoteInfo } from "node:dgram";
import type { FrameCache } from "./cache.ts";
import type { Clock } from "./clock.ts";
import type { TftpClient, TftpEvent } from "./core/events.ts";
import type { Listener } from "./listener.ts";
import type { SetSegmentSize } from "./segment-size.ts";
import type { ClientSettings, TftpLimits, TftpServerOptions } from "./server-options.ts";

/** The part of the server that knows clients: takes requests in, and keeps the transfers. */
export interface Requests {
  onPacket(listener: Listener, packet: Buffer, from: RemoteInfo): void;
  /** Take new requests, or no more. */
  accept(yes: boolean): void;
  /** Makes what its transfers will need. */
  prepare(listener: Listener): void;
  /** Ends every transfer, or those of one listener. */
  stopAll(listener?: Listener): void;
  /** Nothing more will be asked there; transfers that run go on. */
  forget(listener: Listener): void;
  /** Called once when no transfer is left. */
  whenIdle(callback: () => void): void;
  readonly active: number;
  readonly cache: FrameCache;
  readonly requests: number;
}

export interface RequestDeps {
  /** What stays as it is while the server lives. */
  readonly options: Pick<
    TftpServerOptions,
    "source" | "sink" | "singlePort" | "mtuOf" | "isNeighbour" | "progressInterval"
  >;
  /** May change between two requests. */
  readonly limits: TftpLimits;
  readonly clock: Clock;
  /** @param address that of a client */
  isAllowed(address: string): boolean;
  settingsFor(client: TftpClient, file: string): ClientSettings | undefined;
  emit(event: TftpEvent): void;
  /** Sets how the system is to cut windows into packets; undefined where it is not to. */
  readonly setSegmentSize: SetSegmentSize | undefined;
}
