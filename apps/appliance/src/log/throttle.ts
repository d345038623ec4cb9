/**
 * Lets a key pass once per interval. Remembers a bounded number of keys; the oldest is dropped first.
 * @param milliseconds for which a key that passed is held back
 * @returns true when the key passes at the time `now`
 */
export function createThrottle(milliseconds: number, mostKeys = 1000): (key: string, now: number) => boolean {
  const passed = new Map<string, number>();
  return (key, now) => {
    const last = passed.get(key);
    // A clock set back lets it pass: it would otherwise be held back until the clock catches up.
    if (last !== undefined && now >= last && now - last < milliseconds) return false;
    passed.delete(key);
    passed.set(key, now);
    if (passed.size > mostKeys) {
      const [oldest] = passed.keys();
      if (oldest !== undefined) passed.delete(oldest);
    }
    return true;
  };
}

/** A burst, and a rate per second over time. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Lets an event pass when every rate has room for it; a held-back event uses nothing.
 * @returns true when one more passes at the time `now`, in milliseconds
 */
export function createAllowance(...rates: readonly Rate[]): (now: number) => boolean {
  const tokens = rates.map(({ burst }) => burst);
  let last: number | undefined;
  return (now) => {
    const passed = Math.max(0, now - (last ?? now));
    last = now;
    for (const [at, { burst, perSecond }] of rates.entries()) {
      tokens[at] = Math.min(burst, (tokens[at] ?? 0) + (passed * perSecond) / 1000);
    }
    if (tokens.some((left) => left < 1)) return false;
    for (const at of rates.keys()) tokens[at] = (tokens[at] ?? 0) - 1;
    return true;
  };
}
