import { setTimeout as later } from "node:timers/promises";
import { CompiledQuery, sql } from "kysely";
import { expect, test } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import type { Database } from "./database.ts";
import { OutsideTransaction, sqlState, TransactionEnded, UnstorableValue } from "./errors.ts";
import { sqlExecutor } from "./executor.ts";
import type { Sql } from "./sql.ts";

const insert = (on: Sql, id: number) => sql`insert into items values (${id})`.execute(on);

async function ids(database: Database): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`select id from items order by id`.execute(database.sql);
  return rows.map(({ id }) => id);
}

describeDatabase("transactions", ({ open: openEmpty, emptied, engine }) => {
  const open = async (options?: Parameters<typeof openEmpty>[0]) => {
    const database = await (options ? openEmpty(options) : emptied());
    await sql`create table items (id int primary key)`.execute(database.sql);
    return database;
  };

  test("all of it or nothing", async () => {
    const database = await open();
    const result = await database.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 2);
      return "kept";
    });
    const failure = database.transaction(async (tx) => {
      await insert(tx, 3);
      throw new Error("changed my mind");
    });
    await expect(failure).rejects.toThrow("changed my mind");
    expect([result, await ids(database)]).toEqual(["kept", [1, 2]]);
  });

  test("a failed statement undoes it, even where its error was swallowed", async () => {
    const database = await open();
    const failure = database.transaction(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1).catch(() => {});
    });
    await expect(failure).rejects.toThrow(/roll|abort/i);
    expect(await ids(database)).toEqual([]);
  });

  test("errors carry PostgreSQL's code", async () => {
    const database = await open();
    await insert(database.sql, 1);
    const failure = await insert(database.sql, 1).catch((error: unknown) => error);
    expect(sqlState(failure)).toBe("23505");
    expect(failure).toMatchObject({ constraint: "items_pkey", table: "items" });
  });

  test("a statement that goes around the open transaction throws at once, also from a library or deep down", async () => {
    const database = await open();
    const around = [
      () => insert(database.sql, 1),
      () => database.transaction((tx) => insert(tx, 1)),
      () => sqlExecutor(database.sql).executeSql("insert into items values (1)"),
      () => database.sql.connection().execute((connection) => insert(connection, 1)),
      async () => {
        await later(1);
        await insert(database.sql, 1);
      },
    ];
    for (const statement of around) {
      const failure = database.transaction(async (tx) => {
        await insert(tx, 2);
        await statement();
      });
      await expect(failure).rejects.toBeInstanceOf(OutsideTransaction);
    }
    expect(await ids(database)).toEqual([]);
  });

  test("what a transaction left running may use the database once it has ended", async () => {
    const database = await open();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let left: Promise<unknown> | undefined;
    await database.transaction(async (tx) => {
      await insert(tx, 1);
      left = ended.then(() => insert(database.sql, 2));
    });
    end();
    await left;
    expect(await ids(database)).toEqual([1, 2]);
  });

  test("a transaction takes no statement after its end", async () => {
    const database = await open();
    let kept: Sql | undefined;
    await database.transaction(async (tx) => {
      kept = tx;
      await insert(tx, 1);
    });
    if (!kept) throw new Error("the transaction did not run");
    await expect(insert(kept, 2)).rejects.toThrow(/ended|committed/);
    expect(await ids(database)).toEqual([1]);
  });

  test("one that does nothing is rolled back, and others go on", async () => {
    const database = await open({ idleTransactionMs: 20, poolSize: 1 });
    const { promise: othersDone, resolve } = Promise.withResolvers<void>();
    const idle = database.transaction(async (tx) => {
      await insert(tx, 1);
      await othersDone;
      await insert(tx, 2);
    });
    // Waits for the only connection there is.
    await insert(database.sql, 3);
    resolve();
    await expect(idle).rejects.toBeInstanceOf(TransactionEnded);
    expect(await ids(database)).toEqual([3]);
  });

  test("statements of others wait for it and see it whole, in the order in which they came", async () => {
    const database = await open();
    const seen: string[] = [];
    await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map((turn) =>
        database.transaction(async (tx) => {
          seen.push(`${turn} begins`);
          await insert(tx, turn);
          await insert(tx, -turn);
          seen.push(`${turn} ends`);
        }),
      ),
    );
    expect(await ids(database)).toHaveLength(16);
    // A server runs them side by side.
    if (engine === "embedded")
      expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8].flatMap((turn) => [`${turn} begins`, `${turn} ends`]));
  });

  test("reads of one snapshot, and none may write", async () => {
    const database = await open();
    const isolation = "repeatable read" as const;
    const failure = database.transaction((tx) => insert(tx, 1), { isolation, readOnly: true });
    await expect(failure.catch(sqlState)).resolves.toBe("25006");
    const level = await database.transaction(
      async (tx) =>
        (await sql<{ level: string }>`select current_setting('transaction_isolation') as level`.execute(tx))
          .rows[0]?.level,
      { isolation },
    );
    expect(level).toBe(isolation);
  });

  test("work that lost a conflict is run again only as often as it allows", async () => {
    const database = await open();
    const run = async (attempts: number) => {
      let runs = 0;
      const result = await database
        .transaction(
          async (tx) => {
            runs += 1;
            if (runs < 3)
              await sql`do $$ begin raise exception 'lost' using errcode = 'serialization_failure'; end $$`.execute(
                tx,
              );
            await insert(tx, attempts);
          },
          { attempts },
        )
        .then(() => "done", sqlState);
      return [runs, result];
    };
    expect(await run(1)).toEqual([1, "40001"]);
    expect(await run(2)).toEqual([2, "40001"]);
    expect(await run(3)).toEqual([3, "done"]);
    expect(await ids(database)).toEqual([3]);
  });

  test("a value that is refused leaves a transaction usable", async () => {
    const database = await open();
    await database.transaction(async (tx) => {
      await expect(sql`select ${"\0"}::text`.execute(tx)).rejects.toBeInstanceOf(UnstorableValue);
      await insert(tx, 1);
    });
    expect(await ids(database)).toEqual([1]);
  });

  test("a library runs scripts, statements, and parts of our transaction", async () => {
    const database = await open();
    const script = await sqlExecutor(database.sql).executeSql(
      "begin; insert into items values (1); insert into items values (2) returning id; commit",
    );
    expect(script.rows).toEqual([{ id: 2 }]);
    const found = await sqlExecutor(database.sql).executeSql(
      "select id from items where id = any($1::int[])",
      [[1, 7]],
    );
    expect(found.rows).toEqual([{ id: 1 }]);
    const failure = database.transaction(async (tx) => {
      await sqlExecutor(tx).executeSql("insert into items values ($1)", [3]);
      throw new Error("no");
    });
    await expect(failure).rejects.toThrow("no");
    expect(await ids(database)).toEqual([1, 2]);
  });

  test("a script that fails in its own transaction leaves none open", async () => {
    const database = await open({ poolSize: 1 });
    const script = sqlExecutor(database.sql).executeSql(
      "begin; insert into items values (1); select 1/0; commit",
    );
    await expect(script.catch(sqlState)).resolves.toBe("22012");
    expect(await ids(database)).toEqual([]);
  });

  test("rows that were changed are counted", async () => {
    const database = await open();
    const { numAffectedRows } = await database.sql.executeQuery(
      CompiledQuery.raw("insert into items select generate_series(1, $1::int)", [7]),
    );
    expect(numAffectedRows).toBe(7n);
  });

  test("closing lets what is under way and what waits end first", async () => {
    const database = await open({ poolSize: 1 });
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: go, resolve } = Promise.withResolvers<void>();
    const transaction = database.transaction(async (tx) => {
      await insert(tx, 1);
      begin();
      await go;
      await insert(tx, 2);
    });
    await begun;
    const waiting = ids(database);
    const closed = database.close();
    resolve();
    await transaction;
    expect(await waiting).toEqual([1, 2]);
    await closed;
    await expect(ids(database)).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});
