/** How a cache of file contents does. */
export interface CacheStatistics {
  /** Bytes in use now. */
  readonly bytes: number;
  /** The most there may be. */
  readonly limit: number;
  /** How often what was asked for was in memory. */
  readonly hits: number;
  /** How often it had to be read. */
  readonly misses: number;
}

/** The same while it is counted. */
export interface CacheCounts {
  bytes: number;
  limit: number;
  hits: number;
  misses: number;
}

/** Of a cache that was not used yet. @param limit bytes */
export function cacheCounts(limit: number): CacheCounts {
  return { bytes: 0, limit, hits: 0, misses: 0 };
}
