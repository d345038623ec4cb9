import type { Session } from "../sessions/session.ts";
import { summaryOf } from "../sessions/summary.ts";
import { type HistoryState, type HistoryStore, selectOf } from "./history-store.ts";

/**
 * Keeps boots as long as the process lives.
 * @param standsInFor the folder that cannot be used, and why
 */
export function memoryStore(maxBoots: number, standsInFor: Omit<HistoryState, "writable"> = {}): HistoryStore {
  const boots = new Map<string, Session>();
  return {
    async record(recorded) {
      for (const boot of recorded) boots.set(boot.id, boot);
      if (boots.size <= maxBoots) return;
      const kept = new Set(selectOf(boots.values(), { limit: maxBoots }, (boot) => boot).map(({ id }) => id));
      for (const id of boots.keys()) if (!kept.has(id)) boots.delete(id);
    },
    list: async (query) => selectOf(boots.values(), query, summaryOf),
    get: async (id) => boots.get(id),
    state: async () => ({ ...standsInFor, writable: false }),
    async flush() {},
    async close() {
      boots.clear();
    },
  };
}
