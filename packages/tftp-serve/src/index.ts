import { systemClock } from "./clock.ts";
import { tftpServer } from "./serve.ts";
import type { TftpServer, TftpServerOptions } from "./server-options.ts";

/**
 * A TFTP server (RFC 1350, 2347, 2348, 2349, 7440). Nothing is bound before `start()`.
 * @throws RangeError when `clients` holds something that is no address or subnet
 */
export function createTftpServer(options: TftpServerOptions): TftpServer {
  return tftpServer(options, systemClock());
}

export type {
  DirectoryOptions,
  NotServedReason,
  OpenResult,
  Source,
  SourceFault,
  SourceFile,
} from "@bootlace/boot-source";
export {
  type ClientFilter,
  clientFilter,
  content,
  directory,
  notFound,
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
export { defaultLimits } from "./serve.ts";
export type {
  ClientSettings,
  TftpBindFailure,
  TftpChanges,
  TftpEndpoint,
  TftpLimits,
  TftpServer,
  TftpServerOptions,
  TftpStatistics,
} from "./server-options.ts";
export { TftpStartError } from "./server-options.ts";
export type { CreateResult, Sink, SinkFault, SinkFile } from "./sink.ts";
export { type UploadOptions, uploads } from "./uploads.ts";
