/** The header fields of a request that are read, by their names in lower case, as Node's HTTP server gives them. */
export interface RequestHeaders {
  readonly "content-length"?: string | undefined;
  readonly "if-match"?: string | undefined;
  readonly "if-modified-since"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
  /** A list where it was sent more than once. */
  readonly "if-range"?: string | readonly string[] | undefined;
  readonly "if-unmodified-since"?: string | undefined;
  readonly range?: string | undefined;
  readonly "transfer-encoding"?: string | undefined;
}
