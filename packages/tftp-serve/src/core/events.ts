import type { AddressEvent, NotServedReason, SourceClient } from "@bootlace/boot-source";
import type { OptionPair } from "./packet.ts";

/** Who asked, and on which of our addresses. */
export type TftpClient = SourceClient;

/** One transfer, the same object in every event about it. `file` is what the client sent: it may hold any character, escape it when printing. */
export interface TransferRef {
  /** Counts up from 1 for each server. */
  readonly id: number;
  readonly direction: "read" | "write";
  readonly client: TftpClient;
  readonly file: string;
  /**
   * The name as the client sent it, where it holds what is behind the end of an option 67 without a NUL: `file` is then what
   * it was cut to.
   */
  readonly askedFor?: string;
  readonly mode: "octet" | "netascii";
}

/** Figures of a transfer up to now. Bytes are those of the file as sent (after netascii), without headers. */
export interface TransferFigures {
  /** Bytes the receiver has acknowledged (read) or we have received (write). */
  readonly bytes: number;
  /** Bytes in all; for a write without tsize, what has come so far. */
  readonly size: number;
  readonly blocks: number;
  /** DATA (read) or ACK (write) datagrams that were sent again. */
  readonly retransmissions: number;
  readonly timeouts: number;
  /** Milliseconds since the request. */
  readonly ms: number;
}

/** Why a request got no transfer although no file was looked up. */
export type RefusedReason =
  /** The client is in none of the allowed subnets: no answer. */
  | "client-not-allowed"
  /** The datagram came from a port that no client uses (a reflection): no answer. */
  | "reserved-port"
  /** The request cannot be read: ERROR 4 or no answer. */
  | "malformed"
  /** Mode mail, or an unknown one: ERROR 4. */
  | "mode"
  /** Writing is not allowed: ERROR 2. */
  | "write-refused"
  /** Uploads: the file exists: ERROR 6. */
  | "exists"
  /** Uploads: larger than allowed, or the quota is used up: ERROR 3. */
  | "no-space"
  /** All transfers are in use: no answer, the client asks again. */
  | "too-many-transfers"
  /** This client has as many transfers as one client may have: no answer, the client asks again. */
  | "too-many-transfers-of-client"
  /** More unacknowledged requests, or names that are not there, than the rates allow: no answer, the client asks again. */
  | "rate"
  /** It waited too long for its turn, or its file for too long for the disk: no answer, the client asks again. */
  | "overdue"
  /** Single-port mode: a transfer to this very port is running, and nothing distinguishes two: no answer. */
  | "port-in-use"
  /** The system has no descriptor left to open the file: no answer, the client asks again. */
  | "no-descriptor"
  /** It was sent to a broadcast address: no answer (RFC 1123 §4.2.3.5). `detail` is the address to ask. */
  | "broadcast"
  /** The server is stopping: no answer. */
  | "stopping";

/** Why a transfer ended before its last block. */
export type AbortReason =
  /** The client sent ERROR: `error` has its code and text. */
  | "client-error"
  /** The client fell silent. */
  | "timeout"
  /** The client never answered at all (also: a Raspberry Pi ROM that tests whether a file exists). */
  | "unanswered"
  /** The client closed its port (ICMP port unreachable). */
  | "port-closed"
  /** The same client port asked anew. */
  | "replaced"
  /** The file was changed, replaced in place or truncated meanwhile. */
  | "file-changed"
  /** The source or the sink failed; `detail` says how. */
  | "io-failed"
  /** The system gives no socket: too many are open, or the address is gone. */
  | "no-socket"
  /** Too many packets that fit no rule. */
  | "protocol"
  /** Longer than a transfer may take. */
  | "lifetime"
  /** All transfers were in use and this one had been silent longest. */
  | "evicted"
  /** Upload larger than allowed. */
  | "no-space"
  /** The server, or the address it was served on, was stopped. */
  | "stopped";

/**
 * All a TFTP server reports, in one union. `time` is Unix time in milliseconds.
 * A size probe (OACK answered by ERROR 8 or 0) is `probe`, never `aborted`.
 * A file that is not there is `not-found`, never `refused`.
 */
export type TftpEvent =
  | AddressEvent
  | {
      readonly type: "start";
      readonly time: number;
      readonly transfer: TransferRef;
      /** Options as the client wrote them. */
      readonly requested: readonly OptionPair[];
    }
  | {
      readonly type: "negotiated";
      readonly time: number;
      readonly transfer: TransferRef;
      /** Bytes to send; undefined for an upload without tsize. */
      readonly size: number | undefined;
      readonly blockSize: number;
      readonly windowSize: number;
      /** Seconds, when the client asked for it. */
      readonly timeout: number | undefined;
      /** The OACK as sent; empty when there was none. */
      readonly acknowledged: readonly OptionPair[];
    }
  | {
      readonly type: "progress";
      readonly time: number;
      readonly transfer: TransferRef;
      readonly figures: TransferFigures;
    }
  | {
      readonly type: "done";
      readonly time: number;
      readonly transfer: TransferRef;
      readonly figures: TransferFigures;
      readonly blockSize: number;
      readonly windowSize: number;
      /** False: everything was sent, but the ACK of the last block never came. Some clients do not send it. */
      readonly confirmed: boolean;
    }
  | {
      readonly type: "probe";
      readonly time: number;
      readonly transfer: TransferRef;
      /** Bytes that the client was sent as the size. */
      readonly size: number;
      readonly ms: number;
    }
  | {
      readonly type: "aborted";
      readonly time: number;
      readonly transfer: TransferRef;
      readonly figures: TransferFigures;
      readonly reason: AbortReason;
      /** What the client said, for `client-error`. */
      readonly error: { readonly code: number; readonly message: string } | undefined;
      readonly detail: string | undefined;
    }
  | {
      readonly type: "not-found";
      readonly time: number;
      readonly client: TftpClient;
      readonly file: string;
      readonly reason: NotServedReason;
      /** TFTP ERROR code that was sent. */
      readonly code: number;
      readonly detail: string | undefined;
    }
  | {
      readonly type: "refused";
      readonly time: number;
      readonly client: TftpClient;
      /** Undefined when the request could not be read. */
      readonly file: string | undefined;
      readonly reason: RefusedReason;
      /** TFTP ERROR code that was sent; undefined: silence. */
      readonly code: number | undefined;
      readonly detail: string | undefined;
    }
  /** The operating system refused a datagram (ENETUNREACH, EPERM of a firewall); the transfer goes on by its timers. */
  | { readonly type: "send-failed"; readonly time: number; readonly client: TftpClient; readonly code: string };

export type TftpEventType = TftpEvent["type"];
