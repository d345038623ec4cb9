import type { AbortReason } from "./events.ts";
import type { TftpError } from "./faults.ts";

/** Times in milliseconds and counts that do not depend on the transfer. */
export const timing = {
  /** Before the first round trip is known, unless the client asked for `timeout`. */
  firstRto: 1000,
  /** The least a peer may take; a shorter timer only sends duplicates. */
  minRto: 20,
  maxRto: 8000,
  /** Sends to an address that never answered: it may be false, and our answer is larger than its question. */
  maxUnacknowledgedSends: 3,
  /** How long we then still listen for it. */
  unacknowledgedLife: 15_000,
  /** A repeated request sooner than this after our last send was doubled by the network, or has crossed our answer. */
  repeatGap: 20,
  /** The last window is sent again at least this often, and for at least this long. */
  finalRetries: 5,
  finalSilence: 5000,
  /** Packets without sense in a row before we give up. */
  maxStrays: 20,
} as const;

/** Fixed at the start of a transfer. */
export interface TransferPlan {
  /** Bytes on the wire, 0..2^53-1; an estimate when `openEnded`. */
  readonly size: number;
  /** The last block is not known yet: `endKnown` says it. */
  readonly openEnded?: boolean;
  /** Sends to an address that has not answered yet; `timing.maxUnacknowledgedSends` when absent. */
  readonly unacknowledgedSends?: number;
  readonly blockSize: number;
  readonly windowSize: number;
  /** An OACK opens the transfer (RFC 2347); else DATA 1 or ACK 0 does. */
  readonly offer: boolean;
  readonly rollover: 0 | 1;
  /** Seconds, as negotiated. */
  readonly timeout: number | undefined;
  /** Milliseconds without progress. */
  readonly idleLimit: number;
  /** Milliseconds in all. */
  readonly lifetime: number;
}

/** Both directions keep these. All times in milliseconds of one clock. */
export interface TimerState {
  /** Smoothed round trip; negative: not known yet. */
  srtt: number;
  rto: number;
  readonly maxRto: number;
  /** Doublings of `rto` since the last clean round trip (RFC 6298 §5). */
  backoff: number;
  sentAt: number;
  /** When `tick` has something to do. Infinity while the shell waits for its disk. */
  deadline: number;
  readonly startedAt: number;
  /** Last progress. */
  advancedAt: number;
  retransmissions: number;
  timeouts: number;
  strays: number;
}

/** A file on its way to a client. `step` changes it in place; nobody else does. */
export interface TransferState extends TimerState {
  readonly plan: TransferPlan;
  /** The block with fewer bytes than blockSize, perhaps none. Infinity while it is not known. */
  lastBlock: number;
  /** Bytes in all: those of the plan, until the end of an open-ended file is known. */
  size: number;
  /** The OACK waits for ACK 0. */
  offering: boolean;
  /** The client answered at least once, so its address is true. */
  acknowledged: boolean;
  /** Last block acknowledged, absolute (RFC 7440 §4). */
  base: number;
  /** Last block sent. */
  top: number;
  /** How often what stands at `base` was sent. */
  sends: number;
  /** The window at `base` was started again because of a duplicate ACK. */
  restarted: boolean;
  /** Blocks of this window, or of the one before it, were sent more than once: the client may answer the copies too. */
  copies: boolean;
  copiesBefore: boolean;
}

export type TransferEvent =
  | { type: "ack"; block: number; time: number }
  | { type: "error"; code: number; message: string }
  /** Time has passed. */
  | { type: "tick"; time: number }
  /** The same request came again. */
  | { type: "repeat"; time: number }
  /** A packet that has no place in this transfer. */
  | { type: "stray" }
  /** ICMP port unreachable. */
  | { type: "port-closed" };

/** How a transfer ended. */
export type Outcome =
  | { readonly type: "done"; readonly confirmed: boolean }
  | { readonly type: "probe" }
  | {
      readonly type: "aborted";
      readonly reason: AbortReason;
      readonly error?: { readonly code: number; readonly message: string };
      readonly detail?: string;
    };

/** What a step wants done: never more than one thing. */
export type TransferEffect =
  | { readonly kind: "none" }
  /** Send the OACK. */
  | { readonly kind: "offer" }
  /** Send these blocks, absolute and inclusive. */
  | { readonly kind: "blocks"; readonly first: number; readonly last: number }
  /** Send ERROR if there is one, then forget the transfer. */
  | { readonly kind: "end"; readonly outcome: Outcome; readonly error: TftpError | undefined };

export const nothing: TransferEffect = Object.freeze({ kind: "none" });
