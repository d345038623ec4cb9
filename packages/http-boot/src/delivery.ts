import type { Sending } from "./body.ts";
import { mayHaveArrived } from "./core/acknowledged.ts";
import type { HttpAbort } from "./core/events.ts";

/** The body of one answer, from its first byte until it is known what the client has of it. */
export interface Delivery {
  readonly sending: Sending;
  /** When the request came. All times are milliseconds of the steady clock. */
  readonly since: number;
  /** Bytes that the client's system has acknowledged, as of the last look. */
  acknowledged: number;
  lookedAt: number | undefined;
  /** When the figure above grew last. */
  movedAt: number;
  /** When the operating system had taken the last byte; undefined before. */
  handedOverAt: number | undefined;
  /** A look found bytes missing after that. */
  late: boolean;
  /** Large, or slow: it is looked at several times a second. */
  watched: boolean;
  /** Why we gave it up. */
  failure: HttpAbort | undefined;
  /** It takes long: whoever follows transfers is to know of it. Called at most once. */
  readonly announce: () => void;
  /** It has all of it, as far as can be known. @param completedAt by the steady clock */
  readonly done: (completedAt: number, confirmed: boolean) => void;
  readonly aborted: (reason: HttpAbort, bytes: number) => void;
}

type DeliveryEnds = Pick<Delivery, "announce" | "done" | "aborted">;

export function newDelivery(sending: Sending, since: number, { announce, done, aborted }: DeliveryEnds): Delivery {
  return {
    sending,
    since,
    acknowledged: 0,
    lookedAt: undefined,
    movedAt: since,
    handedOverAt: undefined,
    late: false,
    watched: false,
    failure: undefined,
    announce,
    done,
    aborted,
  };
}

/** Linux keeps no more for a connection by itself (net.ipv4.tcp_wmem). */
const mostUnacknowledged = 4 * 1024 * 1024;

export function isComplete({ handedOverAt, acknowledged: bytes, sending }: Delivery): boolean {
  return handedOverAt !== undefined && bytes === sending.total;
}

/** Ends a delivery well. Where no look found anything missing, it had arrived by the time the last byte was taken. */
export function complete(delivery: Delivery, now: number): void {
  delivery.done(delivery.late ? now : (delivery.handedOverAt ?? now), true);
}

/** What a client may leave without an acknowledgement: iPXE starts a program before it answers the last packets. */
const lastFlight = 64 * 1024;
const silentAfter = 2000;

/** Whether only the last packets are missing, and the client says nothing more. */
export function isLeftUnconfirmed(delivery: Delivery, now: number): boolean {
  const { handedOverAt, lookedAt, movedAt, acknowledged, sending } = delivery;
  if (handedOverAt === undefined || lookedAt === undefined) return false;
  const left = sending.total - acknowledged;
  return left <= lastFlight && now - Math.max(movedAt, handedOverAt) >= silentAfter;
}

/** A receive window of edk2's HTTP takes more than `lastFlight`: it closes with this much not yet acknowledged. */
const closingFlight = 512 * 1024;
/** Of a body that is smaller, that would be most of it. */
const closingShare = 1 / 8;

/** A client that closes now most likely has all of it: what it did not acknowledge came in its last packets. */
export function isLastFlight({ handedOverAt, acknowledged: bytes, sending }: Delivery): boolean {
  const most = Math.max(lastFlight, Math.min(closingFlight, sending.total * closingShare));
  return handedOverAt !== undefined && sending.total - bytes <= most;
}

/** Ends a delivery whose connection is broken. @param sees whether looks show anything */
export function breakOff(delivery: Delivery, sees: boolean, now: number): void {
  const { failure, sending, lookedAt, acknowledged: bytes } = delivery;
  const looks = { since: delivery.since, lookedAt, acknowledged: bytes };
  if (failure === undefined && (!sees || mayHaveArrived(looks, sending.total, now))) complete(delivery, now);
  else if (failure === undefined && isLastFlight(delivery)) delivery.done(delivery.handedOverAt ?? now, false);
  else delivery.aborted(failure ?? "client-closed", arrived(delivery, sees));
}

/** Bytes that the client has, as far as is known: those taken by the operating system where nothing else is. */
export function arrived({ sending, lookedAt, acknowledged: bytes }: Delivery, sees: boolean): number {
  if (!sees) return sending.bytes;
  return lookedAt === undefined ? Math.max(0, sending.bytes - mostUnacknowledged) : bytes;
}
