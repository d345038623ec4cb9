import { inTime, silent } from "../../boot-files/in-time.ts";
import type { Config } from "../../config/schema.ts";
import type { ApplianceEvent } from "../../events/event.ts";
import type { LogRecord } from "../../events/record.ts";
import { openHistory } from "../../history/history.ts";
import type { Log } from "../../log/log.ts";
import { readLogTail } from "../../log/log-tail.ts";
import { identityOf } from "../../policy/client-memory.ts";
import { nameOfHost } from "../../policy/conditions.ts";
import type { Boot } from "../../sessions/boot.ts";
import { createObserver, type Observer } from "../../telemetry/observer.ts";
import type { SessionChange } from "../../telemetry/sessions-keeper.ts";
import type { Sink } from "../../telemetry/sinks.ts";
import { historyRecord } from "../../telemetry/trouble-log.ts";
import { version } from "../version.ts";
import type { Service } from "./service.ts";

export interface ObservingDeps {
  /** Gets each boot that goes a step further. */
  readonly onBoot?: (change: SessionChange) => void;
  readonly log: Log;
  /** Resolves when what was logged so far is in the log file, or after a while. */
  readonly flushLog: (() => Promise<void>) | undefined;
  readonly now: () => number;
  /** Passes on events not observed yet. */
  readonly settle: () => void;
  /** Passes on a tick of time, in its turn. */
  readonly onTick: (time: number) => void;
  /** Adds a sink of events; the returned function ends its subscription. */
  readonly subscribe: (sink: Sink<ApplianceEvent>) => () => void;
  /** Calls `work` every `milliseconds` until the returned function is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
}

/** Observes all events: boots, verdicts, history, metrics. Before `start` and after `stop` nothing is observed. */
export interface ObservingService extends Service {
  /** Passes on at once an event that is not a step of a boot and has no log line. */
  observe(event: ApplianceEvent): void;
  logged(record: LogRecord, time?: number): void;
  /** Up to date. @throws Error before `start` */
  observer(): Observer;
}

/** Milliseconds between checks for silent boots. */
const tickEvery = 1_000;

export function observingService(first: Config, deps: ObservingDeps): ObservingService {
  const { log, now, every, settle, subscribe, onTick } = deps;
  let config = first;
  let observer: Observer | undefined;
  let ends: (() => void)[] = [];

  function observe(event: ApplianceEvent): void {
    for (const sink of observer?.sinks ?? []) void sink.take(event);
  }

  /** A boot keeps the properties of the client that rules match. */
  function hostNameOf({ mac, uuid, serial, firmware = "bios", vendorClass = "" }: Boot): string | undefined {
    const named = { ...(mac && identityOf(mac)), ...(uuid && { uuid }), ...(serial && { serial }) };
    const rest = { hardwareType: 1, archCodes: [], matchedClass: "", http: false, userClasses: [] };
    return nameOfHost({ ...named, ...rest, firmware, vendorClass }, config.hosts);
  }

  return {
    name: "observing",
    independent: true,
    async start() {
      const { directory, maxBoots } = config.state;
      const history = await openHistory({
        ...(directory === undefined ? {} : { directory }),
        maxBoots,
        onNews: (news) => log(historyRecord(news, directory ?? "")),
      });
      const next = createObserver({
        version,
        history,
        log,
        now,
        maxBoots,
        level: "debug",
        hostNameOf,
        ...(deps.onBoot === undefined ? {} : { onChange: deps.onBoot }),
      });
      await next.remember();
      // Who asks for the log after a restart wants to see what was before it, too.
      if (config.log.file !== undefined) {
        await deps.flushLog?.();
        const before = await inTime(config.log.file, () => readLogTail(config.log.file ?? ""));
        if (before !== silent) for (const { record, time } of before) next.logged(record, time);
      }
      observer = next;
      ends = [...next.sinks.map(subscribe), every(tickEvery, () => onTick(now()))];
    },
    async stop() {
      const last = observer;
      settle();
      observer = undefined;
      for (const end of ends) end();
      ends = [];
      await last?.close();
    },
    async adopt(next) {
      config = next;
    },
    async follow() {},
    endpoints: () => [],
    observe,
    logged: (record, time) => observer?.logged(record, time),
    observer() {
      if (observer === undefined) throw new Error("nothing is observed before the start");
      settle();
      return observer;
    },
  };
}
