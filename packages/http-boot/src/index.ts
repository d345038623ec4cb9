import { systemClock } from "./clock.ts";
import { httpBootServer } from "./serve.ts";
import type { HttpBootServer, HttpBootServerOptions } from "./server-options.ts";

/**
 * An HTTP/1.1 server of boot files (RFC 9110, 9112), for UEFI HTTP Boot, iPXE, GRUB and what they load: GET and HEAD, one
 * range per request, entity tags and dates. Every path is a file of the source; there are no other resources. Nothing is bound
 * before `start()`.
 * @throws OptionError for an unknown option or an invalid value
 */
export function createHttpBootServer(options: HttpBootServerOptions): HttpBootServer {
  return httpBootServer(options, systemClock());
}

export type {
  AddressEvent,
  BindFailure,
  BootServer,
  BoundAddress,
  CacheStatistics,
  HolderOf,
  NotServedReason,
  OpenResult,
  Source,
  SourceClient,
  SourceFault,
  SourceFile,
  StartOptions,
  StopOptions,
} from "@bootlace/boot-source";
export {
  content,
  directory,
  notFound,
  OptionError,
  ServerStartError,
  SourceChangedError,
} from "@bootlace/boot-source";
export type {
  ByteRange,
  HttpAbort,
  HttpBootClient,
  HttpBootEvent,
  HttpBootEventType,
  HttpBootRequest,
  HttpRefusal,
} from "./core/events.ts";
export { statusOf } from "./core/events.ts";
export { mediaType } from "./core/media-types.ts";
export { defaultLimits } from "./option-tables.ts";
export type {
  HttpBootChanges,
  HttpBootLimits,
  HttpBootServer,
  HttpBootServerOptions,
  HttpBootStatistics,
  Unacknowledged,
} from "./server-options.ts";
