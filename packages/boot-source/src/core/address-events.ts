/** An address and port on which a server takes requests. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

/** What a server reports of itself and the addresses it serves on. `time` is Unix time in milliseconds. */
export type AddressEvent =
  | ({ readonly type: "listening" | "unlistening"; readonly time: number } & BoundAddress)
  /** An address could not be bound; `code` as "EADDRINUSE". It is tried again. */
  | ({ readonly type: "listen-failed"; readonly time: number; readonly code: string } & BoundAddress)
  /** The server has stopped: no event follows, unless it is started again. */
  | { readonly type: "stopped"; readonly time: number };
