import { boundedMap } from "@bootlace/boot-source";
import type { ApiClient } from "../api-model/types.ts";
import { clientView } from "../api-model/views.ts";
import type { Boot } from "../sessions/boot.ts";
import type { BootSummary } from "../sessions/summary.ts";
import type { SessionChange } from "./sessions-keeper.ts";
import type { Sink } from "./sinks.ts";

/** The machines seen, by their boots. */
export interface ClientsList extends Sink<SessionChange> {
  /** Takes a boot from before this process; the oldest first. */
  remember(boot: BootSummary): void;
  /** Latest first. */
  list(): ApiClient[];
}

const mostClients = 4096;

/** @param summarize makes the summary of a boot, with the machine's name */
export function createClientsList(summarize: (boot: Boot) => BootSummary): ClientsList {
  const clients = boundedMap<string, ApiClient>(mostClients);
  /** A boot changes many times a second, and somebody looks once in a while. */
  const changed = boundedMap<string, Boot>(mostClients);

  function note(boot: BootSummary): void {
    clients.set(boot.key, clientView(boot, clients.peek(boot.key)));
  }

  return {
    name: "clients",
    take({ boot }) {
      const before = changed.get(boot.key);
      if (before !== undefined && before.id !== boot.id) note(summarize(before));
      const gone = changed.set(boot.key, boot);
      if (gone !== undefined) note(summarize(gone[1]));
    },
    remember: note,
    list() {
      for (const boot of [...changed.values()]) {
        note(summarize(boot));
        changed.delete(boot.key);
      }
      return [...clients.values()].reverse();
    },
  };
}
