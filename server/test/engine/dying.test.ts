import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { markExpired } from "../../src/engine/expire.ts";
import { done, type Json, type OnceOptions, type Work } from "../../src/engine/kind.ts";
import { removeHidden } from "../../src/engine/remove.ts";
import { createSharedWork } from "../../src/engine/shared-work.ts";
import { describeDatabase, type Place } from "../databases.ts";
import { leaveToSoak } from "../needs.ts";
import { rowsLeft } from "./consistent.ts";
import { openMigrated } from "./databases.ts";
import type { DyingOrders } from "./dying-process.ts";
import { createWorld, echo, numbers, until } from "./world.ts";

leaveToSoak("items at which processes die", () => {
  const script = fileURLToPath(new URL("dying-process.ts", import.meta.url));

  describeDatabase("a process that is killed in the middle", (underTest) => {
    test("of work that makes an old value anew leaves the value, and the work to others", async () => {
      const place = await underTest.place();
      const key = randomUUID();
      const before = await opened(place);
      await before.once(key, async () => done("old"));
      await before.close();
      await dies({ place, during: "redo", key, leaseMs: 300 });

      const { database, once } = await opened(place);
      const { rows } = await sql`
      select value, lease_token is null as free from shared_work where key = ${key}
    `.execute(database.sql);
      // A crash of the database may take the lease along; embedded, this was one.
      expect(rows).toEqual([
        { value: "old", free: underTest.engine === "embedded" ? expect.any(Boolean) : false },
      ]);
      expect(await once(key, () => Promise.reject(new Error("not again")))).toEqual(done("old"));
      const again = async (previous: Json) => done([previous, "new"]);
      const freshSince = new Date();
      // There, the next start is what ends leases, however long they are; elsewhere each ends by itself.
      if (underTest.engine === "embedded") {
        await sql`
        update shared_work set lease_token = gen_random_uuid(), leased_until = now() + interval '1 hour'
        where key = ${key}
      `.execute(database.sql);
        expect(await once(key, again, { freshSince })).toMatchObject({ status: "later" });
        await createWorld(database).engine.run();
      }
      await until(async () => expect(await once(key, again, { freshSince })).toEqual(done(["old", "new"])));
    });

    test("of the end of a batch leaves nothing that anyone sees or that works, and takes no room", async () => {
      const place = await underTest.place();
      const { close } = await opened(place);
      await close();
      const id = randomUUID();
      await dies({ place, during: "finish", id });

      const { database } = await opened(place);
      const { engine } = createWorld(database, echo, { kind: "dying" });
      expect(await engine.read(id)).toBeNull();
      expect(await engine.count({ kind: "dying", includeDeleted: true })).toBe(0);
      expect(await rowsLeft(database, id)).toMatchObject({ batches: 1, chunks: 2 });
      const writer = await engine.write({
        ...{
          id: randomUUID(),
          kind: "dying",
          owner: "tester",
          name: "next",
          options: {},
          priority: 0,
          chunkSize: 4,
        },
      });
      expect((await writer.finish({ start: { maxActive: 1 } })).refusal).toBeNull();
      await sql`update batches set touched_at = now() - interval '61 minutes' where id = ${id}`.execute(
        database.sql,
      );
      await markExpired(database);
      await removeHidden(database);
      expect(await rowsLeft(database, id)).toMatchObject({ batches: 0, chunks: 0 });
    });

    test("of telling that a batch has ended, and the next one right after: it was told once", async () => {
      const place = await underTest.place();
      const id = randomUUID();
      const { database: before, close } = await opened(place);
      await sql`create table told (batch_id uuid, state text, processed integer)`.execute(before.sql);
      await createWorld(before, echo, { kind: "dying", slots: 0 }).begin(numbers(20), { id });
      await close();
      await dies({ place, during: "telling", id });
      // It completes the batch, or it would not die.
      await dies({ place, during: "told", id });

      const { database } = await opened(place);
      const { engine } = createWorld(database, echo, { kind: "dying" });
      expect(await engine.read(id)).toMatchObject({ state: "completed", succeeded: 20 });
      const { rows } = await sql`select * from told`.execute(database.sql);
      expect(rows).toEqual([{ batch_id: id, state: "completed", processed: 20 }]);
    });

    const dies = async (orders: DyingOrders) => {
      const { ended } = startProcess(process.execPath, [
        ...["--disable-warning=ExperimentalWarning", script, JSON.stringify(orders)],
      ]);
      expect(await ended).toMatchObject({ signal: "SIGKILL", output: "" });
    };

    /** Embedded, the next process can open the place only after this one closed it. */
    async function opened(place: Place) {
      const database = await openMigrated(place);
      onTestFinished(() => database.close());
      const work = createSharedWork({ database: database.sql, leaseMs: 60_000 });
      onTestFinished(() => work.close());
      return {
        database,
        once: (key: string, run: Work, options?: OnceOptions) =>
          work.once(key, run, new AbortController().signal, options),
        close: () => database.close(),
      };
    }
  });
});
