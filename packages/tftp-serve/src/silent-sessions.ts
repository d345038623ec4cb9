import type { Session } from "./session.ts";

/** A transfer that has been silent for so long, in milliseconds, may be ended to make room. */
const evictableAfter = 1000;

/** The same where the client has never answered: it may not exist, and who does should not wait for it. */
const unansweredEvictableAfter = 50;

/** In a flood all are looked at once in so many milliseconds, not at each request. */
const lookEvery = 20;

/** What one look keeps for the requests that follow. */
const mostKept = 64;

/** Knows which transfers can be ended to make room for others. */
export interface SilentSessions {
  /** The one that has been silent the longest beyond its patience; nothing when all are busy. @param now milliseconds */
  next(sessions: () => Iterable<Session>, isRunning: (session: Session) => boolean, now: number): Session | undefined;
}

/** @param isKnown whether an address is known to be true: of those that never answered, others go first */
export function silentSessions(isKnown: (address: string) => boolean = () => false): SilentSessions {
  /** The one to end first is the last. */
  let kept: Session[] = [];
  let looked = Number.NEGATIVE_INFINITY;

  /** Milliseconds beyond its patience. */
  function excess(session: Session, now: number): number {
    return now - session.quietSince(now) - (session.acknowledged() ? evictableAfter : unansweredEvictableAfter);
  }

  function isInvented(session: Session): boolean {
    return !session.acknowledged() && !isKnown(session.client.address);
  }

  return {
    next(sessions, isRunning, now) {
      for (let session = kept.pop(); session !== undefined; session = kept.pop()) {
        if (isRunning(session) && excess(session, now) >= 0) return session;
      }
      if (now - looked < lookEvery) return undefined;
      looked = now;
      kept = [...sessions()]
        .map((session) => ({ session, excess: excess(session, now), invented: isInvented(session) }))
        .filter(({ excess }) => excess >= 0)
        .sort((a, b) => Number(a.invented) - Number(b.invented) || a.excess - b.excess)
        .slice(-mostKept)
        .map(({ session }) => session);
      return kept.pop();
    },
  };
}
