import type { Listener } from "./listener.ts";
import type { Session } from "./session.ts";
import { silentSessions } from "./silent-sessions.ts";

/** A transfer, and the request that began it. */
export interface Entry {
  readonly session: Session;
  /** Addresses and ports of both sides. */
  readonly key: string;
  readonly datagram: Uint8Array;
  readonly listener: Listener;
  /** When it came. */
  readonly receivedAt: number;
}

/** The transfers that run, and those that make room for others. */
export interface RunningSessions {
  add(entry: Entry): void;
  remove(session: Session): void;
  /** The newest transfer of a client port. */
  newest(key: string): Entry | undefined;
  /** The client goes on with this one: those it began before at the same port, and has left since, are over. */
  endForerunners(session: Session, now: number): void;
  /**
   * Ends a transfer of this address that nobody has acknowledged: its places can be taken in its name.
   * @returns whether there was one
   */
  evictUnanswered(address: string): boolean;
  /** Ends the one that has been silent the longest, where one has been so for long enough. */
  evictSilent(now: number): void;
  all(): Iterable<Entry>;
  readonly size: number;
}

/** @param isKnown whether an address is known to be true */
export function runningSessions(isKnown: (address: string) => boolean): RunningSessions {
  const entries = new Map<Session, Entry>();
  const newest = new Map<string, Entry>();
  const byAddress = new Map<string, Set<Session>>();
  const silent = silentSessions(isKnown);
  const isRunning = (session: Session) => entries.has(session);
  const sessions = () => entries.keys();

  return {
    add(entry) {
      const { session, key } = entry;
      const { address } = session.client;
      entries.set(session, entry);
      newest.set(key, entry);
      const others = byAddress.get(address);
      if (others) others.add(session);
      else byAddress.set(address, new Set([session]));
    },
    remove(session) {
      const { address } = session.client;
      const entry = entries.get(session);
      if (entry === undefined) return;
      entries.delete(session);
      if (newest.get(entry.key) === entry) newest.delete(entry.key);
      const others = byAddress.get(address);
      others?.delete(session);
      if (others?.size === 0) byAddress.delete(address);
    },
    newest: (key) => newest.get(key),
    endForerunners(session, now) {
      const entry = entries.get(session);
      if (entry === undefined || newest.get(entry.key) !== entry) return;
      for (const other of byAddress.get(session.client.address) ?? []) {
        const isForerunner = other !== session && entries.get(other)?.key === entry.key;
        if (isForerunner && other.quietSince(now) < entry.receivedAt) other.stop("replaced");
      }
    },
    evictUnanswered(address) {
      for (const session of byAddress.get(address) ?? []) {
        if (session.acknowledged()) continue;
        session.stop("evicted");
        return true;
      }
      return false;
    },
    evictSilent(now) {
      silent.next(sessions, isRunning, now)?.stop("evicted");
    },
    all: () => entries.values(),
    get size() {
      return entries.size;
    },
  };
}
