/**
 * Lets a key pass once in a while. Remembers a bounded number of keys; the oldest goes first.
 * @param milliseconds for which a key that passed is held back
 * @returns true when the key passes at the time `now`
 */
export function createThrottle(milliseconds: number, mostKeys = 1000): (key: string, now: number) => boolean {
  const passed = new Map<string, number>();
  return (key, now) => {
    const last = passed.get(key);
    if (last !== undefined && now - last < milliseconds) return false;
    passed.delete(key);
    passed.set(key, now);
    if (passed.size > mostKeys) {
      const [oldest] = passed.keys();
      if (oldest !== undefined) passed.delete(oldest);
    }
    return true;
  };
}
