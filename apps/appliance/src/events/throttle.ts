/**
 * Lets a key pass once in a while. Remembers a bounded number of keys; the oldest goes first.
 * @param milliseconds for which a key that passed is held back
 * @returns true when the key passes at the time `now`
 */
export function createThrottle(milliseconds: number, mostKeys = 1000): (key: string, now: number) => boolean {
  const passed = new Map<string, number>();
  return (key, now) => {
    const last = passed.get(key);
    // A clock that was set back lets it pass: it would be held back until the clock is there again.
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

/**
 * Lets so many pass at once, and so many a second over time.
 * @returns true when one more passes at the time `now`, in milliseconds
 */
export function createAllowance({ burst, perSecond }: { burst: number; perSecond: number }): (now: number) => boolean {
  let tokens = burst;
  let last = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (last !== Number.NEGATIVE_INFINITY)
      tokens = Math.min(burst, tokens + (Math.max(0, now - last) * perSecond) / 1000);
    last = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
