import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { markExpired, type OnPurged, type Purged } from "../../src/engine/expire.ts";
import { rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, echo, until, type World } from "./world.ts";

describeEngine("batches whose time is over", (database) => {
  /** A batch that ended so long ago. */
  const ended = async ({ write, engine }: World, ago: string, name = "a batch") => {
    const id = await write([1], { name });
    await engine.cancel(id);
    await sql`
      update batches set created_at = now() - ${ago}::interval, completed_at = now() - ${ago}::interval where id = ${id}
    `.execute(database().sql);
    return id;
  };
  const week = ({ kind }: World) => ({ retentionDays: new Map([[kind, 7]]) });

  test("are those that ended longer ago than their kind is kept, and no others", async () => {
    const world = createWorld(database());
    const other = createWorld(database());
    const over = await ended(world, "7 days 1 minute");
    const young = await ended(world, "6 days 23 hours 59 minutes");
    const kept = await ended(other, "1000 days");
    const waiting = await world.write([1]);
    await sql`
      update batches set created_at = now() - interval '30 days', touched_at = now() - interval '30 days'
      where id = ${waiting}
    `.execute(database().sql);
    expect(await markExpired(database(), week(world))).toBe(1);
    expect(await world.engine.read(over)).toBeNull();
    const clone = await ended(world, "1 minute");
    await sql`update batches set completed_at = now() - interval '30 days' where id = ${clone}`.execute(
      database().sql,
    );
    expect(await markExpired(database(), week(world)), "it has ended when its source did, and is new").toBe(
      0,
    );
    for (const id of [young, kept, waiting]) expect(await world.engine.read(id)).not.toBeNull();
  });

  test("a soft-deleted one has its own time, and goes at whichever comes first", async () => {
    const world = createWorld(database());
    const ownFirst = await ended(world, "1 day", "own first");
    await world.engine.softDelete(ownFirst, 3);
    await sql`update batches set purge_after = now() - interval '1 minute' where id = ${ownFirst}`.execute(
      database().sql,
    );
    const keptFirst = await ended(world, "8 days", "retention first");
    await world.engine.softDelete(keptFirst, 3);
    const neither = await ended(world, "1 day");
    await world.engine.softDelete(neither, 3);
    const purged: Purged[] = [];
    await markExpired(database(), {
      ...week(world),
      onPurged: async (_tx, batch) => void purged.push(batch),
    });
    expect(purged).toEqual([
      { id: ownFirst, kind: world.kind, name: "own first", why: "soft_delete" },
      { id: keptFirst, kind: world.kind, name: "retention first", why: "retention" },
    ]);
    expect(await world.engine.read(neither)).not.toBeNull();
  });

  test("what is written about a purge and the purge itself happen together, or not at all", async () => {
    const world = createWorld(database());
    const id = await ended(world, "8 days");
    const note = randomUUID();
    const onPurged: OnPurged = async (tx) => {
      await sql`
        insert into shared_work (key, value, done_at) values (${note}, '1', now())
      `.execute(tx);
      throw new Error("the record could not be written");
    };
    await expect(markExpired(database(), { ...week(world), onPurged })).rejects.toThrow(
      "could not be written",
    );
    expect(await world.engine.read(id)).not.toBeNull();
    const { rows } = await sql`select 1 from shared_work where key = ${note}`.execute(database().sql);
    expect(rows).toEqual([]);
    expect(await markExpired(database(), week(world))).toBe(1);
  });

  test("are many: more than one statement takes", async () => {
    const world = createWorld(database());
    await sql`
      insert into batches (id, kind, owner, name, visibility, state, created_at, completed_at, touched_at)
      select gen_random_uuid(), ${world.kind}, 'tester', 'old', 'visible', 'cancelled', now() - interval '8 days', now() - interval '8 days', now()
      from generate_series(1, 250)
    `.execute(database().sql);
    expect(await markExpired(database(), week(world))).toBe(250);
    expect(await world.engine.count({ kind: world.kind, includeDeleted: true })).toBe(0);
  });

  test("are removed by the engine itself, which tells its owner and logs how many", async () => {
    const first = createWorld(database());
    const id = await ended(first, "8 days");
    const purged: Purged[] = [];
    const { engine, log } = createWorld(database(), echo, {
      kind: first.kind,
      retentionDays: 7,
      onPurged: async (_tx, batch) => void purged.push(batch),
    });
    await engine.run();
    await until(async () => expect((await rowsLeft(database(), id))["batches"]).toBe(0));
    expect(purged).toMatchObject([{ id, why: "retention" }]);
    expect(log).toContainEqual(expect.objectContaining({ msg: "batches whose time is over are removed" }));
  });

  test.each([0, null])("with a retention of %s are kept for good", async (retentionDays) => {
    const first = createWorld(database());
    const id = await ended(first, "10000 days");
    // Removed in the same round, after what is over was looked for.
    const removed = await first.write([1]);
    await first.engine.remove(removed, { force: true });
    await createWorld(database(), echo, { kind: first.kind, retentionDays }).engine.run();
    await until(async () => expect((await rowsLeft(database(), removed))["batches"]).toBe(0));
    expect(await first.engine.read(id)).not.toBeNull();
  });
});
