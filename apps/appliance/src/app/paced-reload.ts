/** Milliseconds from the end of one reload to the begin of the next. */
const restAfterReload = 1_000;

/**
 * Reloads one at a time, with a rest in between: to read a large config takes long, and whoever asks again and again must not
 * keep the machines that boot from being answered. All who ask meanwhile share the next one.
 * @param pause resolves after so many milliseconds; absent: no rest
 */
export function pacedReload<T>(
  pause: ((milliseconds: number) => Promise<void>) | undefined,
  reload: () => Promise<T>,
): () => Promise<T> {
  if (pause === undefined) return reload;
  let rest: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= rest.then(() => {
      next = undefined;
      const running = reload();
      rest = running.then(
        () => pause(restAfterReload),
        () => pause(restAfterReload),
      );
      return running;
    });
    return next;
  };
}
