/** Why the API refuses a request, by the stable name in `code` of the answer (RFC 9457), with what it means. */
export const problemCodes = {
  "bad-request": "the request cannot be read: its JSON, its length, its URL",
  "boot-not-found": "there is no boot of this id, or it is no longer kept",
  "cannot-explain": "no client could send such a request",
  "cross-site": "a page of another origin may change nothing",
  "host-missing": "the Host header is missing or malformed",
  "host-not-allowed": "the Host header is a name that is not served",
  internal: "a fault of Bootlace itself; the log has it",
  invalid: "the request does not fit the schema; `issues` names each fault",
  "method-not-allowed": "this resource is not asked in this way; `Allow` names the methods",
  "next-not-found": "nothing was set for this machine",
  "not-found": "there is no such resource",
  "not-json": "what changes something must be `application/json`",
  "token-required": "the token is missing or wrong",
  "too-many-readers": "32 read the events already",
} as const;

export type ProblemCode = keyof typeof problemCodes;
