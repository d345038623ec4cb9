import { noted } from "./waiting.ts";

/** What became of a look-up. */
export type LookUp<T> =
  | { readonly kind: "done"; readonly value: T }
  /** Too much was asked for at once, and its time was over before its turn came. */
  | { readonly kind: "busy" }
  /** The storage did not answer in time. */
  | { readonly kind: "no-answer" };

export interface Wanted<T> {
  /** Who asks: nobody gets more turns than others. */
  readonly client: string;
  /** The storage that is asked, by the path of its folder. */
  readonly place: string;
  work(): Promise<T>;
  /** Gets a result that came too late. */
  discard(value: T): void;
}

export interface LookUpLimits {
  /** Look-ups at once, in all, for one client, and at one place: each may hold a thread for as long as its storage is silent. */
  readonly atOnce: number;
  readonly perClient: number;
  readonly perPlace: number;
  /** Look-ups that wait for their turn. */
  readonly waiting: number;
  /** Milliseconds to wait for a turn: afterwards the client has asked again, or is gone. */
  readonly patience: number;
  /** Milliseconds for the storage to answer. */
  readonly limit: number;
}

export const usualLookUps: LookUpLimits = {
  atOnce: 8,
  perClient: 4,
  perPlace: 2,
  waiting: 2048,
  patience: 1000,
  limit: 2500,
};

export interface LookUps {
  run<T>(wanted: Wanted<T>): Promise<LookUp<T>>;
}

interface Job {
  readonly client: string;
  readonly place: string;
  readonly begin: () => void;
  /** Ends it before its turn, or while its storage is silent. */
  readonly giveUp: (kind: "busy" | "no-answer") => void;
  readonly since: number;
  waiting: boolean;
}

/**
 * Takes turns in asking the storage: each client in its turn, and only two at a place, so that a silent file system holds no more
 * threads than that. What has waited too long is dropped.
 * @param onStuck called when a place does not answer any more, and when it does again
 */
export function lookUps(
  limits: LookUpLimits = usualLookUps,
  onStuck: (place: string, stuck: boolean) => void = () => {},
): LookUps {
  /** Those that wait, by client; the client whose turn is next comes first. */
  const queues = new Map<string, Job[]>();
  /** The same in the order in which they came; some have had their turn. */
  let line: Job[] = [];
  let waiting = 0;
  let running = 0;
  const perClient = new Map<string, number>();
  const perPlace = new Map<string, number>();
  /** Look-ups at each place that are overdue. */
  const overdue = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  function add(counts: Map<string, number>, key: string, change: number): number {
    const count = (counts.get(key) ?? 0) + change;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
    return count;
  }

  function mayBegin({ place }: Job): boolean {
    return (perPlace.get(place) ?? 0) < limits.perPlace;
  }

  function next(): void {
    while (running < limits.atOnce) {
      const job = take();
      if (job === undefined) return;
      job.begin();
    }
  }

  /** The first job that may begin; its client goes to the end. */
  function take(): Job | undefined {
    for (const [client, jobs] of queues) {
      if ((perClient.get(client) ?? 0) >= limits.perClient) continue;
      const at = jobs.findIndex(mayBegin);
      const [job] = at === -1 ? [] : jobs.splice(at, 1);
      if (job === undefined) continue;
      queues.delete(client);
      if (jobs.length > 0) queues.set(client, jobs);
      leaveLine(job);
      return job;
    }
    return undefined;
  }

  function leaveLine(job: Job): void {
    job.waiting = false;
    waiting--;
    while (line[0]?.waiting === false) line.shift();
    // Those that had their turn while the first one waits.
    if (line.length > 2 * waiting + 64) line = line.filter((one) => one.waiting);
  }

  function drop(job: Job, kind: "busy" | "no-answer"): void {
    const jobs = queues.get(job.client)?.filter((one) => one !== job) ?? [];
    if (jobs.length > 0) queues.set(job.client, jobs);
    else queues.delete(job.client);
    leaveLine(job);
    job.giveUp(kind);
  }

  function expire(): void {
    timer = undefined;
    const now = performance.now();
    for (let first = line[0]; first !== undefined && now - first.since >= limits.patience; first = line[0]) {
      drop(first, "busy");
    }
    watchLine();
  }

  function watchLine(): void {
    const [first] = line;
    if (first === undefined || timer !== undefined) return;
    timer = setTimeout(expire, Math.max(1, first.since + limits.patience - performance.now()));
    timer.unref();
  }

  function stuck(place: string): void {
    if (add(overdue, place, 1) > 1) return;
    onStuck(place, true);
    for (const job of line.filter((one) => one.waiting && one.place === place)) drop(job, "no-answer");
  }

  return {
    run<T>({ client, place, work, discard }: Wanted<T>) {
      if (overdue.has(place)) return Promise.resolve({ kind: "no-answer" } as const);
      return new Promise<LookUp<T>>((resolve, reject) => {
        let late = false;

        function begin(): void {
          running++;
          add(perClient, client, 1);
          add(perPlace, place, 1);
          const limit = setTimeout(() => {
            late = true;
            resolve({ kind: "no-answer" });
            stuck(place);
          }, limits.limit);
          limit.unref();
          const over = () => {
            clearTimeout(limit);
            running--;
            add(perClient, client, -1);
            add(perPlace, place, -1);
            if (late && add(overdue, place, -1) === 0) onStuck(place, false);
            next();
          };
          noted(work).then(
            (value) => {
              over();
              if (late) discard(value);
              else resolve({ kind: "done", value });
            },
            (error: unknown) => {
              over();
              reject(error);
            },
          );
        }

        const giveUp = (kind: "busy" | "no-answer") => resolve({ kind });
        const job: Job = { client, place, begin, giveUp, since: performance.now(), waiting: true };
        if (running < limits.atOnce && (perClient.get(client) ?? 0) < limits.perClient && mayBegin(job)) {
          begin();
          return;
        }
        const [first] = line;
        if (waiting >= limits.waiting && first !== undefined) drop(first, "busy");
        waiting++;
        line.push(job);
        const jobs = queues.get(client);
        if (jobs === undefined) queues.set(client, [job]);
        else jobs.push(job);
        watchLine();
      });
    },
  };
}
