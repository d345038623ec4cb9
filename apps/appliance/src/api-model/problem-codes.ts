/** The reasons for refused API requests, by the stable name in `code` of the response (RFC 9457), with their meaning. */
export const problemCodes = {
  "bad-request": "the request is unreadable: its JSON, its length or its URL",
  "boot-not-found": "no boot with this ID, or it is no longer kept",
  busy: "too many requests wait already; try again after a second",
  "cannot-explain": "no client could send such a request",
  "cross-site": "a web page of another origin asked",
  "host-missing": "the Host header is missing or malformed",
  "host-not-allowed": "the host name is not allowed",
  "image-not-found": "no disc image with this name is in the images folders",
  internal: "internal error; the log has the details",
  invalid: "the request is invalid; `issues` lists the errors",
  "method-not-allowed": "the method is not allowed here; `Allow` lists the methods",
  "next-not-found": "no one-time boot is pending for this machine",
  "not-found": "unknown path",
  "not-json": "a request that changes something must be `application/json`",
  "socket-required": "without a token, changes need the API's socket",
  "token-required": "the token is missing or wrong",
  "too-many-readers": "the event stream has 32 readers already",
} as const;

export type ProblemCode = keyof typeof problemCodes;
