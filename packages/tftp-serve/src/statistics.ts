import type { TftpEvent } from "./core/events.ts";

/** Counts of what the events report. */
export interface Counts {
  transfersDone: number;
  transfersAborted: number;
  probes: number;
  notFound: number;
  refused: number;
  bytes: number;
  retransmissions: number;
}

export function noCounts(): Counts {
  return { transfersDone: 0, transfersAborted: 0, probes: 0, notFound: 0, refused: 0, bytes: 0, retransmissions: 0 };
}

/** Adds one event. */
export function count(counts: Counts, event: TftpEvent): void {
  switch (event.type) {
    case "done":
    case "aborted":
      if (event.type === "done") counts.transfersDone++;
      else counts.transfersAborted++;
      counts.bytes += event.figures.bytes;
      counts.retransmissions += event.figures.retransmissions;
      return;
    case "probe":
      counts.probes++;
      return;
    case "not-found":
      counts.notFound++;
      return;
    case "refused":
      counts.refused++;
      return;
    case "listening":
    case "unlistening":
    case "listen-failed":
    case "start":
    case "negotiated":
    case "progress":
    case "send-failed":
    case "stopped":
      return;
  }
}
