import { systemClock } from "./clock.ts";
import { tftpServer } from "./serve.ts";
import type { TftpServer, TftpServerOptions } from "./server-options.ts";

/**
 * A TFTP server (RFC 1350, 2347, 2348, 2349, 7440). Nothing is bound before `start()`.
 * @throws OptionError for an option that does not exist or has a value that it cannot have
 */
export function createTftpServer(options: TftpServerOptions): TftpServer {
  return tftpServer(options, systemClock());
}

export type {
  AddressEvent,
  BindFailure,
  BootServer,
  BoundAddress,
  CacheStatistics,
  DirectoryOptions,
  HolderOf,
  NotServedReason,
  OpenResult,
  Source,
  SourceFault,
  SourceFile,
  StartOptions,
  StopOptions,
} from "@bootlace/boot-source";
export {
  type ClientFilter,
  clientFilter,
  content,
  directory,
  notFound,
  OptionError,
  ServerStartError,
  SourceChangedError,
} from "@bootlace/boot-source";

export type {
  AbortReason,
  RefusedReason,
  TftpClient,
  TftpEvent,
  TftpEventType,
  TransferFigures,
  TransferRef,
} from "./core/events.ts";
export type { OptionPair } from "./core/packet.ts";
export { defaultLimits } from "./option-tables.ts";
export type {
  BroadcastAddress,
  ClientSettings,
  TftpChanges,
  TftpLimits,
  TftpServer,
  TftpServerOptions,
  TftpStatistics,
} from "./server-options.ts";
export type { CreateResult, Sink, SinkFault, SinkFile } from "./sink.ts";
export { type UploadOptions, uploads } from "./uploads.ts";
