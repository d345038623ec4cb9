import { boundedMap } from "@bootlace/boot-source";
import type { ApiFiles } from "../api-model/types.ts";
import { isoTime } from "../api-model/views.ts";
import { type ApplianceEvent, timeOf } from "../events/event.ts";
import type { Sink } from "./sinks.ts";

/** Names that clients requested and that were not found. */
export interface MissingFiles extends Sink<ApplianceEvent> {
  /** The latest first. */
  list(): ApiFiles["notFound"];
}

const mostMissing = 200;
/** Characters of a name. */
const longestName = 255;

export function createMissingFiles(): MissingFiles {
  const missing = boundedMap<string, ApiFiles["notFound"][number]>(mostMissing);
  return {
    name: "missing files",
    take(event) {
      const found = fileNotFound(event);
      if (found === undefined) return;
      const file = found.file.slice(0, longestName);
      const times = (missing.get(file)?.times ?? 0) + 1;
      missing.set(file, { file, times, lastAt: isoTime(timeOf(event)), address: found.address });
    },
    list: () => [...missing.values()].reverse(),
  };
}

function fileNotFound({ kind, event }: ApplianceEvent): { file: string; address: string } | undefined {
  if (kind === "appliance" || kind === "dhcp") return undefined;
  if (event.type === "not-found") return { file: event.file, address: event.client.address };
  if (event.type !== "refused" || !("status" in event) || event.status !== 404) return undefined;
  const { request, client } = event;
  return request === undefined ? undefined : { file: request.file, address: client.address };
}
