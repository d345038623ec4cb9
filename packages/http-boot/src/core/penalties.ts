import { type BoundedMap, boundedMap, fullBucket, type Rate, refill, type TokenBucket } from "@bootlace/boot-source";

/** Names that are not there and other refusals, for one client: a boot loader that tries a hundred names in a row is not slowed down. */
const rate: Rate = { burst: 200, perSecond: 50 };
/** Milliseconds that each further one waits for its answer. */
const pause = 250;
const mostClients = 1024;

/** How long a client waits for a refusal: one that asks for nothing but what is not there must cost others no time. */
export interface Penalties {
  /** @returns milliseconds; 0: at once */
  of(address: string): number;
}

/** @param ticks milliseconds of a steady clock */
export function penalties(ticks: () => number): Penalties {
  const buckets: BoundedMap<string, TokenBucket> = boundedMap(mostClients);
  return {
    of(address) {
      const bucket = buckets.get(address) ?? fullBucket(rate, ticks());
      buckets.set(address, bucket);
      if (refill(bucket, rate, ticks()) < 1) return pause;
      bucket.tokens--;
      return 0;
    },
  };
}
