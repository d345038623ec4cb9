import type { ApplianceEvent } from "../events/event.ts";
import type { Sink } from "./sinks.ts";

/** HTTP responses being sent. */
export interface HttpAnswers extends Sink<ApplianceEvent> {
  active(): number;
}

export function createHttpAnswers(): HttpAnswers {
  /** The events of one request share one object. */
  const sending = new Set<object>();
  return {
    name: "HTTP answers",
    take({ kind, event }) {
      if (kind !== "http" || !("request" in event) || event.request === undefined) return;
      if (event.type === "start") sending.add(event.request);
      else if (event.type !== "progress") sending.delete(event.request);
    },
    active: () => sending.size,
  };
}
