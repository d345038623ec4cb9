import { type BoundedMap, boundedMap, fullBucket, refill, type TokenBucket } from "@bootlace/boot-source";

/** A token bucket: `replies` every `seconds`, with room for `burst` (= `replies` when absent). */
export interface Rate {
  readonly replies: number;
  readonly seconds: number;
  readonly burst?: number;
}

/** `transaction`: one xid of one machine. */
export type LimitKey = "mac" | "transaction" | "source" | "global";

export interface Limits {
  /** For each MAC: it may be forged, so a few requests a second in its name must not keep its machine off. */
  readonly mac: Rate;
  /** For each transaction of a MAC (RFC 2131 xid). */
  readonly transaction: Rate;
  readonly source: Rate;
  /** For all together. */
  readonly global: Rate;
  /** For machines that `isKnown` knows, beside `global`. */
  readonly known: Rate;
  /** For machines that were held back before and ask again, beside `global`: invented ones never do. */
  readonly again: Rate;
  /** Milliseconds of work in a second for machines that are not known: whatever they send leaves time for others. */
  readonly work: number;
  /** Number of keys remembered; the least recently used is dropped first. */
  readonly maxKeys: number;
}

/** Limits that a LAN of real machines never reaches, and a flood does. */
export const defaultLimits: Limits = {
  mac: { replies: 50, seconds: 1, burst: 100 },
  transaction: { replies: 2, seconds: 1, burst: 8 },
  source: { replies: 50, seconds: 1, burst: 100 },
  global: { replies: 5000, seconds: 1, burst: 5000 },
  known: { replies: 500, seconds: 1, burst: 1000 },
  again: { replies: 100, seconds: 1, burst: 200 },
  work: 400,
  maxKeys: 4096,
};

/** The sender: `mac` and `source` are absent when they do not identify one machine. */
export interface LimitSubject {
  readonly mac?: string;
  readonly xid?: number;
  readonly source?: string;
  /** Asked when what is for all is used up. */
  readonly isKnown?: () => boolean;
  /** Replies that this request would get; 1 when absent. */
  readonly replies?: number;
}

/** A refusal to log now: everything held back for this key since the last report. */
export interface LimitReport {
  readonly limit: LimitKey;
  readonly key?: string;
  readonly dropped: number;
}

export type Taken =
  | {
      readonly ok: true;
      /** So many of the replies were not sent after all. */
      giveBack(replies: number): void;
      /** It has taken so many milliseconds. */
      spent(milliseconds: number): void;
    }
  | { readonly ok: false; readonly report?: LimitReport };

export interface Limiter {
  /** Takes a token for each reply from each bucket of the subject, or none from any. `now` is in milliseconds. */
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

/** Machines repeat a DISCOVER after a second or four (PXE 2.1 §2.2.3); what comes sooner is no second attempt. */
const AGAIN_AFTER = 300;
const AGAIN_WITHIN = 70_000;
const MOST_HELD_BACK = 16_384;

/** Token buckets in a table that drops the least recently used key, so that random MACs cannot fill memory. */
export function createLimiter(first: Limits = defaultLimits): Limiter {
  let limits = first;
  let accounts = boundedMap<string, Account>(limits.maxKeys);
  let shared: Readonly<Record<"global" | "known" | "again" | "work", Account>> | undefined;
  /** When a machine was held back because what is for all was used up. */
  const heldBack = boundedMap<string, number>(MOST_HELD_BACK);

  function sharesAt(now: number) {
    shared ??= {
      global: newAccount(limits.global, now),
      known: newAccount(limits.known, now),
      again: newAccount(limits.again, now),
      work: newAccount(workRate(limits), now),
    };
    for (const name of ["global", "known", "again"] as const) refill(shared[name].bucket, perSecond(limits[name]), now);
    refill(shared.work.bucket, perSecond(workRate(limits)), now);
    return shared;
  }

  /** The share that has something left for this machine. */
  function shareOf({ mac, isKnown }: LimitSubject, now: number): Account | undefined {
    const { global, known, again, work } = sharesAt(now);
    const isIdle = work.bucket.tokens > 0;
    if (global.bucket.tokens >= 1 && isIdle) return global;
    if (known.bucket.tokens >= 1 && isKnown?.() === true) return known;
    const since = mac === undefined ? undefined : heldBack.peek(mac);
    const waited = since === undefined ? Number.NaN : now - since;
    const asksAgain = waited >= AGAIN_AFTER && waited <= AGAIN_WITHIN;
    return asksAgain && again.bucket.tokens >= 1 ? again : undefined;
  }

  function refused(limit: LimitKey, key: string | undefined, account: Account, now: number): Taken {
    account.dropped += 1;
    const silent = account.reportedAt === undefined ? Number.NaN : now - account.reportedAt;
    if (silent >= 0 && silent < REPORT_EVERY_MILLISECONDS) return { ok: false };
    const report = { limit, ...(key === undefined ? {} : { key }), dropped: account.dropped };
    account.reportedAt = now;
    account.dropped = 0;
    return { ok: false, report };
  }

  function ownOf({ mac, xid, source }: LimitSubject, now: number) {
    const asked: { limit: "mac" | "transaction" | "source"; key: string; account: Account }[] = [];
    const add = (limit: "mac" | "transaction" | "source", key: string, named = key) => {
      const account = accountOf(accounts, `${limit} ${key}`, limits[limit], now);
      refill(account.bucket, perSecond(limits[limit]), now);
      asked.push({ limit, key: named, account });
    };
    if (mac !== undefined) add("mac", mac);
    if (mac !== undefined && xid !== undefined) add("transaction", `${mac} ${xid}`, mac);
    if (source !== undefined) add("source", source);
    return asked;
  }

  return {
    take(subject, now) {
      const { mac, replies = 1 } = subject;
      // Nothing is remembered of who is not served anyway: a flood must not push others out of the table.
      const share = shareOf(subject, now);
      if (share === undefined) {
        if (mac !== undefined && !heldBack.has(mac)) heldBack.set(mac, now);
        return refused("global", undefined, sharesAt(now).global, now);
      }
      const own = ownOf(subject, now);
      const empty = own.find(({ account }) => account.bucket.tokens < 1);
      if (empty !== undefined) return refused(empty.limit, empty.key, empty.account, now);
      if (mac !== undefined) heldBack.delete(mac);
      const taken = [...own.map(({ account }) => account), share];
      for (const { bucket } of taken) bucket.tokens -= replies;
      const isStranger = share === shared?.global;
      return {
        ok: true,
        giveBack(count) {
          for (const { bucket } of taken) bucket.tokens += count;
        },
        spent(milliseconds) {
          if (isStranger) sharesAt(now).work.bucket.tokens -= Math.min(milliseconds, MOST_FOR_ONE);
        },
      };
    },
    change(next) {
      if (next.maxKeys !== limits.maxKeys) accounts = boundedMap(next.maxKeys);
      limits = next;
    },
    size: () => accounts.size,
  };
}

/** A class room that is switched on is served without a pause; a flood uses this up in three seconds. */
const WORK_IN_ADVANCE = 3;

/** Milliseconds that one answer counts at most: where it took longer, the system ran something else meanwhile. */
const MOST_FOR_ONE = 2;

function workRate({ work }: Limits): Rate {
  return { replies: work, seconds: 1, burst: WORK_IN_ADVANCE * work };
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
