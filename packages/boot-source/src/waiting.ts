/** When each piece of work began that waits for a storage, on a steady clock. */
const begun = new Map<object, number>();

/** Notes work that waits for a storage until it is over. */
export async function noted<T>(work: () => Promise<T>): Promise<T> {
  const key = {};
  begun.set(key, performance.now());
  try {
    return await work();
  } finally {
    begun.delete(key);
  }
}

/**
 * Whether a folder of this process has kept somebody waiting for so long: a thread may be lost to it, for which Node would wait at
 * its end.
 * @param milliseconds for which a storage that is merely slow is waited for
 */
export function isStorageSilent(milliseconds = 1000): boolean {
  const [first] = begun.values();
  return first !== undefined && performance.now() - first >= milliseconds;
}
