import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Session } from "../sessions/session.ts";
import { parseSession, serializeSession, serializeSummary } from "../sessions/stored.ts";
import { summaryOf } from "../sessions/summary.ts";
import { clientOf } from "./history-store.ts";
import { sessionOfVersion1 } from "./version-1.ts";

/**
 * Of the table below, kept in the file as `user_version`.
 * 1: 0.1.0, one table `boot` with views of the API. 2: sessions. 3: what was delivered is not called booted.
 */
export const databaseVersion = 3;

const table = `
  create table session (
    id text primary key, client text not null, started integer not null, outcome text not null,
    bytes integer not null, summary text not null, session text not null
  ) without rowid;
  create index session_by_start on session (started desc, id desc);
  pragma user_version = ${databaseVersion};
`;

export const insertSession = "insert or replace into session values (?, ?, ?, ?, ?, ?, ?)";

/** Keeps the newest boots, as many as the limits allow. */
export const pruneSessions = `
  delete from session where id in (
    select id from (
      select id, row_number() over newest as place, sum(bytes) over newest as total
      from session window newest as (order by started desc, id desc)
    ) where place > ? or (total > ? and place > 1)
  )
`;

/** The columns of one boot. `bytes` is the size of the row's texts, by which the history is bounded. */
export function rowOf(boot: Session): SQLInputValue[] {
  const summary = summaryOf(boot);
  const session = serializeSession(boot);
  return [boot.id, clientOf(boot), boot.startedAt, summary.outcome, session.length, serializeSummary(summary), session];
}

export function createTables(database: DatabaseSync): void {
  inTransaction(database, () => database.exec(table));
}

export interface Migrated {
  readonly boots: number;
  /** Rows that were no boots. */
  readonly unreadable: number;
}

/** Turns a database of version 1 into one of today, or leaves it as it was. @throws as SQLite does */
export function migrateVersion1(database: DatabaseSync): Migrated {
  return inTransaction(database, () => {
    database.exec(table);
    const insert = database.prepare(insertSession);
    let boots = 0;
    let unreadable = 0;
    for (const { body } of database.prepare("select body from boot").all()) {
      const boot = sessionOfVersion1(String(body));
      if (boot === undefined) unreadable++;
      else {
        insert.run(...rowOf(boot));
        boots++;
      }
    }
    database.exec("drop table boot");
    return { boots, unreadable };
  });
}

/** Of version 2: rows whose outcome has another name today are written anew. @throws as SQLite does */
export function migrateVersion2(database: DatabaseSync): Migrated {
  return inTransaction(database, () => {
    const insert = database.prepare(insertSession);
    const rows = database.prepare("select session from session").all();
    let boots = 0;
    for (const { session } of rows) {
      const parsed = parseSession(String(session));
      if (!parsed.ok) continue;
      insert.run(...rowOf(parsed.value));
      boots++;
    }
    database.exec(`pragma user_version = ${databaseVersion}`);
    return { boots, unreadable: rows.length - boots };
  });
}

export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("begin immediate");
  try {
    const result = work();
    database.exec("commit");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec("rollback");
  } catch {
    // A full disk may have ended the transaction already.
  }
}
