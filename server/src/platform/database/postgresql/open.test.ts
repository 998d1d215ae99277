import { once } from "node:events";
import { sql } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../../../../test/free-port.ts";
import { describeWith } from "../../../../test/needs.ts";
import { type Cluster, startPostgresql } from "../../../../test/postgresql.ts";
import { temporaryFolder } from "../../../../test/world.ts";
import { openDatabase } from "../database.ts";
import { DatabaseUnavailable } from "../errors.ts";

const secret = "do:not/repeat";

async function open(url: string) {
  return openDatabase({
    url,
    dataDir: await temporaryFolder(),
    poolSize: 5,
    migrations: undefined,
    log: { info() {}, warn() {} },
    onFault() {},
  });
}

/** All that is known of a failure to open, as a log would print it. */
async function refusal(url: string): Promise<string> {
  const error: unknown = await open(url).catch((error: unknown) => error);
  if (!(error instanceof Error)) throw new Error("it was opened");
  const details = (of: unknown): string =>
    of instanceof Error ? `${of.stack} ${JSON.stringify({ ...of })} ${details(of.cause)}` : String(of);
  expect(details(error)).not.toContain(secret);
  expect(details(error)).not.toContain(encodeURIComponent(secret));
  return error.message;
}

test("a server that is not there is told with its address", async () => {
  const port = await freePort();
  expect(await refusal(`postgres://me:${encodeURIComponent(secret)}@127.0.0.1:${port}/db`)).toBe(
    `PostgreSQL at 127.0.0.1:${port}/db (DATABASE_URL) cannot be used: connect ECONNREFUSED 127.0.0.1:${port}.`,
  );
});

test("an address that cannot be read is told without it", async () => {
  expect(await refusal(`postgres://me:${secret}%@host/db`)).toMatch(
    /^DATABASE_URL cannot be read as postgres:/,
  );
});

describeWith("postgresql", "a server", ({ path }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startPostgresql(path);
  });
  afterAll(() => cluster.stop());

  const world = async () => {
    const url = await cluster.createDatabase();
    const database = await open(url);
    return {
      url,
      database,
      async [Symbol.asyncDispose]() {
        await database.close();
      },
    };
  };

  test("that refuses us is told in its own words, without the password", async () => {
    const { port } = cluster;
    const credentials = `postgres:${encodeURIComponent(secret)}`;
    expect(await refusal(`postgres://${credentials}@127.0.0.1:${port}/missing`)).toBe(
      `PostgreSQL at 127.0.0.1:${port}/missing (DATABASE_URL) cannot be used: database "missing" does not exist (3D000).`,
    );
    expect(
      await refusal(`postgres://nobody:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`),
    ).toContain('role "nobody" does not exist (28000)');
  });

  test("with another encoding is refused", async () => {
    await using latin = await world();
    // The server is that of the second try too.
    await sql`drop database if exists latin`.execute(latin.database.sql);
    await sql`create database latin encoding 'LATIN1' template template0`.execute(latin.database.sql);
    expect(await refusal(`postgres://postgres@127.0.0.1:${cluster.port}/latin`)).toContain(
      "is encoded in LATIN1, and UTF8 is needed",
    );
  });

  test("names us in its list of connections, and ends statements that hang", async () => {
    await using running = await world();
    const { database } = running;
    const { rows } = await sql`
      select application_name as name, current_setting('statement_timeout') as timeout
      from pg_stat_activity where pid = pg_backend_pid()`.execute(database.sql);
    expect(rows).toEqual([{ name: "fovea", timeout: "1min" }]);
  });

  test("that crashes and comes back, under load, stops nothing for good", async () => {
    await using running = await world();
    const { database } = running;
    await sql`create table items (id int primary key)`.execute(database.sql);
    const heard = vi.fn();
    const connected = vi.fn();
    await database.listen("news", heard, connected);

    const acknowledged: number[] = [];
    const failures: unknown[] = [];
    let next = 0;
    let enough = false;
    const load = Promise.all(
      [1, 2, 3, 4, 5, 6].map(async () => {
        while (!enough) {
          next += 1;
          const id = next;
          await database
            .transaction((tx) => sql`insert into items values (${id})`.execute(tx))
            .then(
              () => acknowledged.push(id),
              (error: unknown) => failures.push(error),
            );
        }
      }),
    );
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(50), 20_000);
    await cluster.crash();
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(0), 20_000);
    await expect(database.check()).rejects.toBeInstanceOf(DatabaseUnavailable);
    await cluster.start();
    const before = acknowledged.length;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 50), 20_000);
    enough = true;
    await load;

    await database.check();
    for (const failure of failures) expect(failure).toBeInstanceOf(DatabaseUnavailable);
    const { rows } = await sql<{ id: number }>`select id from items`.execute(database.sql);
    const kept = new Set(rows.map(({ id }) => id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    // Listening goes on by itself, and says that there was a gap.
    await vi.waitFor(() => expect(connected).toHaveBeenCalledTimes(2), 20_000);
    await sql`notify news, 'after'`.execute(database.sql);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("after"), 20_000);
  });

  test("that ends one connection ends one transaction, and its loss harms nobody else", async () => {
    await using running = await world();
    const { database } = running;
    const terminated = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      const administrator = new Client({ connectionString: running.url });
      await administrator.connect();
      const lost = once(administrator, "end");
      await administrator.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
      await administrator.end();
      await lost;
      // While nothing is asked of it, the loss of a connection is an event that nobody must die of.
      await sql`select 1`.execute(tx);
    });
    await expect(terminated).rejects.toBeInstanceOf(DatabaseUnavailable);
    await sql`select 1`.execute(database.sql);
  });
});
