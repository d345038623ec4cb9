import type { Clock } from "../src/clock.ts";
import type { Connection } from "../src/connections.ts";
import { followDeliveries } from "../src/deliveries.ts";
import { type Delivery, newDelivery } from "../src/delivery.ts";

/** A connection whose queue the test fills, on a clock that the test moves. */
export function setUp(total: number, sees = true) {
  let now = 0;
  let missing: number | undefined = 0;
  let looks = 0;
  const polls = new Set<() => void>();
  const clock: Clock = {
    wall: () => now,
    ticks: () => now,
    every(_ms, tick) {
      polls.add(tick);
      return () => polls.delete(tick);
    },
  };
  const log: string[] = [];
  const socket = {
    closed: false,
    writableEnded: false,
    writableFinished: false,
    writableLength: 0,
    _handle: { writeQueueSize: 0 },
    destroy: () => log.push("destroyed"),
  };
  const client = { address: "192.168.11.50", port: 3000, localAddress: "192.168.11.109", localPort: 8069 };
  const rest = {
    asksAhead: false,
    waiting: [],
    busy: false,
    last: false,
    requests: 1,
    idleSince: 0,
  };
  const connection: Connection = { ...rest, socket: socket as never, client, current: undefined, unproven: [] };
  const deliveries = followDeliveries({
    unacknowledged(asked) {
      looks++;
      return sees ? asked.map(() => missing) : undefined;
    },
    clock,
    connections: () => [connection],
  });
  const sending = { bytes: 0, given: 0, total, closed() {}, abort: (reason: string) => log.push(`abort ${reason}`) };
  const delivery: Delivery = newDelivery(sending, 0, {
    announce: () => log.push("announced"),
    done: (time, confirmed) => log.push(`done at ${time}${confirmed ? "" : ", unconfirmed"}`),
    aborted: (reason, bytes) => log.push(`${reason} after ${bytes}`),
  });
  connection.current = delivery;
  return {
    log,
    connection,
    deliveries,
    delivery,
    sending,
    socket,
    polls,
    looks: () => looks,
    /** The system has taken so much, of which the client has not acknowledged so much; undefined: a reset. */
    state(taken: number, unacknowledged: number | undefined) {
      sending.given = total;
      sending.bytes = taken;
      socket._handle.writeQueueSize = total - taken;
      missing = unacknowledged;
    },
    handOver(unacknowledged: number) {
      this.state(total, unacknowledged);
      deliveries.handedOver(connection, delivery);
    },
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 50) {
        now += 50;
        for (const poll of polls) poll();
      }
    },
  };
}
