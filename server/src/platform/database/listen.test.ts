import { sql } from "kysely";
import { expect, test, vi } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import { OutsideTransaction } from "./errors.ts";
import type { Sql } from "./sql.ts";

const notify = (on: Sql, channel: string, payload: string) =>
  sql`select pg_notify(${channel}, ${payload})`.execute(on);

/** Collects what a channel says; `until` resolves when it has said something. */
function ear() {
  const heard: string[] = [];
  return {
    heard,
    notified: (payload: string) => void heard.push(payload),
    until: (payload: string) => vi.waitFor(() => expect(heard).toContain(payload), 20_000),
  };
}

describeDatabase("listening", ({ open, engine, place }) => {
  test("hears its channel, whoever sends, and everyone who listens hears it", async () => {
    const database = await open();
    const first = ear();
    const second = ear();
    await database.listen('odd "name"', first.notified);
    await database.listen('odd "name"', second.notified);
    await notify(database.sql, "another", "not for us");
    await notify(database.sql, 'odd "name"', "grüße");
    await Promise.all([first.until("grüße"), second.until("grüße")]);
    expect([first.heard, second.heard]).toEqual([["grüße"], ["grüße"]]);
  });

  test("hears of a transaction when it commits, and nothing of one that does not", async () => {
    const database = await open();
    const { heard, notified, until } = ear();
    await database.listen("news", notified);
    await database
      .transaction(async (tx) => {
        await notify(tx, "news", "undone");
        throw new Error("no");
      })
      .catch(() => {});
    await database.transaction(async (tx) => {
      await notify(tx, "news", "done");
      expect(heard).toEqual([]);
    });
    await until("done");
    expect(heard).toEqual(["done"]);
  });

  test("says when it begins, and hears nothing after its end", async () => {
    const database = await open();
    const connected = vi.fn();
    const { heard, notified } = ear();
    const other = ear();
    const stop = await database.listen("news", notified, connected);
    expect(connected).toHaveBeenCalledOnce();
    await stop();
    // A server's list is that of each connection.
    if (engine === "embedded")
      expect((await sql`select pg_listening_channels()`.execute(database.sql)).rows).toEqual([]);
    await database.listen("news", other.notified);
    await notify(database.sql, "news", "late");
    await other.until("late");
    expect(heard).toEqual([]);
  });

  test("a listener may use the database, even when its own transaction woke it", async () => {
    const database = await open();
    const answered = Promise.withResolvers<unknown>();
    await database.listen("news", () => answered.resolve(sql`select 1 as one`.execute(database.sql)));
    await database.transaction((tx) => notify(tx, "news", ""));
    expect(await answered.promise).toMatchObject({ rows: [{ one: 1 }] });
  });

  test("begins outside transactions", async () => {
    const database = await open();
    const failure = database.transaction(() => database.listen("news", () => {}));
    await expect(failure).rejects.toBeInstanceOf(OutsideTransaction);
  });

  if (engine === "postgresql")
    test("hears other processes", async () => {
      const where = await place();
      const database = await open(where);
      const other = await open(where);
      const { notified, until } = ear();
      await database.listen("news", notified);
      await notify(other.sql, "news", "from afar");
      await until("from afar");
    });
});
