import { boundedMap } from "@bootlace/boot-source";
import { isoTime, summaryView, verdictView } from "../api-model/views.ts";
import type { ApplianceEvent } from "../events/event.ts";
import { isWritten, type Level, type LogRecord } from "../events/record.ts";
import type { Boot } from "../sessions/boot.ts";
import type { BootSummary } from "../sessions/summary.ts";
import type { SessionChange } from "./sessions-keeper.ts";
import type { Sink } from "./sinks.ts";
import type { Stream } from "./stream.ts";

/** Puts boots, verdicts and log lines into the live stream, at a pace that readers can follow. */
export interface StreamPublisher {
  readonly boots: Sink<SessionChange>;
  readonly verdicts: Sink<SessionChange>;
  /** Each tick lets go of what was held back. */
  readonly events: Sink<ApplianceEvent>;
  logged(record: LogRecord, time: number): void;
}

export interface StreamPublisherOptions {
  readonly stream: Stream;
  /** Least important line that goes into the stream. */
  readonly level: Level;
  readonly summarize: (boot: Boot) => BootSummary;
}

const mostClients = 4096;
/** A transfer changes its boot many times a second; who watches wants to know twice. In milliseconds. */
const publishEvery = 500;
/** Boots at a tick, and up to the next one; in a flood of forged machines the others have their turn later. */
const publishedAtOnce = 512;

export function createStreamPublisher({ stream, level, summarize }: StreamPublisherOptions): StreamPublisher {
  /** Boots that changed since they were published last, by client; and when that was. */
  const heldBack = boundedMap<string, Boot>(mostClients);
  const publishedAt = boundedMap<string, number>(mostClients);
  /** What was published last of a boot: nobody needs the same twice. */
  const published = boundedMap<string, string>(mostClients);
  let sinceTick = 0;

  function publish(boot: Boot): void {
    heldBack.delete(boot.key);
    publishedAt.set(boot.id, boot.lastAt);
    const summary = summaryView(summarize(boot));
    const text = JSON.stringify(summary);
    if (published.peek(boot.id) === text) return;
    published.set(boot.id, text);
    stream.publish("boot", summary);
  }

  function takeBoot({ boot, verdict }: SessionChange): void {
    const before = heldBack.get(boot.key);
    heldBack.set(boot.key, boot);
    if (verdict === undefined && !boot.ended) {
      const due = before === undefined && boot.lastAt - (publishedAt.get(boot.id) ?? 0) >= publishEvery;
      if (due && sinceTick++ < publishedAtOnce) publish(boot);
      return;
    }
    if (verdict !== undefined || sinceTick++ < publishedAtOnce) {
      if (before !== undefined && before.id !== boot.id) publish(before);
      publish(boot);
    }
  }

  function takeVerdict({ boot, verdict, kept }: SessionChange): void {
    if (verdict === undefined || !kept) return;
    const summary = summarize(boot);
    if (summary.verdict === undefined) return;
    stream.publish("verdict", { boot: summaryView(summary), verdict: verdictView(summary.verdict) });
  }

  return {
    boots: { name: "stream", take: takeBoot },
    verdicts: { name: "stream", take: takeVerdict },
    events: {
      name: "stream",
      take({ kind, event }) {
        if (kind !== "appliance" || event.type !== "tick") return;
        sinceTick = 0;
        for (const boot of [...heldBack.values()].slice(0, publishedAtOnce)) publish(boot);
      },
    },
    logged(record, time) {
      if (!isWritten(record.level, level)) return;
      const { scope, event, message, fields, brief, details, detailLevel } = record;
      stream.publish("log", {
        at: isoTime(time),
        level: record.level,
        scope,
        event,
        message,
        ...(fields === undefined ? {} : { fields }),
        ...(brief === undefined ? {} : { brief }),
        ...(details === undefined || details.length === 0 ? {} : { details: [...details] }),
        ...(detailLevel === undefined ? {} : { detailLevel }),
      });
    },
  };
}
