import type { TftpClient } from "./core/events.ts";

/** One upload. Bytes come in order; the file appears under its name only after `commit`. */
export interface SinkFile {
  /** The bytes are only valid during the call, or until its promise is settled. */
  write(data: Uint8Array, position: number): void | Promise<void>;
  commit(): void | Promise<void>;
  /** Forget what was written. */
  discard(): void | Promise<void>;
}

/** Why an upload is refused. */
export interface SinkFault {
  readonly reason: "exists" | "no-space" | "write-refused";
  readonly detail?: string;
}

export type CreateResult =
  /** `maxSize`: bytes after which the upload is ended with ERROR 3. */
  | { readonly ok: true; readonly file: SinkFile; readonly maxSize: number }
  | { readonly ok: false; readonly fault: SinkFault };

/** Where uploads go. `size` is the tsize of the request, when it has one. */
export interface Sink {
  create(name: string, size: number | undefined, client: TftpClient): CreateResult | Promise<CreateResult>;
}
