import type { ServerResponse } from "node:http";
import { quote } from "@bootlace/dhcp-core";
import { z } from "zod";
import type { ApiStreamEvents } from "../api-model/types.ts";
import type { Stream, StreamEntry } from "../telemetry/stream.ts";

/** The events of a stream. */
export const eventNames: Readonly<Record<keyof ApiStreamEvents, true>> = {
  log: true,
  boot: true,
  verdict: true,
  gap: true,
};

/** The query of a reader of events. */
export const eventsQuery = z.strictObject({
  names: z
    .string()
    .transform((text) => text.split(","))
    .superRefine((names, context) => {
      const unknown = names.filter((name) => !Object.hasOwn(eventNames, name));
      if (unknown.length === 0) return;
      const message = `unknown event ${unknown.map(quote).join(", ")}. Allowed: ${Object.keys(eventNames).join(", ")}`;
      context.addIssue({ code: "custom", message });
    })
    .optional(),
});

export interface EventReaders {
  /** Streams to one reader until it disconnects. False: too many readers. */
  add(response: ServerResponse, after: string | undefined, names: readonly string[] | undefined): boolean;
  close(): void;
}

const mostReaders = 32;
/**
 * Bytes that all readers together have yet to take. Beyond it the slowest is disconnected; it resumes after the last id it has
 * seen. A reader that has less than its share unsent is not counted, so that an event costs no sum over all of them.
 */
const mostUnsent = 16 * 1024 * 1024;
const fairShare = mostUnsent / 2 / mostReaders;
const beatEvery = 15_000;

/** Readers of the live stream (WHATWG HTML §9.2). */
export function createEventReaders(stream: Stream): EventReaders {
  const readers = new Set<ServerResponse>();
  const beat = setInterval(() => {
    for (const response of readers) response.write(": still here\n\n");
  }, beatEvery);
  beat.unref();

  function makeRoom(): void {
    const waiting = [...readers].filter(({ destroyed }) => !destroyed);
    const unsent = waiting.reduce((sum, { writableLength }) => sum + writableLength, 0);
    if (unsent <= mostUnsent / 2) return;
    waiting.reduce((one, other) => (other.writableLength > one.writableLength ? other : one)).destroy();
  }

  return {
    add(response, after, names) {
      if (readers.size >= mostReaders) return false;
      readers.add(response);
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
      });
      response.write("retry: 2000\n\n");
      const wanted = names === undefined ? undefined : new Set<string>([...names, "gap"]);
      const end = stream.subscribe(after, (entry) => {
        if (response.destroyed) return;
        if (wanted === undefined || wanted.has(entry.name)) response.write(frame(entry));
        if (response.writableLength > fairShare) makeRoom();
      });
      response.write(": up to date\n\n");
      response.on("close", () => {
        end();
        readers.delete(response);
      });
      return true;
    },
    close() {
      clearInterval(beat);
      for (const response of readers) response.destroy();
    },
  };
}

/** One text for all readers: those who are slow have it in memory once. */
function frame(entry: StreamEntry): string {
  if (entry === latest.entry) return latest.text;
  const { id, name, data } = entry;
  latest = { entry, text: `id: ${id}\nevent: ${name}\ndata: ${data}\n\n` };
  return latest.text;
}

let latest: { readonly entry?: StreamEntry; readonly text: string } = { text: "" };
