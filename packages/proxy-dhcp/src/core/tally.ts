import type { IgnoreReason } from "./reasons.ts";

/** Totals since creation. */
export interface ProxyDhcpStatistics {
  readonly received: number;
  readonly offers: number;
  readonly acks: number;
  readonly sendFailures: number;
  readonly ignored: Readonly<Partial<Record<IgnoreReason, number>>>;
}

export interface Tally {
  received(): void;
  ignored(reason: IgnoreReason): void;
  sent(kind: "offer" | "ack"): void;
  sendFailed(): void;
  statistics(): ProxyDhcpStatistics;
}

export function createTally(): Tally {
  const totals = { received: 0, offers: 0, acks: 0, sendFailures: 0 };
  const reasons: Partial<Record<IgnoreReason, number>> = {};
  return {
    received() {
      totals.received += 1;
    },
    ignored(reason) {
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    },
    sent(kind) {
      if (kind === "offer") totals.offers += 1;
      else totals.acks += 1;
    },
    sendFailed() {
      totals.sendFailures += 1;
    },
    statistics: () => ({ ...totals, ignored: { ...reasons } }),
  };
}
