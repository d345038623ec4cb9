import { closeSync, constants, existsSync, fchmodSync, fstatSync, openSync, readSync, renameSync } from "node:fs";
import { basename } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { loadSqlite } from "../os/sqlite.ts";
import { parseSession, parseSummary } from "../sessions/stored.ts";
import { type BootQuery, type HistoryStore, problemOf } from "./history-store.ts";
import {
  createTables,
  databaseVersion,
  insertSession,
  inTransaction,
  type Migrated,
  migrateVersion1,
  migrateVersion2,
  pruneSessions,
  rowOf,
} from "./sqlite-schema.ts";

export interface SqliteLimits {
  readonly maxBoots: number;
  /** Bytes of all boots together. */
  readonly maxBytes: number;
  /** Pages of 4,096 bytes the file may grow to. A store that is full refuses writes, as a full disk does. */
  readonly maxPages?: number;
}

/** What was found when the store was opened, besides a history as it should be. */
export type OpeningNews =
  | { readonly type: "damaged"; readonly movedTo: string }
  /** So many rows were no boots, and are left out. */
  | { readonly type: "unreadable"; readonly rows: number }
  | ({ readonly type: "migrated" } & Migrated);

export type OpenedStore =
  | { readonly ok: true; readonly store: HistoryStore; readonly news: readonly OpeningNews[] }
  | {
      readonly ok: false;
      readonly problem: string /** Of the file, where a newer Bootlace wrote it. */;
      readonly newer?: number;
    };

/**
 * The history as an SQLite file. An older file becomes one of today; a newer one is left as it is; one that cannot be read is
 * renamed and a new one begun. Write-ahead log: a process that dies loses at most the transaction it was in.
 */
export function openSqliteStore(path: string, limits: SqliteLimits): OpenedStore {
  const sqlite = loadSqlite();
  if (sqlite === undefined) return { ok: false, problem: "this Node.js has no SQLite" };
  try {
    const version = versionInHeader(path);
    if (version > databaseVersion) return newerHistory(version);
    keepPrivate(path);
    const news: OpeningNews[] = [];
    let found = open(sqlite.DatabaseSync, path);
    if (found.kind === "damaged") {
      news.push(putAside(path));
      keepPrivate(path);
      found = open(sqlite.DatabaseSync, path);
    }
    if (found.kind === "newer") return newerHistory(found.version);
    if (found.kind === "damaged") return { ok: false, problem: "a new one cannot be started" };
    const { database, migrated } = found;
    // From here on machines wait: a lock that somebody else holds is tried again at the next write.
    database.exec("pragma busy_timeout = 0");
    const unreadable = countUnreadable(database);
    if (unreadable > 0) news.push({ type: "unreadable", rows: unreadable });
    if (migrated !== undefined) news.push({ type: "migrated", ...migrated });
    if (limits.maxPages !== undefined) database.exec(`pragma max_page_count = ${limits.maxPages}`);
    return { ok: true, store: storeOn(database, limits), news };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/**
 * Who boots what, and from which address, is the business of this user alone. SQLite gives the files beside the database
 * the mode of the database (sqlite.org/tempfiles.html); those of an earlier version are corrected.
 */
function keepPrivate(path: string): void {
  closeSync(openSync(path, constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY | noLink, 0o600));
  for (const suffix of ["", "-wal", "-shm"]) {
    const descriptor = openIfThere(path + suffix);
    if (descriptor === undefined) continue;
    try {
      if ((fstatSync(descriptor).mode & 0o077) !== 0) fchmodSync(descriptor, 0o600);
    } catch {
      // Somebody else's: to use it is what counts.
    } finally {
      closeSync(descriptor);
    }
  }
}

// SQLite itself follows links: it must not find one in a folder that another user may own.
const noLink = constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | noLink);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") throw error;
    return undefined;
  }
}

type Found =
  | { readonly kind: "usable"; readonly database: DatabaseSync; readonly migrated?: Migrated }
  | { readonly kind: "damaged" }
  | { readonly kind: "newer"; readonly version: number };

function open(Database: typeof DatabaseSync, path: string): Found {
  const database = new Database(path, { timeout: 1000 });
  try {
    const found = look(database);
    if (found.kind !== "usable") database.close();
    return found;
  } catch (error) {
    database.close();
    if (isDamage(error)) return { kind: "damaged" };
    throw error;
  }
}

function look(database: DatabaseSync): Found {
  const version = Number(firstColumn(database, "pragma user_version"));
  if (version > databaseVersion) return { kind: "newer", version };
  database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma journal_size_limit = 4194304");
  const tables = Number(firstColumn(database, "select count(*) from sqlite_schema"));
  if (version === 0 && tables === 0) {
    createTables(database);
    return { kind: "usable", database };
  }
  if (version === 0 || firstColumn(database, "pragma quick_check(1)") !== "ok") return { kind: "damaged" };
  const migrate = migrations[version];
  return migrate === undefined
    ? { kind: "usable", database }
    : { kind: "usable", database, migrated: migrate(database) };
}

/** By the version they start from. */
const migrations: Readonly<Record<number, typeof migrateVersion1>> = { 1: migrateVersion1, 2: migrateVersion2 };

function firstColumn(database: DatabaseSync, query: string): unknown {
  return Object.values(database.prepare(query).get() ?? {})[0];
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return (code & 0xff) === 11 || (code & 0xff) === 26;
}

function putAside(path: string): OpeningNews {
  const to = freeName(`${path}.damaged`);
  for (const suffix of ["", "-wal", "-shm"]) move(path + suffix, to + suffix);
  return { type: "damaged", movedTo: basename(to) };
}

function newerHistory(version: number): OpenedStore {
  const problem = `it is from a newer Bootlace: format ${version}, and this one reads up to ${databaseVersion}`;
  return { ok: false, problem, newer: version };
}

/** The `user_version` in the file itself (sqlite.org/fileformat, section 1.3): to open it could already change it. */
function versionInHeader(path: string): number {
  const descriptor = openIfThere(path);
  if (descriptor === undefined) return 0;
  try {
    const header = Buffer.alloc(100);
    const isDatabase = fstatSync(descriptor).isFile() && readSync(descriptor, header, 0, 100, 0) === 100;
    return isDatabase && header.toString("latin1", 0, 15) === "SQLite format 3" ? header.readUInt32BE(60) : 0;
  } finally {
    closeSync(descriptor);
  }
}

function countUnreadable(database: DatabaseSync): number {
  let unreadable = 0;
  for (const { summary } of database.prepare("select summary from session").iterate()) {
    if (!parseSummary(String(summary)).ok) unreadable++;
  }
  return unreadable;
}

/** What was put aside before may be worth keeping, too. */
function freeName(wanted: string): string {
  let name = wanted;
  for (let number = 2; existsSync(name); number++) name = `${wanted}.${number}`;
  return name;
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function storeOn(database: DatabaseSync, limits: SqliteLimits): HistoryStore {
  const insert = database.prepare(insertSession);
  const prune = database.prepare(pruneSessions);
  const one = database.prepare("select session from session where id = ?");
  return {
    async record(boots) {
      inTransaction(database, () => {
        for (const boot of boots) insert.run(...rowOf(boot));
        prune.run(limits.maxBoots, limits.maxBytes);
      });
    },
    async list(query) {
      const { where, values } = conditionsOf(query);
      const text = `select summary from session ${where} order by started desc, id desc limit ?`;
      const rows = database.prepare(text).all(...values, query.limit);
      const parsed = rows.map(({ summary }) => parseSummary(String(summary)));
      return parsed.flatMap((each) => (each.ok ? [each.value] : []));
    },
    async get(id) {
      const row = one.get(id);
      const parsed = row === undefined ? undefined : parseSession(String(row.session));
      return parsed?.ok ? parsed.value : undefined;
    },
    state: async () => ({ writable: true }),
    async flush() {},
    close: async () => database.close(),
  };
}

function conditionsOf({ client, outcome, before }: BootQuery): { where: string; values: SQLInputValue[] } {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (part: string, value: SQLInputValue | undefined) => {
    if (value === undefined) return;
    parts.push(part);
    values.push(value);
  };
  add("client = ?", client);
  add("outcome = ?", outcome);
  add("started < ?", before);
  return { where: parts.length === 0 ? "" : `where ${parts.join(" and ")}`, values };
}
