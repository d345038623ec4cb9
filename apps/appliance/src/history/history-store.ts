import { type Outcome, outcomeOf } from "../sessions/outcome.ts";
import type { Session } from "../sessions/session.ts";
import type { BootSummary } from "../sessions/summary.ts";

export interface BootQuery {
  readonly limit: number;
  /** MAC address, or IPv4 address of a client without a known one. */
  readonly client?: string;
  readonly outcome?: Outcome;
  /** Only boots that began before this time, in milliseconds. */
  readonly before?: number;
}

export interface HistoryState {
  /** Absent: nothing survives a restart. */
  readonly directory?: string;
  readonly writable: boolean;
  /** Why it is not writable, or not readable. */
  readonly problem?: string;
}

/**
 * Where the boots of the past are kept. Another store is one file that has these six functions and passes
 * `test/history-conformance.ts`; `writeBehind` makes it safe to use.
 */
export interface HistoryStore {
  /**
   * Stores boots in their present state; one with a known id replaces its earlier state. All or nothing. The newest
   * stay, as many as the store has room for.
   * @throws whatever keeps them from being stored
   */
  record(boots: readonly Session[]): Promise<void>;
  /** Those the query asks for, newest first. */
  list(query: BootQuery): Promise<readonly BootSummary[]>;
  get(id: string): Promise<Session | undefined>;
  state(): Promise<HistoryState>;
  /** Resolves when all that was recorded before is stored. */
  flush(): Promise<void>;
  /** Flushes, then lets go of file or connection. Nothing is called after it. */
  close(): Promise<void>;
}

/** The boots a query asks for, newest first. */
export function select(boots: readonly BootSummary[], query: BootQuery): readonly BootSummary[] {
  return choose(boots, query);
}

function choose<T extends Pick<BootSummary, "id" | "mac" | "address" | "startedAt" | "outcome">>(
  boots: readonly T[],
  query: BootQuery,
): readonly T[] {
  const { client, outcome, before = Number.POSITIVE_INFINITY, limit } = query;
  return boots
    .filter((boot) => client === undefined || clientOf(boot) === client)
    .filter((boot) => outcome === undefined || boot.outcome === outcome)
    .filter(({ startedAt }) => startedAt < before)
    .sort((one, other) => other.startedAt - one.startedAt || compare(other.id, one.id))
    .slice(0, limit);
}

/**
 * The same of boots that have no summary yet: only those that are asked for get one.
 * @param summarize what takes long, and is wanted of a few
 */
export function selectOf<T extends Session, R>(
  boots: Iterable<T>,
  query: BootQuery,
  summarize: (boot: T) => R,
): readonly R[] {
  const byOutcome = query.outcome !== undefined;
  const rows = [...boots].map((boot) => {
    const { id, mac, address, startedAt } = boot;
    const client = { ...(mac === undefined ? {} : { mac }), ...(address === undefined ? {} : { address }) };
    return { id, startedAt, ...client, outcome: byOutcome ? outcomeOf(boot) : "unclear", boot } as const;
  });
  return choose(rows, query).map(({ boot }) => summarize(boot));
}

/** What a query calls the client of a boot. */
export function clientOf({ mac, address }: Pick<BootSummary, "mac" | "address">): string {
  return mac ?? address ?? "";
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
