import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SQLInputValue } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bootSchema, bootSummarySchema } from "../src/api-model/schemas.ts";
import type { ApiBoot, ApiBootSummary } from "../src/api-model/types.ts";
import { bootView, summaryView } from "../src/api-model/views.ts";
import { type HistoryNews, openHistory } from "../src/history/history.ts";
import { openSqliteStore } from "../src/history/sqlite-store.ts";
import { sampleBoot } from "./helpers/sample-boot.ts";

interface Row {
  readonly id: string;
  readonly client: string;
  readonly started: number;
  readonly outcome: string;
  readonly octets: number;
  readonly summary: ApiBootSummary;
  readonly body: ApiBoot;
}

/** The tables and rows of a boots.db that Bootlace 0.1.0 wrote. */
const old = JSON.parse(readFileSync(new URL("fixtures/boots-0.1.0.json", import.meta.url), "utf8")) as {
  readonly userVersion: number;
  readonly schema: readonly string[];
  readonly rows: readonly Row[];
};

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bootlace-migration-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const sqlite = process.getBuiltinModule("node:sqlite");

function writeOld(more: readonly SQLInputValue[][] = []): void {
  const database = new sqlite.DatabaseSync(join(directory, "boots.db"));
  database.exec("pragma journal_mode = wal");
  for (const statement of old.schema) database.exec(statement);
  const insert = database.prepare("insert into boot values (?, ?, ?, ?, ?, ?, ?)");
  for (const { id, client, started, outcome, octets, summary, body } of old.rows) {
    insert.run(id, client, started, outcome, octets, JSON.stringify(summary), JSON.stringify(body));
  }
  for (const row of more) insert.run(...row);
  database.exec(`pragma user_version = ${old.userVersion}`);
  database.close();
}

async function open() {
  const news: HistoryNews[] = [];
  const history = await openHistory({ directory, maxBoots: 100, onNews: (one) => news.push(one) });
  return { history, news };
}

/** What a step says in words is made anew when it is shown, in the words of today. */
function withoutWords({ steps, ...boot }: ApiBoot): object {
  return { ...boot, steps: steps.map(({ text: _text, ...step }) => step) };
}

test("all that the API of 0.1.0 showed of its boots is shown still", async () => {
  writeOld();
  const { history, news } = await open();
  expect(news).toEqual([{ type: "migrated", boots: old.rows.length, unreadable: 0 }]);
  const listed = (await history.list({ limit: 100 })).map(summaryView);
  const newestFirst = old.rows.map(({ summary }) => summary).sort((one, other) => (one.id < other.id ? 1 : -1));
  expect(listed).toEqual(newestFirst);
  for (const { id, body } of old.rows) {
    const session = await history.get(id);
    if (session === undefined) throw new Error(`${id} is gone`);
    const view = bootView(session);
    expect(withoutWords(view)).toEqual(withoutWords(body));
    expect(view.steps.every(({ text }) => text !== "")).toBe(true);
    expect(bootSchema.safeParse(view).error).toBeUndefined();
  }
  for (const view of listed) expect(bootSummarySchema.safeParse(view).error).toBeUndefined();
  await history.close();
});

test("is done once, new boots come beside the old ones, and queries find both", async () => {
  writeOld();
  const first = await open();
  await first.history.record([sampleBoot({ id: "new", startedAt: 1e9 })]);
  await first.history.close();
  const { history, news } = await open();
  expect(news).toEqual([]);
  expect((await history.list({ limit: 100 }))[0]?.id).toBe("new");
  expect(await history.list({ limit: 100 })).toHaveLength(old.rows.length + 1);
  const failed = old.rows.filter(({ outcome }) => outcome === "failed").map(({ id }) => id);
  expect((await history.list({ limit: 100, outcome: "failed" })).map(({ id }) => id).sort()).toEqual(failed.sort());
  expect(await history.list({ limit: 100, client: "02:00:00:00:00:01" })).toHaveLength(1);
  await history.close();
  expect(readdirSync(directory)).toEqual(["boots.db"]);
});

test("what was called booted without a sight of the system is delivered, in a database of 0.1.0 and of version 2", async () => {
  const [row] = old.rows.filter(({ outcome }) => outcome === "booted");
  if (row === undefined) throw new Error("no such row");
  const [, ...others] = row.body.verdicts;
  const guessed = {
    ...row.body,
    id: "guessed",
    verdicts: [{ ...row.body.verdicts[0], confidence: "guess" }, ...others],
  };
  writeOld([["guessed", "", 0, "booted", 2, JSON.stringify(guessed), JSON.stringify(guessed)]]);
  const first = await open();
  const wanted = { id: "guessed", outcome: "delivered", verdict: { id: "delivered", confidence: "guess" } };
  expect(await first.history.list({ limit: 9, outcome: "delivered" })).toMatchObject([wanted]);
  expect((await first.history.list({ limit: 9, outcome: "booted" })).map(({ id }) => id)).toEqual([row.id]);
  const session = await first.history.get("guessed");
  await first.history.close();

  const database = new sqlite.DatabaseSync(join(directory, "boots.db"));
  const text = JSON.stringify({ ...session, schema: 1, verdicts: [{ ...session?.verdicts[0], id: "booted" }] });
  database.prepare("update session set outcome = 'booted', session = ? where id = 'guessed'").run(text);
  database.exec("pragma user_version = 2");
  database.close();
  const { history, news } = await open();
  expect(news).toEqual([{ type: "migrated", boots: old.rows.length + 1, unreadable: 0 }]);
  expect(await history.list({ limit: 9, outcome: "delivered" })).toMatchObject([wanted]);
  expect((await history.get("guessed"))?.verdicts[0]?.id).toBe("delivered");
  await history.close();
});

test("rows that are no boots are counted, and keep nothing else", async () => {
  writeOld([
    ["a", "", 0, "booted", 2, "{}", "{}"],
    ["b", "", 0, "booted", 2, "{}", "no JSON"],
  ]);
  const { history, news } = await open();
  expect(news).toEqual([{ type: "migrated", boots: old.rows.length, unreadable: 2 }]);
  await history.close();
});

test("a migration that does not end leaves the old file as it was", async () => {
  writeOld([["a", "", 0, "booted", 2, "{}", JSON.stringify(old.rows[0]?.body)]]);
  // The new table's name is taken: what comes after fails.
  const before = new sqlite.DatabaseSync(join(directory, "boots.db"));
  before.exec("create table session (id text)");
  before.close();
  const opened = openSqliteStore(join(directory, "boots.db"), { maxBoots: 100, maxBytes: 1e9 });
  expect(opened).toEqual({ ok: false, problem: expect.stringContaining("already exists") });
  const after = new sqlite.DatabaseSync(join(directory, "boots.db"), { readOnly: true });
  expect(after.prepare("select count(*) as rows from boot").get()).toEqual({ rows: old.rows.length + 1 });
  expect(after.prepare("pragma user_version").get()).toEqual({ user_version: 1 });
  after.close();
});
