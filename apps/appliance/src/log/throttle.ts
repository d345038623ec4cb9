import { boundedMap } from "@bootlace/boot-source";

/**
 * Lets a key pass once per interval. Remembers a bounded number of keys; the oldest is dropped first.
 * @param milliseconds for which a key that passed is held back
 * @returns true when the key passes at the time `now`
 */
export function createThrottle(milliseconds: number, mostKeys = 1000): (key: string, now: number) => boolean {
  const passed = boundedMap<string, number>(mostKeys);
  return (key, now) => {
    const last = passed.peek(key);
    // A clock set back lets it pass: it would otherwise be held back until the clock catches up.
    if (last !== undefined && now >= last && now - last < milliseconds) return false;
    passed.set(key, now);
    return true;
  };
}
