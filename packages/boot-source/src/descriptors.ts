import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "./core/error-code.ts";

/** No descriptor is left, for this process or for the whole system. */
export function isShortage(error: unknown): boolean {
  const code = codeOf(error);
  return code === "EMFILE" || code === "ENFILE";
}

const pause = 50;
/** A client asks again sooner than that. */
const patience = 5000;

/**
 * Opens something as soon as there is a descriptor: in a crowd the next transfer that ends gives one back, while an ERROR
 * would end the boot of a machine that has done nothing wrong.
 */
export async function whenFree<T>(
  open: () => Promise<T>,
  wait: (milliseconds: number) => Promise<void> = delay,
): Promise<T> {
  for (let waited = 0; ; waited += pause) {
    try {
      return await open();
    } catch (error) {
      if (!isShortage(error) || waited >= patience) throw error;
    }
    await wait(pause);
  }
}
