import type { DirectoryOptions } from "./directory-options.ts";
import type { TftpServer, TftpServerOptions } from "./server-options.ts";
import type { Source } from "./source.ts";

export declare function createTftpServer(options: TftpServerOptions): TftpServer;
export declare function directory(root: string, options?: DirectoryOptions): Source;

export type {
  AbortReason,
  NotServedReason,
  RefusedReason,
  TftpClient,
  TftpEvent,
  TftpEventType,
  TransferFigures,
  TransferRef,
} from "./core/events.ts";
export type { OptionPair } from "./core/packet.ts";
export type { DirectoryOptions } from "./directory-options.ts";
export type {
  ClientSettings,
  TftpBindFailure,
  TftpEndpoint,
  TftpLimits,
  TftpServer,
  TftpServerOptions,
  TftpStatistics,
} from "./server-options.ts";
export { TftpStartError } from "./server-options.ts";
export type { CreateResult, Sink, SinkFault, SinkFile } from "./sink.ts";
export type { OpenResult, Source, SourceFault, SourceFile } from "./source.ts";
export { content, notFound, SourceChangedError } from "./source.ts";
