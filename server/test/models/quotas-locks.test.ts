import { sql } from "kysely";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { createQuotaStore } from "../../src/models/quotas/store.ts";
import { describeServer, openMigrated } from "../engine/databases.ts";

describeServer("rows of quotas", (_server, placeOf) => {
  test("are locked in one order, so that no two processes wait for each other in a circle", async () => {
    const place = await placeOf();
    const database = await openMigrated(place);
    onTestFinished(() => database.close());
    const other = new Client({ connectionString: place.url });
    await other.connect();
    onTestFinished(() => other.end());
    const store = createQuotaStore({
      ...{ database: database.sql, scope: "scope", keyScope: "scope" },
      time: () => sql`clock_timestamp()`,
    });
    const names = ["a", "b", "c"];
    await store.register(names, []);
    await other.query("begin");
    await other.query("select from model_quotas where name = 'a' for update");
    const writing = store.succeed(names.toReversed().map((group) => ({ group, tokensMs: 0 })));
    await someoneWaits(other);
    // As a lease does next: whoever waits for the first row must hold none behind it.
    const free = await other.query("select name from model_quotas order by name for update skip locked");
    expect(free.rows).toEqual(names.map((name) => ({ name })));
    await other.query("commit");
    await writing;
  });
});

async function someoneWaits(client: Client): Promise<void> {
  for (let waiting = 0; waiting === 0; ) {
    const { rows } = await client.query("select from pg_locks where not granted");
    waiting = rows.length;
  }
}
