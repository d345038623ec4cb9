/** Who asks for a file, and on which of our addresses. `localAddress` is "0.0.0.0" or "::" only where a server is configured to listen there. */
export interface SourceClient {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** Why there is no file. It is for the log: what the client learns is up to the protocol. */
export type NotServedReason =
  /** There is no such file. */
  | "missing"
  /** The name is that of a folder. */
  | "is-directory"
  /** A FIFO, a device or a socket. */
  | "not-regular"
  /** The operating system denies us the file. */
  | "permission-denied"
  /** The name, or a symbolic link on its way, leads out of the folder that is served. */
  | "outside-root"
  /** Empty, longer than 255 bytes, or with control characters. */
  | "bad-name"
  /** Too large for the protocol or for the client. */
  | "too-large"
  /** So much is asked for at once that nobody looked. */
  | "busy"
  /** The storage does not answer; `detail` says which folder. */
  | "no-answer"
  /** The source failed otherwise; `detail` says how. */
  | "source-failed";

/**
 * One file, open for one reader or for many. A server reads by offset, in pieces of up to 256 KiB, never two at a
 * time, and calls `close` exactly once.
 */
export interface SourceFile {
  /** Bytes; the transfer has exactly this many. */
  readonly size: number;
  /**
   * Names these very bytes: two files with the same version hold the same bytes. Transfers of one version share one
   * copy in memory. Undefined: the bytes are for this transfer alone.
   */
  readonly version: string | undefined;
  /** When the bytes were last written, in milliseconds of Unix time, where the source knows. */
  readonly modified?: number;
  /**
   * True for a stream: it is read once, in order, and only its last bytes can be read again. A server does not start in
   * its middle, and offers no ranges of it. Absent: any part can be read at any time.
   */
  readonly sequential?: boolean;
  /**
   * Fills `target` from `position` on, as far as the file goes.
   * @returns bytes read, at once or later. Fewer than both the target and the rest of the file, or a
   * `SourceChangedError`, end the transfer with an error.
   */
  read(target: Uint8Array, position: number): number | Promise<number>;
  /**
   * It will be read, though not now: a source that opens a file at its first read opens it here, so that its bytes stay
   * when its name goes to another file, or goes away.
   */
  hold?(): void;
  close(): void | Promise<void>;
}

/** Why there is no file. The reason is for the log; the client learns no more than the protocol says. */
export interface SourceFault {
  readonly reason: NotServedReason;
  readonly detail?: string;
}

export type OpenResult =
  | { readonly ok: true; readonly file: SourceFile }
  | { readonly ok: false; readonly fault: SourceFault };

/**
 * Where files come from. `name` is the file name of the request, 1 to 255 bytes without control characters and
 * otherwise as the client wrote it: decoded as UTF-8 where it is UTF-8, else one character for each byte.
 * Expected failures are values; a throw or rejection counts as `source-failed`.
 *
 * @typeParam Client what the source reads of the client
 */
export interface Source<Client = SourceClient> {
  open(name: string, client: Client): OpenResult | Promise<OpenResult>;
}

/** Thrown or rejected by `SourceFile.read` when the file is no longer the one that was opened. */
export class SourceChangedError extends Error {
  override readonly name = "SourceChangedError";
}

/** The answer for a name that is not served. */
export function notFound(reason: NotServedReason = "missing", detail?: string): OpenResult {
  return { ok: false, fault: detail === undefined ? { reason } : { reason, detail } };
}
