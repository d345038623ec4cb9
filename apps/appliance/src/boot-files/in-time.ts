import { isStorageSilent } from "@bootlace/boot-source";

/** The storage did not answer. */
export const silent = Symbol("silent");

/** Milliseconds for the storage to answer. */
const usualLimit = 2000;

/** What was asked and is not answered yet, by path: one thread waits for each, and no second one. */
const asked = new Map<string, Promise<unknown>>();

/**
 * Asks the storage about a path, and waits for a while. A path whose last question is still open is not asked again: each would
 * hold a thread.
 * @param limit milliseconds
 */
export async function inTime<T>(path: string, ask: () => Promise<T>, limit = usualLimit): Promise<T | typeof silent> {
  if (asked.has(path)) return silent;
  const answer = ask();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof silent>((resolve) => {
    timer = setTimeout(resolve, limit, silent);
  });
  try {
    const first = await Promise.race([answer, late]);
    if (first === silent) {
      const forget = () => void asked.delete(path);
      asked.set(path, answer);
      answer.then(forget, forget);
    }
    return first;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a question is open, here or for a client, that a disk should have answered long ago. */
export function isDiskSilent(): boolean {
  return asked.size > 0 || isStorageSilent();
}
