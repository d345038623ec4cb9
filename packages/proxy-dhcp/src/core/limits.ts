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
  /** Most keys remembered; the least recently used goes first. */
  readonly maxKeys: number;
}

/** What a LAN of real machines never reaches, and a flood does. */
export const defaultLimits: Limits = {
  mac: { replies: 10, seconds: 10 },
  source: { replies: 20, seconds: 10 },
  global: { replies: 200, seconds: 1, burst: 400 },
  maxKeys: 4096,
};

/** Who asks: `mac` and `source` are left out when they say nothing about one machine. */
export interface LimitSubject {
  readonly mac?: string;
  readonly source?: string;
}

/** A refusal that is due for a log line: everything held back for this key since the last line. */
export interface LimitReport {
  readonly limit: LimitKey;
  readonly key?: string;
  readonly dropped: number;
}

export type Taken = { readonly ok: true } | { readonly ok: false; readonly report?: LimitReport };

export interface Limiter {
  /** Takes one reply's token from each bucket of the subject, or none at all. `now` is in milliseconds. */
  take(subject: LimitSubject, now: number): Taken;
  /** Keys remembered, for tests and metrics. */
  size(): number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
  dropped: number;
  reportedAt: number | undefined;
}

const REPORT_EVERY_MILLISECONDS = 60_000;

/** Token buckets in a table that forgets the least recently used key, so that random MACs cannot fill memory. */
export function createLimiter(limits: Limits = defaultLimits): Limiter {
  const buckets = new Map<string, Bucket>();
  const globalBucket = fullBucket(limits.global, 0);
  let started = false;

  function bucketOf(key: string, rate: Rate, now: number): Bucket {
    const known = buckets.get(key);
    if (known !== undefined) buckets.delete(key);
    const bucket = known ?? fullBucket(rate, now);
    buckets.set(key, bucket);
    if (buckets.size > limits.maxKeys) {
      const oldest = buckets.keys().next();
      if (!oldest.done) buckets.delete(oldest.value);
    }
    return bucket;
  }

  return {
    take(subject, now) {
      if (!started) globalBucket.filledAt = now;
      started = true;
      const asked: { limit: LimitKey; key?: string; bucket: Bucket }[] = [];
      const add = (limit: "mac" | "source", key: string | undefined) => {
        if (key === undefined) return;
        const bucket = bucketOf(`${limit} ${key}`, limits[limit], now);
        refill(bucket, limits[limit], now);
        asked.push({ limit, key, bucket });
      };
      add("mac", subject.mac);
      add("source", subject.source);
      refill(globalBucket, limits.global, now);
      asked.push({ limit: "global", bucket: globalBucket });

      const empty = asked.find(({ bucket }) => bucket.tokens < 1);
      if (empty === undefined) {
        for (const { bucket } of asked) bucket.tokens -= 1;
        return { ok: true };
      }
      const { bucket, limit, key } = empty;
      bucket.dropped += 1;
      const silent = bucket.reportedAt === undefined ? Number.NaN : now - bucket.reportedAt;
      if (silent >= 0 && silent < REPORT_EVERY_MILLISECONDS) return { ok: false };
      const report = { limit, ...(key === undefined ? {} : { key }), dropped: bucket.dropped };
      bucket.reportedAt = now;
      bucket.dropped = 0;
      return { ok: false, report };
    },
    size: () => buckets.size,
  };
}

function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: capacity(rate), filledAt: now, dropped: 0, reportedAt: undefined };
}

function capacity(rate: Rate): number {
  return rate.burst ?? rate.replies;
}

/** A clock that was set back gives nothing and takes nothing. */
function refill(bucket: Bucket, rate: Rate, now: number): void {
  const elapsed = Math.max(0, now - bucket.filledAt);
  bucket.tokens = Math.min(capacity(rate), bucket.tokens + (elapsed * rate.replies) / (rate.seconds * 1000));
  bucket.filledAt = now;
}
