import { boundedMap, fullBucket, refill, type TokenBucket } from "@bootlace/boot-source";

/** A token bucket: `replies` every `seconds`, with room for `burst` (= `replies` when absent). */
export interface Rate {
  readonly replies: number;
  readonly seconds: number;
  readonly burst?: number;
}

/** `transaction`: one request of one machine, repeated. */
export type LimitKey = "mac" | "transaction" | "source" | "global";

export interface Limits {
  /**
   * For each MAC. It may be forged, so this is no lock: what is above it has the half of each share that others leave.
   */
  readonly mac: Rate;
  /** For the same request of a MAC, repeated: whoever sends it, all of its replies are alike and go to one place. */
  readonly transaction: Rate;
  /** For each address; above it as with `mac`. */
  readonly source: Rate;
  /** For all together. */
  readonly global: Rate;
  /** For machines that `isKnown` knows, beside `global`. */
  readonly known: Rate;
  /** For machines and transactions that were held back before and ask again, beside `global`: invented ones never do. */
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
  /** The same for what gets the same reply at the same place, and for nothing else. */
  readonly transaction?: string;
  /** RFC 2131 xid: who was held back in a crowded name is found by it when it asks again. */
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

/** What is counted of one request. */
interface Own {
  readonly limit: "mac" | "transaction" | "source";
  readonly key: string;
  /** For people. */
  readonly name: string;
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
  /** When a machine, or one transaction in a crowded name, was held back because what is for all was used up. */
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

  /** The share that has something left for this request; for one in a crowded name, what others leave. */
  function shareOf({ isKnown }: LimitSubject, waiter: string | undefined, isCrowded: boolean, now: number) {
    const { global, known, again, work } = sharesAt(now);
    const has = ({ bucket }: Account, rate: Rate) => bucket.tokens >= 1 + (isCrowded ? half(rate) : 0);
    const isIdle = work.bucket.tokens > (isCrowded ? half(workRate(limits)) : 0);
    if (has(global, limits.global) && isIdle) return global;
    if (has(known, limits.known) && isKnown?.() === true) return known;
    const since = waiter === undefined ? undefined : heldBack.peek(waiter);
    const waited = since === undefined ? Number.NaN : now - since;
    const asksAgain = waited >= AGAIN_AFTER && waited <= AGAIN_WITHIN;
    return asksAgain && has(again, limits.again) ? again : undefined;
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

  function asked({ mac, transaction, source }: LimitSubject): Own[] {
    return [
      ...(mac === undefined || transaction === undefined ? [] : [own("transaction", `${mac} ${transaction}`, mac)]),
      ...(mac === undefined ? [] : [own("mac", mac)]),
      ...(source === undefined ? [] : [own("source", source)]),
    ];
  }

  /** Nothing is remembered of who was not served yet: a flood must not push others out of the table. */
  function isUsedUp({ limit, key }: Own, now: number): boolean {
    const rate = perSecond(limits[limit]);
    const account = accounts.peek(`${limit} ${key}`);
    return (account === undefined ? rate.burst : refill(account.bucket, rate, now)) < 1;
  }

  function accountOf({ limit, key }: Own, now: number): Account {
    const known = accounts.get(`${limit} ${key}`);
    if (known !== undefined) return known;
    const account = newAccount(limits[limit], now);
    accounts.set(`${limit} ${key}`, account);
    return account;
  }

  return {
    take(subject, now) {
      const { mac, xid = 0, replies = 1 } = subject;
      const all = asked(subject);
      const usedUp = all.filter((each) => isUsedUp(each, now));
      const [first] = usedUp;
      if (first?.limit === "transaction") return refused("transaction", first.name, accountOf(first, now), now);
      const waiter = first === undefined ? mac : `${mac ?? ""} ${xid}`;
      const share = shareOf(subject, waiter, first !== undefined, now);
      if (share === undefined) {
        if (waiter !== undefined && !heldBack.has(waiter)) heldBack.set(waiter, now);
        if (first !== undefined) return refused(first.limit, first.name, accountOf(first, now), now);
        return refused("global", undefined, sharesAt(now).global, now);
      }
      if (waiter !== undefined) heldBack.delete(waiter);
      const taken = [share, ...all.filter((each) => !usedUp.includes(each)).map((each) => accountOf(each, now))];
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

function own(limit: Own["limit"], key: string, name = key): Own {
  return { limit, key, name };
}

function newAccount(rate: Rate, now: number): Account {
  return { bucket: fullBucket(perSecond(rate), now), dropped: 0, reportedAt: undefined };
}

function half({ replies, burst = replies }: Rate): number {
  return burst / 2;
}

function perSecond({ replies, seconds, burst = replies }: Rate): { burst: number; perSecond: number } {
  return { burst, perSecond: replies / seconds };
}
