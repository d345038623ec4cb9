import { boundedMap } from "@bootlace/boot-source";
import type { FileSighting } from "./read-file.ts";
import type { FileFact } from "./step.ts";

/** A file that was fetched by somebody who does not boot. */
export interface Fetch extends Pick<FileFact, "file" | "outcome" | "bytes" | "size" | "code" | "agent"> {
  /** Milliseconds. */
  readonly startedAt: number;
  readonly lastAt: number;
  readonly address: string;
  /** The machine at this address, where one that boots is known. */
  readonly mac?: string;
}

/** The latest downloads that are no boots. */
export interface Fetches {
  /** @param key of the boot that is known at this address */
  note(sighting: FileSighting, time: number, key: string | undefined): void;
  has(transfer: object): boolean;
  /** The latest first. */
  list(): readonly Fetch[];
}

const most = 256;

export function createFetches(): Fetches {
  const kept = boundedMap<object, Fetch>(most);
  return {
    note({ transfer = {}, address, fact }, time, key) {
      const { file, outcome, bytes, size, code, agent } = fact;
      kept.set(transfer, {
        file,
        outcome,
        bytes,
        ...(size === undefined ? {} : { size }),
        ...(code === undefined ? {} : { code }),
        ...(agent === undefined ? {} : { agent }),
        address,
        ...(key === undefined || key.startsWith("ip ") ? {} : { mac: key }),
        startedAt: kept.peek(transfer)?.startedAt ?? time,
        lastAt: time,
      });
    },
    has: (transfer) => kept.peek(transfer) !== undefined,
    list: () => [...kept.values()].reverse(),
  };
}
