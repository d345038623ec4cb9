/** What is read of an `AbortSignal`; the declarations must do without those of Node.js. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface StartOptions {
  /** An `AbortSignal`. Aborted before the server is up: the start rejects with its reason; later: the server stops. */
  readonly signal?: StopSignal | undefined;
}

export interface StopOptions {
  /** Take no new requests, but let what runs come to its end. Default false. */
  readonly drain?: boolean | undefined;
  /** Milliseconds after which a drain ends; `Infinity`: as long as it takes. Default 30,000. */
  readonly timeout?: number | undefined;
}
