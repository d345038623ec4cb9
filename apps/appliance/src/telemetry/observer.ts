import type { ApiBoot, ApiBoots, ApiClients, ApiFetches, ApiFiles } from "../api-model/types.ts";
import type { ApplianceEvent } from "../events/event.ts";
import type { Level, LogRecord } from "../events/record.ts";
import type { BootQuery, HistoryState, HistoryStore } from "../history/history-store.ts";
import type { Log } from "../log/log.ts";
import { verdictRecord } from "../log/verdict-log.ts";
import type { Boot } from "../sessions/boot.ts";
import { summaryOf } from "../sessions/summary.ts";
import { createClientsList } from "./clients-list.ts";
import { createHttpAnswers } from "./http-answers.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createMissingFiles } from "./missing-files.ts";
import { createSessionsKeeper, type SessionChange } from "./sessions-keeper.ts";
import { createSinks, type Sink } from "./sinks.ts";
import { createStream, type Stream } from "./stream.ts";
import { createStreamPublisher } from "./stream-publisher.ts";
import { sinkRecord } from "./trouble-log.ts";

/** The part of the events that become boots, verdicts, history, metrics and the live stream. Knows no socket. */
export interface Observer {
  readonly stream: Stream;
  readonly metrics: Metrics;
  /** Those of its parts that want events, in their order. */
  readonly sinks: readonly Sink<ApplianceEvent>[];
  /** A log line, for live readers. */
  logged(record: LogRecord, time?: number): void;
  boots(query: BootQuery): Promise<ApiBoots>;
  boot(id: string): Promise<ApiBoot | undefined>;
  /** Downloads that are no boots. */
  fetches(): ApiFetches;
  clients(): ApiClients;
  notFound(): ApiFiles["notFound"];
  /** HTTP responses being sent. */
  httpActive(): number;
  history(): Promise<HistoryState>;
  /** Reads the machines seen before this process from the history. */
  remember(): Promise<void>;
  /** Ends all boots, writes the history and closes it. */
  close(): Promise<void>;
}

/** The name of a machine in the configuration, when it has one. */
export type HostNameOf = (boot: Boot) => string | undefined;

export interface ObserverOptions {
  readonly version: string;
  readonly log: Log;
  /** Milliseconds. */
  readonly now: () => number;
  /** Must not reject, as `writeBehind` sees to. The observer closes it. */
  readonly history: HistoryStore;
  readonly maxBoots: number;
  /** Least important line that goes into the stream. */
  readonly level: Level;
  readonly hostNameOf?: HostNameOf;
  /** Besides those who listen here. */
  readonly onChange?: (change: SessionChange) => void;
  readonly processMetrics?: boolean;
}

export function createObserver(options: ObserverOptions): Observer {
  const { log, now, history, hostNameOf = () => undefined } = options;
  const stream = createStream(now().toString(36));
  const metrics = createMetrics(options.version, options.processMetrics);
  const missing = createMissingFiles();
  const answers = createHttpAnswers();
  const clients = createClientsList(summarize);
  const publisher = createStreamPublisher({ stream, level: options.level, summarize });
  const sessions = createSinks<SessionChange>({ now, onTrouble: (trouble) => log(sinkRecord(trouble)) });
  const keeper = createSessionsKeeper({ history, named, onChange: sessions.push });
  const listeners: readonly Sink<SessionChange>[] = [
    clients,
    publisher.boots,
    {
      name: "metrics",
      take({ boot }) {
        if (boot.ended) metrics.ended(boot);
      },
    },
    {
      name: "history",
      take({ boot, kept }) {
        // It has a queue of its own, in which a later state of a boot replaces the earlier one.
        if (kept) void history.record([named(boot)]);
      },
    },
    {
      name: "log",
      take({ kept, verdict, ...change }) {
        if (kept && verdict !== undefined) log(verdictRecord({ ...change, verdict }));
      },
    },
    publisher.verdicts,
    { name: "onChange", take: (change) => options.onChange?.(change) },
  ];
  for (const listener of listeners) sessions.subscribe(listener);

  function named(boot: Boot): Boot {
    const host = hostNameOf(boot);
    return host === undefined ? boot : { ...boot, host };
  }

  function summarize(boot: Boot) {
    return summaryOf(named(boot));
  }

  return {
    stream,
    metrics,
    sinks: [{ name: "metrics", take: metrics.observe }, answers, missing, keeper, publisher.events],
    logged: (record, time = now()) => publisher.logged(record, time),
    boots: keeper.boots,
    boot: keeper.boot,
    fetches: keeper.fetches,
    clients: () => ({ schema: 1, clients: clients.list() }),
    notFound: missing.list,
    httpActive: answers.active,
    history: history.state,
    async remember() {
      for (const boot of (await history.list({ limit: options.maxBoots })).toReversed()) clients.remember(boot);
    },
    async close() {
      keeper.finish(now());
      await history.close();
    },
  };
}
