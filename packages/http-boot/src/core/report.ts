import { fullBucket, type Rate, refill, type TokenBucket } from "@bootlace/boot-source";
import type { HttpBootEvent } from "./events.ts";

/** What is reported of a client one by one. A boot of hundreds of files fits. */
const rate: Rate = { burst: 1000, perSecond: 100 };
/** The same of connections that were closed without an answer: whoever opens them does so by the hundred. */
const unansweredRate: Rate = { burst: 20, perSecond: 2 };
const mostClients = 1024;

interface Account {
  readonly bucket: TokenBucket;
  readonly unanswered: TokenBucket;
  requests: number;
  bytes: number;
  readonly statuses: Map<number, number>;
}

export interface Reporter {
  report(event: HttpBootEvent): void;
  /** Reports what was held back; to be called about once a second. */
  flush(): void;
}

/**
 * Passes events on. A client that asks faster than any boot does is reported in sums from then on: whoever reads every event
 * (log, history, stream) must not be slowed down, nor have its memory filled, by one machine in a loop.
 * @param largest bytes; answers with more are always reported one by one
 * @param now Unix time in milliseconds
 * @param ticks milliseconds of a steady clock
 */
export function reporter(
  emit: (event: HttpBootEvent) => void,
  largest: number,
  now: () => number,
  ticks: () => number,
): Reporter {
  const accounts = new Map<string, Account>();
  const held = new Set<string>();

  function accountOf(address: string): Account {
    const known = accounts.get(address);
    if (known !== undefined) return known;
    if (accounts.size >= mostClients) {
      flush();
      accounts.clear();
    }
    const account: Account = {
      bucket: fullBucket(rate, ticks()),
      unanswered: fullBucket(unansweredRate, ticks()),
      requests: 0,
      bytes: 0,
      statuses: new Map(),
    };
    accounts.set(address, account);
    return account;
  }

  function report(event: HttpBootEvent): void {
    if (event.type !== "refused" && (event.type !== "done" || event.bytes > largest)) {
      emit(event);
      return;
    }
    const { address } = event.type === "refused" ? event.client : event.request.client;
    const account = accountOf(address);
    const [bucket, own] = event.status === 0 ? [account.unanswered, unansweredRate] : [account.bucket, rate];
    if (bucket.tokens >= 1 || refill(bucket, own, ticks()) >= 1) {
      bucket.tokens--;
      emit(event);
      return;
    }
    account.requests++;
    if (event.type === "done") account.bytes += event.bytes;
    account.statuses.set(event.status, (account.statuses.get(event.status) ?? 0) + 1);
    held.add(address);
  }

  function flush(): void {
    for (const address of held) {
      const account = accounts.get(address);
      if (account === undefined) continue;
      const { requests, bytes, statuses } = account;
      emit({ type: "further", time: now(), address, requests, bytes, statuses: new Map(statuses) });
      account.requests = 0;
      account.bytes = 0;
      statuses.clear();
    }
    held.clear();
  }

  return { report, flush };
}
