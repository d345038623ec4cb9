import { boundedMap } from "@bootlace/boot-source";
import type { EventCode } from "../events/codes.ts";
import type { LogRecord } from "../events/record.ts";
import { shown } from "./brief.ts";

/** Folds the configuration names that a boot loader tries into one record. */
export interface ConfigSearches {
  /**
   * Takes the next record of a file server.
   * @returns what to log for it: a name that a search tried is logged at `debug`, and the record of a search that this
   * one ends comes before it
   */
  fold(record: LogRecord, time: number): readonly LogRecord[];
  /** The records of searches that ended without a found file. */
  silent(time: number): readonly LogRecord[];
}

/** Milliseconds after which a search counts as ended: loaders request the next name at once, or again after a second. */
const silence = 5000;
const mostClients = 1024;

type Family = "pxelinux" | "grub";

interface Search {
  readonly ip: string;
  readonly family: Family;
  readonly names: Set<string>;
  readonly first: LogRecord;
  readonly before: string;
  readonly lastTime: number;
}

/** Events that show a request for an existing file. */
const found: ReadonlySet<EventCode> = new Set(["tftp.start", "http.start", "http.head", "http.not-modified"]);
const missing: ReadonlySet<EventCode> = new Set(["tftp.not-found", "http.not-found"]);

export function createConfigSearches(): ConfigSearches {
  const searches = boundedMap<string, Search>(mostClients);
  /** The last file that a client requested, unless it was a configuration. */
  const latest = boundedMap<string, string>(mostClients);

  function end(ip: string, using?: string): LogRecord[] {
    const search = searches.peek(ip);
    searches.delete(ip);
    return search === undefined ? [] : [searchRecord(search, using)];
  }

  function fold(record: LogRecord, time: number): readonly LogRecord[] {
    const { ip, file, reason } = record.fields ?? {};
    if (typeof ip !== "string" || typeof file !== "string") return [record];
    const isMissing = missing.has(record.event) && reason === "missing";
    if (!isMissing && !found.has(record.event)) return [record];
    const family = familyOf(file);
    const search = searches.peek(ip);
    if (family === undefined) {
      latest.set(ip, file);
      return [...end(ip), record];
    }
    if (!isMissing) return [...end(ip, search?.family === family ? file : undefined), record];
    const same = search?.family === family;
    const ended = same ? [] : end(ip);
    const names = new Set(same ? search.names : []).add(file);
    const begun = same ? search : { first: record, before: latest.peek(ip) ?? "" };
    const gone = searches.set(ip, { ip, family, names, first: begun.first, before: begun.before, lastTime: time });
    const crowdedOut = gone === undefined ? [] : [searchRecord(gone[1], undefined)];
    return [...ended, ...crowdedOut, { ...record, level: "debug" }];
  }

  return {
    fold,
    silent(time) {
      // A clock set back ends a search too: it would otherwise last until the clock catches up.
      const over = [...searches.values()].filter(({ lastTime }) => time - lastTime >= silence || time < lastTime);
      return over.flatMap(({ ip }) => end(ip));
    },
  };
}

/** PXELINUX and U-Boot (`pxelinux.cfg/01-…`, `C0A80B3A`, …, `default`), GRUB (`grub.cfg-01-…`, …, `grub.cfg`). */
function familyOf(file: string): Family | undefined {
  if (/(^|\/)pxelinux\.cfg\/([0-9a-f-]+|default[\w-]*)$/i.test(file)) return "pxelinux";
  return /(^|\/)grub\.cfg(-[0-9a-f-]+)?$/i.test(file) ? "grub" : undefined;
}

/** U-Boot requests the names of PXELINUX and some of its own, without having loaded PXELINUX before. */
function loaderOf({ family, names, before }: Search): string {
  if (family === "grub") return "GRUB";
  const ofUboot = [...names].some((name) => /\/default-[^/]*$/.test(name));
  return !ofUboot && /(^|\/)([gl]?pxe|sys|ld)linux[^/]*$/i.test(before) ? "PXELINUX" : "U-Boot";
}

function searchRecord(search: Search, using: string | undefined): LogRecord {
  const loader = loaderOf(search);
  const tried = search.names.size;
  const { mac } = search.first.fields ?? {};
  const end = using === undefined ? "none found" : `using ${shown(using)}`;
  return {
    level: "info",
    scope: "boot",
    event: "boot.search",
    message: `${loader} tried ${tried} ${tried === 1 ? "configuration" : "configurations"}, ${end}`,
    fields: { mac, ip: search.ip, loader, tried, using, files: [...search.names] },
  };
}
