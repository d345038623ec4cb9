import { chmodSync, closeSync, existsSync, openSync, renameSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
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
  | { readonly type: "damaged" }
  /** A newer Bootlace wrote it; it was moved to `movedTo`, a name in the same folder. */
  | { readonly type: "newer"; readonly version: number; readonly known: number; readonly movedTo: string }
  | ({ readonly type: "migrated" } & Migrated);

export type OpenedStore =
  | { readonly ok: true; readonly store: HistoryStore; readonly news: readonly OpeningNews[] }
  | { readonly ok: false; readonly problem: string };

/**
 * The history as an SQLite file. An older file becomes one of today; a newer one, and one that cannot be read, is
 * renamed and a new one begun. Write-ahead log: a process that dies loses at most the transaction it was in.
 */
export function openSqliteStore(path: string, limits: SqliteLimits): OpenedStore {
  const sqlite = loadSqlite();
  if (sqlite === undefined) return { ok: false, problem: "this Node.js has no SQLite" };
  try {
    keepPrivate(path);
    const news: OpeningNews[] = [];
    let found = open(sqlite.DatabaseSync, path);
    if (found.kind !== "usable") {
      news.push(putAside(path, found));
      keepPrivate(path);
      found = open(sqlite.DatabaseSync, path);
    }
    if (found.kind !== "usable") return { ok: false, problem: "a new one cannot be started" };
    const { database, migrated } = found;
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
  closeSync(openSync(path, "a", 0o600));
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      if ((statSync(path + suffix).mode & 0o077) !== 0) chmodSync(path + suffix, 0o600);
    } catch {
      // Not there, or somebody else's: to use it is what counts.
    }
  }
}

/** At the first load Node 22 and some of 24 print on stderr that it is experimental; for a daemon that is noise. */
function loadSqlite(): typeof import("node:sqlite") | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
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

function putAside(path: string, found: Exclude<Found, { kind: "usable" }>): OpeningNews {
  const to = found.kind === "damaged" ? `${path}.damaged` : freeName(`${path}.version-${found.version}`);
  for (const suffix of ["", "-wal", "-shm"]) move(path + suffix, to + suffix);
  if (found.kind === "damaged") return { type: "damaged" };
  return { type: "newer", version: found.version, known: databaseVersion, movedTo: basename(to) };
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
