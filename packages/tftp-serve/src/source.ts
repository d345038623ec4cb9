import type { NotServedReason, TftpClient } from "./core/events.ts";

/**
 * One file, open for one reader or for many. The server reads by offset, in pieces of up to 256 KiB, never two at a
 * time, and calls `close` exactly once.
 */
export interface SourceFile {
  /** Octets; the transfer has exactly this many. */
  readonly size: number;
  /**
   * Names these very bytes: two files with the same version hold the same octets. Transfers of one version share one
   * copy in memory. Undefined: the bytes are for this transfer alone.
   */
  readonly version: string | undefined;
  /** When the octets were last written, in milliseconds of Unix time, where the source knows. */
  readonly modified?: number;
  /**
   * Fills `target` from `position` on, as far as the file goes.
   * @returns octets read, at once or later. Fewer than both the target and the rest of the file, or a
   * `SourceChangedError`, end the transfer with ERROR 0.
   */
  read(target: Uint8Array, position: number): number | Promise<number>;
  /**
   * It will be read, though not now: a source that opens a file at its first read opens it here, so that its octets stay
   * when its name goes to another file, or goes away.
   */
  hold?(): void;
  close(): void | Promise<void>;
}

/** Why there is no file. The reason is for the log; the client learns no more than the ERROR code made from it. */
export interface SourceFault {
  readonly reason: NotServedReason;
  readonly detail?: string;
}

export type OpenResult =
  | { readonly ok: true; readonly file: SourceFile }
  | { readonly ok: false; readonly fault: SourceFault };

/**
 * Where files come from. `name` is the file name of the request, 1 to 255 octets without control characters and
 * otherwise as the client wrote it: decoded as UTF-8 where it is UTF-8, else one character for each octet.
 * Expected failures are values; a throw or rejection counts as `source-failed`.
 */
export interface Source {
  open(name: string, client: TftpClient): OpenResult | Promise<OpenResult>;
}

/** Thrown or rejected by `SourceFile.read` when the file is no longer the one that was opened. */
export class SourceChangedError extends Error {
  override readonly name = "SourceChangedError";
}

const ascii = new TextEncoder();

/**
 * A file from memory, for sources that make their content.
 * @param version equal versions must mean equal bytes; leave it out for content made for one client
 */
export function content(data: string | Uint8Array, version?: string): OpenResult {
  const bytes = typeof data === "string" ? ascii.encode(data) : data;
  return {
    ok: true,
    file: {
      size: bytes.length,
      version,
      read(target, position) {
        const part = bytes.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      close() {},
    },
  };
}

/** The answer for a name that is not served. */
export function notFound(reason: NotServedReason = "missing", detail?: string): OpenResult {
  return { ok: false, fault: detail === undefined ? { reason } : { reason, detail } };
}
