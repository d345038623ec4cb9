/** Something that is started and stopped. `stop` must be harmless when `start` failed or never ran. */
export interface Part {
  readonly name: string;
  /** When one such part fails, the others are tried as well, so that all failures are reported at once. */
  readonly independent?: boolean;
  /** It lets work end before it stops. Adjacent parts of this kind stop at the same time. */
  readonly drains?: boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface PartFailure {
  readonly name: string;
  readonly error: unknown;
}

/**
 * Starts parts in order. When one fails, the running ones are stopped again, last one first.
 * @returns the parts that could not be started; empty: all run
 */
export async function startInOrder(parts: readonly Part[], onStopFailure: (failure: PartFailure) => void) {
  const failures: PartFailure[] = [];
  const running: Part[] = [];
  for (const part of parts) {
    if (failures.length > 0 && part.independent !== true) break;
    try {
      await part.start();
      running.push(part);
    } catch (error) {
      failures.push({ name: part.name, error });
      if (part.independent !== true) break;
    }
  }
  if (failures.length > 0) await stopInReverse(running, onStopFailure);
  return failures;
}

/** Stops parts, last one first, and continues past failures. */
export async function stopInReverse(parts: readonly Part[], onFailure: (failure: PartFailure) => void): Promise<void> {
  for (const group of groups([...parts].reverse())) {
    await Promise.all(
      group.map(async (part) => {
        try {
          await part.stop();
        } catch (error) {
          onFailure({ name: part.name, error });
        }
      }),
    );
  }
}

function groups(parts: readonly Part[]): Part[][] {
  const found: Part[][] = [];
  for (const part of parts) {
    const last = found.at(-1);
    if (part.drains && last?.[0]?.drains) last.push(part);
    else found.push([part]);
  }
  return found;
}
