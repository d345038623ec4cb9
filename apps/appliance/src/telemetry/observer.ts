import type { ApiBoot, ApiBootSummary, ApiBoots, ApiClient, ApiClients, ApiFiles } from "../api-model/types.ts";
import { bootView, clientView, type HostNameOf, summaryOf, time } from "../api-model/views.ts";
import { type ApplianceEvent, timeOf } from "../events/event.ts";
import { isWritten, type Level, type LogRecord } from "../events/record.ts";
import { type History, openHistory } from "../history/history.ts";
import type { BootQuery } from "../history/store.ts";
import { select } from "../history/store.ts";
import type { Log } from "../log/log.ts";
import { createAllowance } from "../log/throttle.ts";
import { historyRecord, verdictRecord } from "../log/verdict-log.ts";
import type { Boot } from "../sessions/boot.ts";
import { boundedMap } from "../sessions/bounded-map.ts";
import { type BootChange, createFold } from "../sessions/fold.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createStream, type Stream } from "./stream.ts";

/** Makes boots, verdicts, history, metrics and the live stream of events. Knows no socket. */
export interface Observer {
  readonly stream: Stream;
  readonly metrics: Metrics;
  observe(event: ApplianceEvent): void;
  /** A line of the log, for those who watch. */
  logged(record: LogRecord, at?: number): void;
  boots(query: BootQuery): ApiBoots;
  boot(id: string): ApiBoot | undefined;
  clients(): ApiClients;
  notFound(): ApiFiles["notFound"];
  /** HTTP answers on their way. */
  httpActive(): number;
  history(): ReturnType<History["state"]>;
  /** Ends all boots and writes the history. */
  close(): void;
}

export interface ObserverOptions {
  readonly version: string;
  readonly log: Log;
  /** Milliseconds. */
  readonly now: () => number;
  readonly stateDirectory?: string;
  readonly maxBoots: number;
  /** Least important line that goes into the stream. */
  readonly level: Level;
  readonly hostNameOf?: HostNameOf;
  readonly processMetrics?: boolean;
}

const mostClients = 4096;
const mostMissing = 200;
const tellEvery = 500;
/** Boots told at a tick, and up to the next one; in a flood of forged machines the others have their turn later. */
const toldAtOnce = 512;

export function createObserver(options: ObserverOptions): Observer {
  const { log, now, hostNameOf } = options;
  const directory = options.stateDirectory;
  const fold = createFold();
  const stream = createStream(now().toString(36));
  const metrics = createMetrics(options.version, options.processMetrics);
  const clients = boundedMap<string, ApiClient>(mostClients);
  /** Boots that went on since they were told last, by client; and when that was. */
  const untold = boundedMap<string, Boot>(mostClients);
  const toldAt = boundedMap<string, number>(mostClients);
  let toldSinceTick = 0;
  const missing = boundedMap<string, ApiFiles["notFound"][number]>(mostMissing);
  // Forged machines must neither fill the log nor push real boots out of the history.
  const mayTell = createAllowance({ burst: 500, perSecond: 1 });
  const history = openHistory({
    ...(directory === undefined ? {} : { directory }),
    maxBoots: options.maxBoots,
    onNews: (news) => log(historyRecord(news, directory ?? "")),
  });
  remember();

  function remember(): void {
    for (const boot of history.list({ limit: options.maxBoots }).reverse()) rememberClient(boot);
  }

  /** The machines of boots that were before this process. */
  function rememberClient(boot: ApiBootSummary): void {
    const { mac, address, arch, firmware, host } = boot;
    const key = mac ?? (address === undefined ? undefined : `ip ${address}`);
    if (key === undefined) return;
    const before = clients.get(key);
    clients.set(key, {
      ...before,
      id: mac ?? address ?? key,
      ...(mac === undefined ? {} : { mac }),
      ...(address === undefined ? {} : { address }),
      ...(arch === undefined ? {} : { arch }),
      ...(firmware === undefined ? {} : { firmware }),
      ...(host === undefined ? {} : { host }),
      firstSeen: before?.firstSeen ?? boot.startedAt,
      lastSeen: boot.lastAt,
      boots: (before?.boots ?? 0) + 1,
      lastBoot: boot.id,
      outcome: boot.outcome,
    });
  }

  function onChange({ boot, verdict }: BootChange): void {
    const told = untold.get(boot.key);
    untold.set(boot.key, boot);
    if (verdict === undefined && !boot.ended) {
      // A transfer changes its boot many times a second; who watches wants to know twice.
      const due = told === undefined && boot.lastAt - (toldAt.get(boot.id) ?? 0) >= tellEvery;
      if (due && toldSinceTick++ < toldAtOnce) tell(boot);
      return;
    }
    if (verdict !== undefined || toldSinceTick++ < toldAtOnce) {
      if (told !== undefined && told.id !== boot.id) tell(told);
      tell(boot);
    }
    if (boot.ended) metrics.ended(boot);
    if (!isWorthKeeping(boot)) return;
    const summary = summaryOf(boot, hostNameOf);
    if (!boot.steps.some(isProof) && !mayTell(boot.lastAt)) return;
    history.record(bootView(boot, hostNameOf));
    if (verdict === undefined) return;
    log(verdictRecord(boot, verdict));
    if (summary.verdict !== undefined) stream.publish("verdict", { boot: summary, verdict: summary.verdict });
  }

  function tell(boot: Boot): void {
    untold.delete(boot.key);
    toldAt.set(boot.id, boot.lastAt);
    clients.set(boot.key, clientView(boot, clients.peek(boot.key), hostNameOf));
    stream.publish("boot", summaryOf(boot, hostNameOf));
  }

  function tellUntold(most: number): void {
    for (const boot of [...untold.values()].slice(0, most)) tell(boot);
  }

  function noteMissing(event: ApplianceEvent): void {
    if (event.kind === "appliance" || event.kind === "dhcp") return;
    const name = fileNotFound(event.event);
    if (name === undefined) return;
    const times = (missing.get(name.file)?.times ?? 0) + 1;
    missing.set(name.file, { file: name.file, times, lastAt: time(timeOf(event)), address: name.address });
  }

  /** The events of one request share one object. */
  const sending = new Set<object>();
  function followHttp({ kind, event }: ApplianceEvent): void {
    if (kind !== "http" || !("request" in event) || event.request === undefined) return;
    if (event.type === "start") sending.add(event.request);
    else if (event.type !== "progress") sending.delete(event.request);
  }

  function observe(event: ApplianceEvent): void {
    metrics.observe(event);
    followHttp(event);
    noteMissing(event);
    for (const change of fold.apply(event)) onChange(change);
    if (event.kind !== "appliance" || event.event.type !== "tick") return;
    toldSinceTick = 0;
    tellUntold(toldAtOnce);
    history.flush();
  }

  /** A boot that goes on is shown as it is now, the others as they were written. */
  function running(): Boot[] {
    return fold.boots().filter(({ ended }) => !ended);
  }

  return {
    stream,
    metrics,
    observe,
    logged(record, at = now()) {
      if (!isWritten(record.level, options.level)) return;
      const { level, scope, event, message, fields, brief, details, detailLevel } = record;
      stream.publish("log", {
        at: time(at),
        level,
        scope,
        event,
        message,
        ...(fields === undefined ? {} : { fields }),
        ...(brief === undefined ? {} : { brief }),
        ...(details === undefined || details.length === 0 ? {} : { details: [...details] }),
        ...(detailLevel === undefined ? {} : { detailLevel }),
      });
    },
    boots(query) {
      const live = running().map((boot) => summaryOf(boot, hostNameOf));
      const fresh = new Set(live.map(({ id }) => id));
      const stored = history.list({ ...query, limit: query.limit + fresh.size }).filter(({ id }) => !fresh.has(id));
      return { schema: 1, boots: select([...live, ...stored], query) };
    },
    boot(id) {
      const live = fold.boots().find((boot) => boot.id === id);
      return live === undefined ? history.get(id) : bootView(live, hostNameOf);
    },
    clients() {
      tellUntold(mostClients);
      return { schema: 1, clients: [...clients.values()].reverse() };
    },
    notFound: () => [...missing.values()].reverse(),
    httpActive: () => sending.size,
    history: () => history.state(),
    close() {
      for (const change of fold.finish(now())) onChange(change);
      history.close();
    },
  };
}

/** A single DISCOVER that nothing followed says nothing. */
/** A file that arrived, at least in part, or was asked for by TCP: a forged address gets none. */
function isProof(step: Boot["steps"][number]): boolean {
  if (step.kind !== "file") return false;
  return step.protocol === "http" || step.outcome === "done" || step.outcome === "probe" || step.bytes > 0;
}

function isWorthKeeping(boot: Boot): boolean {
  const asked = boot.steps.reduce((sum, step) => sum + (step.kind === "discover" ? step.times : 0), 0);
  return (
    asked > 1 || boot.steps.some(({ kind }) => kind !== "discover" && kind !== "offer" && kind !== "foreign-offer")
  );
}

function fileNotFound(
  event: Extract<ApplianceEvent, { kind: "tftp" | "http" }>["event"],
): { file: string; address: string } | undefined {
  if (event.type === "not-found") return { file: event.file.slice(0, 255), address: event.client.address };
  if (event.type !== "refused" || !("status" in event) || event.status !== 404) return undefined;
  const { request, client } = event;
  return request === undefined ? undefined : { file: request.file.slice(0, 255), address: client.address };
}
