import type { ServerResponse } from "node:http";
import { quote } from "@bootlace/dhcp-core";
import { z } from "zod";
import type { ApiStreamEvents } from "../api-model/types.ts";
import type { Stream, StreamEntry } from "../telemetry/stream.ts";

/** What a stream of events has. */
export const eventNames: Readonly<Record<keyof ApiStreamEvents, true>> = {
  log: true,
  boot: true,
  verdict: true,
  gap: true,
};

/** What a reader of the events may ask for. */
export const eventsQuery = z.strictObject({
  names: z
    .string()
    .transform((text) => text.split(","))
    .superRefine((names, context) => {
      const unknown = names.filter((name) => !Object.hasOwn(eventNames, name));
      if (unknown.length === 0) return;
      const message = `no such event: ${unknown.map(quote).join(", ")}. Allowed: ${Object.keys(eventNames).join(", ")}`;
      context.addIssue({ code: "custom", message });
    })
    .optional(),
});

export interface EventReaders {
  /** Streams to one reader until it goes. False: there are too many already. */
  add(response: ServerResponse, after: string | undefined, names: readonly string[] | undefined): boolean;
  close(): void;
}

const mostReaders = 32;
/** A reader that does not keep up is sent away; it resumes by the id it has seen last. */
const mostUnsent = 16 * 1024 * 1024;
const beatEvery = 15_000;

/** Readers of the live stream (WHATWG HTML §9.2). */
export function createEventReaders(stream: Stream): EventReaders {
  const readers = new Set<ServerResponse>();
  const beat = setInterval(() => {
    for (const response of readers) response.write(": still here\n\n");
  }, beatEvery);
  beat.unref();

  return {
    add(response, after, names) {
      if (readers.size >= mostReaders) return false;
      readers.add(response);
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      response.write("retry: 2000\n\n");
      const wanted = names === undefined ? undefined : new Set<string>([...names, "gap"]);
      const end = stream.subscribe(after, (entry) => {
        if (wanted === undefined || wanted.has(entry.name)) response.write(frame(entry));
        if (response.writableLength > mostUnsent) response.destroy();
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

function frame({ id, name, data }: StreamEntry): string {
  return `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;
}
