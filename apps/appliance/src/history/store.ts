import type { ApiBoot, ApiBootSummary } from "../api-model/types.ts";

export interface BootQuery {
  readonly limit: number;
  /** MAC address, or IPv4 address of a client without a known one. */
  readonly client?: string;
  readonly outcome?: ApiBootSummary["outcome"];
  /** Only boots that began before this time, in milliseconds. */
  readonly before?: number;
}

/** Where boots are kept. */
export interface BootStore {
  /** All or nothing. @throws whatever keeps it from being written */
  write(boots: readonly ApiBoot[]): void;
  /** Newest first. */
  list(query: BootQuery): ApiBootSummary[];
  get(id: string): ApiBoot | undefined;
  close(): void;
}

export type OpenedStore =
  | {
      readonly ok: true;
      readonly store: BootStore;
      /** What was there could not be read and was put aside. */
      readonly damaged: boolean;
    }
  | { readonly ok: false; readonly problem: string };

/** Keeps boots as long as the process lives. */
export function memoryStore(maxBoots: number): BootStore {
  const boots = new Map<string, ApiBoot>();
  return {
    write(written) {
      for (const boot of written) {
        boots.delete(boot.id);
        boots.set(boot.id, boot);
      }
      for (const id of boots.keys()) {
        if (boots.size <= maxBoots) break;
        boots.delete(id);
      }
    },
    list: (query) => select([...boots.values()].map(summaryPart), query),
    get: (id) => boots.get(id),
    close: () => boots.clear(),
  };
}

export function summaryPart(boot: ApiBoot): ApiBootSummary {
  const { verdicts: _verdicts, steps: _steps, droppedSteps: _dropped, ...summary } = boot;
  return summary;
}

/** The boots a query asks for, newest first. */
export function select(boots: readonly ApiBootSummary[], query: BootQuery): ApiBootSummary[] {
  const { client, outcome, before = Number.POSITIVE_INFINITY, limit } = query;
  return boots
    .filter((boot) => client === undefined || (boot.mac ?? boot.address) === client)
    .filter((boot) => outcome === undefined || boot.outcome === outcome)
    .filter(({ startedAt }) => Date.parse(startedAt) < before)
    .sort((one, other) => compare(other.startedAt, one.startedAt) || compare(other.id, one.id))
    .slice(0, limit);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
