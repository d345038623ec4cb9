import { renameSync } from "node:fs";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { ApiBoot, ApiBootSummary } from "../api-model/types.ts";
import type { BootQuery, BootStore, OpenedStore } from "./store.ts";

export interface SqliteLimits {
  readonly maxBoots: number;
  /** Octets of all boots together. */
  readonly maxOctets: number;
  /** Pages of 4,096 octets the file may grow to. A store that is full refuses writes, as a full disk does. */
  readonly maxPages?: number;
}

/** Of the tables below; a file with another number is put aside. */
const schemaVersion = 1;

const schema = `
  create table boot (
    id text primary key, client text not null, started integer not null, outcome text not null,
    octets integer not null, summary text not null, body text not null
  ) without rowid;
  create index boot_by_start on boot (started desc, id desc);
  pragma user_version = ${schemaVersion};
`;

/** Keeps the newest boots, as many as the limits allow. */
const prune = `
  delete from boot where id in (
    select id from (
      select id, row_number() over newest as place, sum(octets) over newest as total
      from boot window newest as (order by started desc, id desc)
    ) where place > ? or (total > ? and place > 1)
  )
`;

/**
 * The history as an SQLite file. A file that cannot be read as one is renamed to `*.damaged` and begun anew.
 * Write-ahead log: a process that dies loses at most the transaction it was in.
 */
export function openSqliteStore(path: string, limits: SqliteLimits): OpenedStore {
  const sqlite = loadSqlite();
  if (sqlite === undefined) return { ok: false, problem: "this Node.js comes without SQLite" };
  try {
    let database = open(sqlite.DatabaseSync, path);
    let damaged = false;
    if (database === undefined) {
      damaged = true;
      for (const suffix of ["", "-wal", "-shm"]) putAside(path, suffix);
      database = open(sqlite.DatabaseSync, path);
    }
    if (database === undefined) return { ok: false, problem: "it cannot be begun anew" };
    if (limits.maxPages !== undefined) database.exec(`pragma max_page_count = ${limits.maxPages}`);
    return { ok: true, store: storeOn(database, limits), damaged };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** Node 22 and some of 24 tell stderr at the first load that it is experimental; to who runs a daemon that is noise. */
function loadSqlite(): typeof import("node:sqlite") | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Undefined: the file is there and is no history that can be read. */
function open(Database: typeof DatabaseSync, path: string): DatabaseSync | undefined {
  const database = new Database(path, { timeout: 1000 });
  try {
    database.exec("pragma journal_mode = wal; pragma synchronous = normal; pragma journal_size_limit = 4194304");
    const version = Number(Object.values(database.prepare("pragma user_version").get() ?? {})[0]);
    const tables = Number(Object.values(database.prepare("select count(*) from sqlite_schema").get() ?? {})[0]);
    if (version === 0 && tables === 0) database.exec(`begin; ${schema} commit`);
    else if (version !== schemaVersion || !isSound(database)) {
      database.close();
      return undefined;
    }
    return database;
  } catch (error) {
    database.close();
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function isSound(database: DatabaseSync): boolean {
  return Object.values(database.prepare("pragma quick_check(1)").get() ?? {})[0] === "ok";
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return (code & 0xff) === 11 || (code & 0xff) === 26;
}

function putAside(path: string, suffix: string): void {
  try {
    renameSync(path + suffix, `${path}.damaged${suffix}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

export function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function storeOn(database: DatabaseSync, limits: SqliteLimits): BootStore {
  const insert = database.prepare("insert or replace into boot values (?, ?, ?, ?, ?, ?, ?)");
  const pruned = database.prepare(prune);
  const one = database.prepare("select body from boot where id = ?");
  return {
    write(boots) {
      database.exec("begin immediate");
      try {
        for (const boot of boots) insert.run(...rowOf(boot));
        pruned.run(limits.maxBoots, limits.maxOctets);
        database.exec("commit");
      } catch (error) {
        rollBack(database);
        throw error;
      }
    },
    list(query) {
      const { where, values } = conditionsOf(query);
      const text = `select summary from boot ${where} order by started desc, id desc limit ?`;
      const rows = database.prepare(text).all(...values, query.limit);
      return rows.map(({ summary }) => JSON.parse(String(summary)) as ApiBootSummary);
    },
    get(id) {
      const row = one.get(id);
      return row === undefined ? undefined : (JSON.parse(String(row.body)) as ApiBoot);
    },
    close: () => database.close(),
  };
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec("rollback");
  } catch {
    // A full disk may have ended the transaction already.
  }
}

function rowOf(boot: ApiBoot): SQLInputValue[] {
  const { verdicts: _verdicts, steps: _steps, droppedSteps: _dropped, ...summary } = boot;
  const body = JSON.stringify(boot);
  const client = boot.mac ?? boot.address ?? "";
  return [boot.id, client, Date.parse(boot.startedAt), boot.outcome, body.length, JSON.stringify(summary), body];
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
