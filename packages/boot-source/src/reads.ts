import { noted } from "./waiting.ts";

/** Reads of files, so many at once from one storage: one that is silent holds no more threads than that. */
export interface Reads {
  /** Does `work` in its turn. @param place the storage, by the path of its folder */
  run<T>(place: string, work: () => Promise<T>): Promise<T>;
}

/** @param perPlace at once */
export function reads(perPlace = 2): Reads {
  const places = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  function done(place: string): void {
    const known = places.get(place);
    if (known === undefined) return;
    const next = known.waiting.shift();
    if (next !== undefined) next();
    else if (--known.running === 0) places.delete(place);
  }

  return {
    async run(place, work) {
      let known = places.get(place);
      if (known === undefined) {
        known = { running: 0, waiting: [] };
        places.set(place, known);
      }
      if (known.running < perPlace) known.running++;
      else {
        const { waiting } = known;
        await new Promise<void>((resolve) => void waiting.push(resolve));
      }
      try {
        return await noted(work);
      } finally {
        done(place);
      }
    },
  };
}
