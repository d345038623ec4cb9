/** A map that forgets what was used longest ago. */
export interface BoundedMap<K, V> {
  /** Marks the entry as used. */
  get(key: K): V | undefined;
  /** Does not count as use. */
  peek(key: K): V | undefined;
  /** Marks the entry as used. Gives the entry that had to go for it. */
  set(key: K, value: V): readonly [K, V] | undefined;
  delete(key: K): void;
  /** Puts another value in the place of each. Does not count as use. */
  change(next: (value: V) => V): void;
  /** The entry used longest ago. */
  oldest(): readonly [K, V] | undefined;
  /** The one used longest ago first. Does not count as use. */
  values(): IterableIterator<V>;
  /** Does not count as use. */
  has(key: K): boolean;
  clear(): void;
  readonly size: number;
}

/** @param most entries kept */
export function boundedMap<K, V>(most: number): BoundedMap<K, V> {
  const entries = new Map<K, V>();
  const oldest = () => entries.entries().next().value;
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    peek: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= most) return undefined;
      const gone = oldest();
      if (gone !== undefined) entries.delete(gone[0]);
      return gone;
    },
    delete: (key) => void entries.delete(key),
    change(next) {
      for (const [key, value] of entries) entries.set(key, next(value));
    },
    oldest,
    values: () => entries.values(),
    has: (key) => entries.has(key),
    clear: () => entries.clear(),
    get size() {
      return entries.size;
    },
  };
}
