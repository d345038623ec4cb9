import type { HolderOf } from "./core/bind-failure.ts";

/** Milliseconds that a start waits for the name of who holds a port. */
const patience = 2000;

/** The same search, which finds nobody where it throws, takes longer than `limit` ms, or gives anything but text. */
export function boundedHolder(holderOf: HolderOf | undefined, limit = patience): HolderOf | undefined {
  if (holderOf === undefined) return undefined;
  return async (failure) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, limit, undefined);
    });
    try {
      const holder: unknown = await Promise.race([holderOf(failure), late]);
      return typeof holder === "string" ? holder : undefined;
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };
}
