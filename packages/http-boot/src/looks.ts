import type { Connection } from "./connections.ts";
import { acknowledged } from "./core/acknowledged.ts";
import { type Delivery, isComplete } from "./delivery.ts";

/** Those of a connection whose end is not known, in their order. */
export function deliveriesOf({ unproven, current }: Connection): readonly Delivery[] {
  return current === undefined ? unproven : [...unproven, current];
}

/** Bytes of the body that the operating system has taken. */
function takenOf({ sending }: Delivery, { socket }: Connection): number {
  return Math.max(sending.bytes, sending.given - queuedOf(socket));
}

/** Bytes that wait for the operating system. The queue of libuv counts a write that was taken in part; Node has no name for it. */
function queuedOf(socket: Connection["socket"]): number {
  const { _handle: handle } = socket as { _handle?: { writeQueueSize?: unknown } | null };
  const queued = handle?.writeQueueSize;
  return typeof queued === "number" ? queued : socket.writableLength;
}

/** Takes note of a look at a connection. @param unacknowledged bytes of the whole connection */
export function note(connection: Connection, unacknowledged: number, now: number): void {
  const deliveries = deliveriesOf(connection);
  const taken = deliveries.map((delivery) => takenOf(delivery, connection));
  // Our FIN counts as one byte (RFC 9293 section 3.4).
  const bytes = acknowledged(taken, unacknowledged - Number(connection.socket.writableFinished));
  deliveries.forEach((delivery, index) => {
    const count = bytes[index] ?? 0;
    delivery.lookedAt = now;
    if (count > delivery.acknowledged) {
      delivery.acknowledged = count;
      delivery.movedAt = now;
    }
    if (delivery.handedOverAt !== undefined && !isComplete(delivery)) delivery.late = true;
  });
}
