import type { AddressEvent, SourceClient } from "@bootlace/boot-source";

/** The client, and the own address it used. */
export type HttpBootClient = SourceClient;

/** One request, the same object in every event about it. Texts are the client's: hostile until escaped. */
export interface HttpBootRequest {
  /** Counts up from 1 for each server. */
  readonly id: number;
  /** When it came: Unix time in milliseconds. Its end may be known only after later requests. */
  readonly time: number;
  readonly client: HttpBootClient;
  readonly method: string;
  /** The request target as sent, at most 2,048 bytes. */
  readonly target: string;
  /** The target as a path below the root: decoded, no empty segments, no leading slash. */
  readonly file: string;
  readonly userAgent: string | undefined;
  /** The MAC address in the URL: the appliance writes it into the URLs of iPXE scripts. */
  readonly mac: string | undefined;
}

/** First and last byte, both inclusive (RFC 9110 section 14.1.2). */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Why a request got no file. Each has one status, see {@link statusOf}. */
export type HttpRefusal =
  /** The file does not exist. */
  | "missing"
  | "is-directory"
  /** A FIFO, a device or a socket. */
  | "not-regular"
  | "permission-denied"
  /** `..`, or a symbolic link out of the root. */
  | "outside-root"
  /** Escapes that cannot be decoded, control characters, or longer than a path may be. */
  | "bad-path"
  | "source-failed"
  /** So much is asked at once that nobody looked for the file: a moment later there may be time for it. */
  | "busy"
  /** The storage does not answer; `detail` says which folder. */
  | "no-answer"
  /** The Host header has a name that is not one of this server: a page whose name leads here may be asking. */
  | "host-not-allowed"
  /** Neither GET nor HEAD. */
  | "method"
  /** The target names another host. */
  | "other-host"
  /** A request with a body. */
  | "body"
  | "target-too-long"
  | "headers-too-large"
  /** A blank in the target: `detail` has the name with %20 in its place. */
  | "blank-in-target"
  /** The client speaks TLS. */
  | "tls"
  /** Not HTTP, or HTTP that can be read in two ways. */
  | "malformed"
  /** More requests on one connection than may wait for their turn: no answer. */
  | "too-many-waiting"
  /** The request did not arrive in time. */
  | "request-timeout"
  /** A malformed range; `detail` says which clients send it. */
  | "malformed-range"
  /** A range that starts beyond the end of the file. */
  | "range-not-satisfiable"
  /** If-Match or If-Unmodified-Since failed: the client has part of a different file. */
  | "precondition-failed"
  | "client-not-allowed"
  | "too-many-connections"
  | "too-many-connections-of-client"
  | "stopping";

/** Why the body of an answer ended early. */
export type HttpAbort =
  /** The client closed the connection. */
  | "client-closed"
  /** The client read nothing for too long. */
  | "timeout"
  /** The transfer was too slow. */
  | "lifetime"
  /** The file was changed or truncated meanwhile. */
  | "file-changed"
  | "io-failed"
  /** The server was stopped. */
  | "stopped";

/**
 * All events of the HTTP boot server, in one union. `time` is Unix time in milliseconds, `ms` counts from the request.
 * A request ends in exactly one of `done`, `aborted` and `refused`, or is counted in `further`; `start` and `progress`
 * come for bodies that do not leave at once.
 */
export type HttpBootEvent =
  | AddressEvent
  | {
      readonly type: "start";
      readonly time: number;
      readonly request: HttpBootRequest;
      readonly size: number;
      readonly range: ByteRange | undefined;
    }
  | {
      readonly type: "progress";
      readonly time: number;
      readonly request: HttpBootRequest;
      /** Bytes handed to the operating system. */
      readonly bytes: number;
      /** Bytes of the body: the file, or the range of it. */
      readonly total: number;
      readonly ms: number;
    }
  | {
      readonly type: "done";
      readonly time: number;
      readonly request: HttpBootRequest;
      /** 200, 206 or 304. */
      readonly status: number;
      /** False where the client fell silent before it acknowledged the last bytes: most such programs have them, and run. */
      readonly confirmed: boolean;
      /** Bytes of the body sent; 0 for HEAD and 304. */
      readonly bytes: number;
      /** Bytes of the whole file. */
      readonly size: number;
      readonly range: ByteRange | undefined;
      readonly ms: number;
    }
  | {
      readonly type: "aborted";
      readonly time: number;
      readonly request: HttpBootRequest;
      readonly reason: HttpAbort;
      readonly status: number;
      readonly bytes: number;
      readonly size: number;
      readonly range: ByteRange | undefined;
      readonly ms: number;
      readonly detail: string | undefined;
    }
  | {
      readonly type: "refused";
      readonly time: number;
      readonly client: HttpBootClient;
      /** Undefined when not even its first line could be read. */
      readonly request: HttpBootRequest | undefined;
      readonly reason: HttpRefusal;
      /** 0: the connection was closed without an answer. */
      readonly status: number;
      readonly detail: string | undefined;
    }
  /** A client asks so fast that its small answers and refusals are reported in sums, one a second. */
  | {
      readonly type: "further";
      readonly time: number;
      readonly address: string;
      readonly requests: number;
      /** Bytes of all bodies. */
      readonly bytes: number;
      /** Requests by status. */
      readonly statuses: ReadonlyMap<number, number>;
    };

export type HttpBootEventType = HttpBootEvent["type"];

const statuses: Readonly<Record<HttpRefusal, number>> = {
  missing: 404,
  "is-directory": 404,
  "not-regular": 403,
  "permission-denied": 403,
  "outside-root": 404,
  "bad-path": 400,
  "source-failed": 500,
  busy: 503,
  "no-answer": 503,
  "host-not-allowed": 421,
  method: 405,
  "other-host": 421,
  body: 413,
  "target-too-long": 414,
  "headers-too-large": 431,
  "blank-in-target": 400,
  tls: 400,
  malformed: 400,
  "too-many-waiting": 503,
  "request-timeout": 408,
  "malformed-range": 416,
  "range-not-satisfiable": 416,
  "precondition-failed": 412,
  "client-not-allowed": 403,
  "too-many-connections": 503,
  "too-many-connections-of-client": 503,
  stopping: 503,
};

/** The status code that answers a refusal (RFC 9110 section 15). */
export function statusOf(reason: HttpRefusal): number {
  return statuses[reason];
}
