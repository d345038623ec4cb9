import { type BoundedMap, boundedMap, fullBucket, refill, type TokenBucket } from "@bootlace/boot-source";

/** A token bucket: `replies` every `seconds`, with room for `burst` (= `replies` when absent). */
export interface Rate {
  readonly replies: number;
  readonly seconds: number;
  readonly burst?: number;
}

export type LimitKey = "mac" | "source" | "global";

export interface Limits {
  readonly mac: Rate;
  readonly source: Rate;
  readonly global: Rate;
  /** Number of keys remembered; the least recently used is dropped first. */
  readonly maxKeys: number;
}

/** Limits that a LAN of real machines never reaches, and a flood does. */
export const defaultLimits: Limits = {
  mac: { replies: 10, seconds: 10 },
  source: { replies: 20, seconds: 10 },
  global: { replies: 200, seconds: 1, burst: 400 },
  maxKeys: 4096,
};

/** The sender: `mac` and `source` are absent when they do not identify one machine. */
export interface LimitSubject {
  readonly mac?: string;
  readonly source?: string;
}

/** A refusal to log now: everything held back for this key since the last report. */
export interface LimitReport {
  readonly limit: LimitKey;
  readonly key?: string;
  readonly dropped: number;
}

export type Taken = { readonly ok: true } | { readonly ok: false; readonly report?: LimitReport };

export interface Limiter {
  /** Takes a token for one reply from each bucket of the subject, or from none. `now` is in milliseconds. */
  take(subject: LimitSubject, now: number): Taken;
  /** Replaces the limits. A changed `maxKeys` forgets all keys. */
  change(limits: Limits): void;
  /** Keys remembered, for tests and metrics. */
  size(): number;
}

/** The tokens of one key, and what was held back since the last report. */
interface Account {
  readonly bucket: TokenBucket;
  dropped: number;
  reportedAt: number | undefined;
}

const REPORT_EVERY_MILLISECONDS = 60_000;

/** Token buckets in a table that drops the least recently used key, so that random MACs cannot fill memory. */
export function createLimiter(first: Limits = defaultLimits): Limiter {
  let limits = first;
  let accounts = boundedMap<string, Account>(limits.maxKeys);
  let shared: Account | undefined;

  return {
    take(subject, now) {
      shared ??= newAccount(limits.global, now);
      const asked: { limit: LimitKey; key?: string; account: Account }[] = [];
      for (const limit of ["mac", "source"] as const) {
        const key = subject[limit];
        if (key !== undefined)
          asked.push({ limit, key, account: accountOf(accounts, `${limit} ${key}`, limits[limit], now) });
      }
      asked.push({ limit: "global", account: shared });
      for (const { limit, account } of asked) refill(account.bucket, perSecond(limits[limit]), now);

      const empty = asked.find(({ account }) => account.bucket.tokens < 1);
      if (empty === undefined) {
        for (const { account } of asked) account.bucket.tokens -= 1;
        return { ok: true };
      }
      const { account, limit, key } = empty;
      account.dropped += 1;
      const silent = account.reportedAt === undefined ? Number.NaN : now - account.reportedAt;
      if (silent >= 0 && silent < REPORT_EVERY_MILLISECONDS) return { ok: false };
      const report = { limit, ...(key === undefined ? {} : { key }), dropped: account.dropped };
      account.reportedAt = now;
      account.dropped = 0;
      return { ok: false, report };
    },
    change(next) {
      if (next.maxKeys !== limits.maxKeys) accounts = boundedMap(next.maxKeys);
      limits = next;
    },
    size: () => accounts.size,
  };
}

function accountOf(accounts: BoundedMap<string, Account>, key: string, rate: Rate, now: number): Account {
  const known = accounts.get(key);
  if (known !== undefined) return known;
  const account = newAccount(rate, now);
  accounts.set(key, account);
  return account;
}

function newAccount(rate: Rate, now: number): Account {
  return { bucket: fullBucket(perSecond(rate), now), dropped: 0, reportedAt: undefined };
}

function perSecond({ replies, seconds, burst = replies }: Rate): { burst: number; perSecond: number } {
  return { burst, perSecond: replies / seconds };
}
