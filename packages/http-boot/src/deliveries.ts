import { fullBucket, type Rate, refill } from "@bootlace/boot-source";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connections.ts";
import type { HttpAbort } from "./core/events.ts";
import { arrived, breakOff, complete, type Delivery, isComplete, isLastFlight, isLeftUnconfirmed } from "./delivery.ts";
import { deliveriesOf, note } from "./looks.ts";
import type { Unacknowledged } from "./server-options.ts";

/** Follows each body until it is known what the client has of it: the operating system takes megabytes at once. */
export interface Deliveries {
  /** A large body begins. */
  watch(connection: Connection, delivery: Delivery): void;
  /** The operating system has taken the last byte. */
  handedOver(connection: Connection, delivery: Delivery): void;
  /** A request came while none was being answered: a client that does not ask ahead has all that came before. */
  requested(connection: Connection): void;
  /** The client has closed its side. */
  ended(connection: Connection): void;
  /** The connection is gone. */
  closed(connection: Connection): void;
  /** Nothing was read or taken for some time. @returns milliseconds the client still has; 0: it is too slow */
  patience(connection: Connection, idleLimit: number): number;
  abort(connection: Connection, reason: HttpAbort): void;
  /** Looks at what takes long; to be called about once a second. */
  sweep(): void;
  /** Takes a last look at all of them: the server stops. */
  settle(): void;
  /** Bytes of a body that the client has, as of the last look. */
  bytesOf(delivery: Delivery): number;
  /** The same where no look can follow any more. */
  arrived(delivery: Delivery): number;
}

/** Milliseconds between two looks, once the last byte is with the operating system: its queue is all that is left to see. */
const lookEvery = 50;
/** The same while bytes are written, or when the client takes none. */
const lookSeldomEvery = 200;
const stillAfter = 2000;
/** Looks take this part of the time at most: on a machine with much memory the kernel's table is long. */
const share = 1 / 25;
/** Looks at the end of a body. A crowd of fast clients ends more of them; those are taken for whole. */
const endLooks: Rate = { burst: 20, perSecond: 5 };
/** A body that is with the operating system for so many milliseconds, on a connection that says no more, is looked at once. */
const lookOnceAfter = 50;
/** A body that takes so many milliseconds is slow. */
const slowAfter = 500;
/** Bodies of more bytes are not taken for whole by the passing of time alone. */
export const largeBody = 1024 * 1024;

export interface DeliveriesDeps {
  /** Looks at connections. Undefined: nobody can. */
  readonly unacknowledged: Unacknowledged | undefined;
  readonly clock: Clock;
  readonly connections: () => Iterable<Connection>;
}

export function followDeliveries({ unacknowledged, clock, connections }: DeliveriesDeps): Deliveries {
  const watched = new Set<Connection>();
  const bucket = fullBucket(endLooks, clock.ticks());
  let sees = unacknowledged !== undefined;
  let cost = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let endPolls: (() => void) | undefined;

  /** @returns false where a look shows nothing; connections that are no more stand in `gone` */
  function look(at: readonly Connection[], gone?: Set<Connection>): boolean {
    if (unacknowledged === undefined || at.length === 0) return false;
    const began = clock.ticks();
    const counts = unacknowledged(at.map(({ client }) => client));
    const now = clock.ticks();
    sees = counts !== undefined;
    if (counts === undefined) return false;
    lookedAt = now;
    // What else the machine does must not make looks rare.
    cost = cost === 0 ? now - began : Math.min(now - began, cost * 1.1);
    at.forEach((connection, index) => {
      const count = counts[index];
      if (count === undefined) gone?.add(connection);
      else {
        note(connection, count, now);
        settleComplete(connection, now);
      }
    });
    return true;
  }

  function lookAtEnd(connection: Connection, gone?: Set<Connection>): boolean {
    if (!sees || refill(bucket, endLooks, clock.ticks()) < 1) return false;
    bucket.tokens--;
    return look([connection], gone);
  }

  function settleComplete(connection: Connection, now: number): void {
    finish(connection, connection.unproven.filter(isComplete), (delivery) => complete(delivery, now));
  }

  /** Ends those deliveries, and with them what waited for their end. */
  function finish(connection: Connection, over: readonly Delivery[], end: (delivery: Delivery) => void): void {
    if (over.length === 0) return;
    const { unproven, socket } = connection;
    connection.unproven = unproven.filter((delivery) => !over.includes(delivery));
    unwatch(connection);
    for (const delivery of over) end(delivery);
    // Our side is closed already, or was to be: nothing is left to wait for.
    const last = connection.last || socket.writableEnded;
    if (last && !connection.busy && connection.unproven.length === 0) socket.destroy();
  }

  function watch(connection: Connection, delivery: Delivery): void {
    delivery.watched = true;
    watched.add(connection);
    beginPolls();
  }

  function unwatch(connection: Connection): void {
    if (!deliveriesOf(connection).some((delivery) => delivery.watched)) watched.delete(connection);
  }

  function beginPolls(): void {
    if (unacknowledged !== undefined) endPolls ??= clock.every(lookEvery, poll);
  }

  function poll(): void {
    const now = clock.ticks();
    const passed = now - lookedAt;
    if (passed * share < cost) return;
    const often = [...watched].some(({ unproven }) => unproven.some(({ movedAt }) => now - movedAt < stillAfter));
    const due = often || passed >= lookSeldomEvery ? [...watched] : [];
    look([...due, ...silentAt(now)]);
  }

  function silentAt(now: number): Connection[] {
    const isSilent = ({ handedOverAt, lookedAt: seenAt }: Delivery) =>
      seenAt === undefined && now - (handedOverAt ?? now) >= lookOnceAfter;
    return sees ? [...connections()].filter((one) => !watched.has(one) && one.unproven.some(isSilent)) : [];
  }

  function rest(): void {
    endPolls?.();
    endPolls = undefined;
  }

  function endAll(connection: Connection): void {
    finish(connection, connection.unproven, (delivery) => breakOff(delivery, sees, clock.ticks()));
  }

  function isSlow(delivery: Delivery, now: number): boolean {
    return !delivery.watched && delivery.sending.given > 0 && now - delivery.since >= slowAfter;
  }

  return {
    watch,
    handedOver(connection, delivery) {
      delivery.handedOverAt = clock.ticks();
      connection.current = undefined;
      connection.unproven.push(delivery);
      if (connection.socket.closed) endAll(connection);
      else if (!connection.socket.destroyed) beginPolls();
    },
    requested(connection) {
      const { unproven } = connection;
      const [only] = unproven;
      // As it is with nearly all of a crowd's small answers.
      if (only !== undefined && unproven.length === 1 && !only.watched && !connection.asksAhead) {
        unproven.pop();
        complete(only, only.late ? clock.ticks() : 0);
        return;
      }
      const looked = unproven.some((delivery) => delivery.watched) && lookAtEnd(connection);
      if (looked && connection.unproven.length > 0) connection.asksAhead = true;
      if (!connection.asksAhead)
        finish(connection, connection.unproven, (delivery) => complete(delivery, clock.ticks()));
    },
    ended(connection) {
      const { unproven } = connection;
      if (!unproven.some((delivery) => delivery.watched)) return;
      const gone = new Set<Connection>();
      if (!lookAtEnd(connection, gone)) return;
      // A reset after the client's FIN is no error that Node reports: only the connection is no more.
      const how = (delivery: Delivery) =>
        gone.has(connection) || isLastFlight(delivery)
          ? breakOff(delivery, sees, clock.ticks())
          : delivery.aborted("client-closed", arrived(delivery, sees));
      finish(connection, connection.unproven, how);
    },
    closed(connection) {
      endAll(connection);
      watched.delete(connection);
      unwatch(connection);
    },
    patience(connection, idleLimit) {
      if (!sees || deliveriesOf(connection).length === 0 || !look([connection])) return 0;
      const left = deliveriesOf(connection).map(({ movedAt }) => movedAt + idleLimit - clock.ticks());
      return Math.ceil(Math.max(0, ...left));
    },
    abort(connection, reason) {
      if (sees) for (const delivery of connection.unproven) delivery.failure ??= reason;
      connection.current?.sending.abort(reason);
      connection.socket.destroy();
    },
    sweep() {
      const now = clock.ticks();
      const slow = [...connections()].filter((one) => deliveriesOf(one).some((delivery) => isSlow(delivery, now)));
      const looked = sees && look(slow);
      for (const connection of connections()) {
        const left = connection.unproven.filter((delivery) => isLeftUnconfirmed(delivery, now));
        finish(connection, left, (delivery) => delivery.done(delivery.handedOverAt ?? now, false));
      }
      for (const connection of slow) {
        if (!looked) finish(connection, connection.unproven.filter(isSmall), (delivery) => complete(delivery, now));
        for (const delivery of deliveriesOf(connection).filter((one) => isSlow(one, now))) {
          watch(connection, delivery);
          delivery.announce();
        }
      }
      if (watched.size === 0 && ![...connections()].some(({ unproven }) => unproven.length > 0)) rest();
    },
    settle() {
      rest();
      look([...connections()].filter((connection) => deliveriesOf(connection).length > 0));
    },
    arrived: (delivery) => arrived(delivery, sees),
    bytesOf: (delivery) => (sees ? delivery.acknowledged : delivery.sending.bytes),
  };
}

function isSmall({ sending }: Delivery): boolean {
  return sending.total <= largeBody;
}
