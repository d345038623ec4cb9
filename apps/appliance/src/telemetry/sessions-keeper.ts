import { allowance } from "@bootlace/boot-source";
import type { ApiBoot, ApiBoots, ApiFetches } from "../api-model/types.ts";
import { bootView, fetchView, summaryView } from "../api-model/views.ts";
import type { ApplianceEvent } from "../events/event.ts";
import { type BootQuery, type HistoryStore, select, selectOf } from "../history/history-store.ts";
import type { Boot } from "../sessions/boot.ts";
import { createFold } from "../sessions/fold.ts";
import type { BootChange } from "../sessions/reported.ts";
import { summaryOf } from "../sessions/summary.ts";
import type { Sink } from "./sinks.ts";

/** A boot that went a step further, and whether it goes into history and log. */
export interface SessionChange extends BootChange {
  readonly kept: boolean;
}

/** Ties events into boots, and answers who asks for them: those that run from memory, the others from the history. */
export interface SessionsKeeper extends Sink<ApplianceEvent> {
  boots(query: BootQuery): Promise<ApiBoots>;
  boot(id: string): Promise<ApiBoot | undefined>;
  fetches(): ApiFetches;
  /** Ends all boots. */
  finish(now: number): void;
}

export interface SessionsKeeperOptions {
  readonly history: HistoryStore;
  /** The same boot with the machine's name in the configuration. */
  readonly named: (boot: Boot) => Boot;
  readonly onChange: (change: SessionChange) => void;
}

export function createSessionsKeeper({ history, named, onChange }: SessionsKeeperOptions): SessionsKeeper {
  const fold = createFold();
  // Forged machines must neither fill the log nor push real boots out of the history.
  const mayKeep = allowance({ burst: 500, perSecond: 1 });

  function changed(change: BootChange): void {
    const { boot, verdict } = change;
    const over = verdict !== undefined || boot.ended;
    const kept = over && isWorthKeeping(boot) && (boot.steps.some(isProof) || mayKeep(boot.lastAt));
    onChange({ ...change, kept });
  }

  return {
    name: "sessions",
    take(event) {
      for (const change of fold.apply(event)) changed(change);
      if (event.kind === "appliance" && event.event.type === "tick") void history.flush();
    },
    async boots(query) {
      // A boot that goes on is shown as it is now, the others as they were written.
      const live = fold.boots().filter(({ ended }) => !ended);
      const fresh = new Set(live.map(({ id }) => id));
      const stored = await history.list({ ...query, limit: query.limit + fresh.size });
      const now = selectOf(live, query, (boot) => summaryOf(named(boot)));
      const all = [...now, ...stored.filter(({ id }) => !fresh.has(id))];
      return { schema: 1, boots: await inSlices(select(all, query), summaryView) };
    },
    async boot(id) {
      const live = fold.boots().find((boot) => boot.id === id);
      const found = live === undefined ? await history.get(id) : named(live);
      return found === undefined ? undefined : bootView(found);
    },
    fetches: () => ({ schema: 1, fetches: fold.fetches().map(fetchView) }),
    finish(now) {
      for (const change of fold.finish(now)) changed(change);
    },
  };
}

const sliceSize = 64;

/** A long list lets others have a turn. */
async function inSlices<T, R>(list: readonly T[], work: (item: T) => R): Promise<R[]> {
  const done: R[] = [];
  for (const [index, item] of list.entries()) {
    if (index > 0 && index % sliceSize === 0) await new Promise((resolve) => setImmediate(resolve));
    done.push(work(item));
  }
  return done;
}

/** A file that arrived, at least in part, or was asked for by TCP: a forged address gets none. */
function isProof(step: Boot["steps"][number]): boolean {
  if (step.kind !== "file") return false;
  return step.protocol === "http" || step.outcome === "done" || step.outcome === "probe" || step.bytes > 0;
}

/** A single DISCOVER that nothing followed says nothing. */
function isWorthKeeping(boot: Boot): boolean {
  const asked = boot.steps.reduce((sum, step) => sum + (step.kind === "discover" ? step.times : 0), 0);
  return (
    asked > 1 || boot.steps.some(({ kind }) => kind !== "discover" && kind !== "offer" && kind !== "foreign-offer")
  );
}
