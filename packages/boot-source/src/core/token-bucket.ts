/** A burst, and a rate per second over time. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** What is left of a rate. Its rate is given with each call, so that it may change. */
export interface TokenBucket {
  tokens: number;
  /** Milliseconds, on the clock of the caller. */
  filledAt: number;
}

/** A bucket that nothing was taken from yet. `now` is in milliseconds here and below. */
export function fullBucket({ burst }: Rate, now: number): TokenBucket {
  return { tokens: burst, filledAt: now };
}

/**
 * Adds what has come since the last time. A clock that was set back gives nothing and takes nothing.
 * @returns the tokens there are now; less than 1: nothing may be taken
 */
export function refill(bucket: TokenBucket, { burst, perSecond }: Rate, now: number): number {
  const elapsed = Math.max(0, now - bucket.filledAt);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsed * perSecond) / 1000);
  bucket.filledAt = now;
  return bucket.tokens;
}

/**
 * Lets an event pass when every rate has room for it; a held-back event uses nothing.
 * @returns true when one more passes at the time `now`
 */
export function allowance(...rates: readonly Rate[]): (now: number) => boolean {
  let buckets: readonly { readonly rate: Rate; readonly bucket: TokenBucket }[] | undefined;
  return (now) => {
    buckets ??= rates.map((rate) => ({ rate, bucket: fullBucket(rate, now) }));
    const left = buckets.map(({ rate, bucket }) => refill(bucket, rate, now));
    if (left.some((tokens) => tokens < 1)) return false;
    for (const { bucket } of buckets) bucket.tokens -= 1;
    return true;
  };
}
