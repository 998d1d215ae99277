import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { done, failed } from "../../src/engine/kind.ts";
import type { BatchState } from "../../src/engine/states.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { assertConsistent, rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { expected, type Operation } from "./transition-table.ts";
import { atGate, createGate, createWorld, roomy, until, type World } from "./world.ts";

const operations: Record<Operation, (world: World, id: string) => Promise<unknown>> = {
  start: ({ engine }, id) => engine.start(id, { maxActive: 100 }),
  pause: ({ engine }, id) => engine.pause(id),
  resume: ({ engine }, id) => engine.resume(id),
  cancel: ({ engine }, id) => engine.cancel(id),
  "force-start": ({ engine }, id) => engine.forceStart(id, { maxActive: 100, skipValidation: false }),
  "force-start without validation": ({ engine }, id) =>
    engine.forceStart(id, { maxActive: 0, skipValidation: true }),
  reset: ({ engine }, id) => engine.reset(id, { force: false }),
  "reset with force": ({ engine }, id) => engine.reset(id, { force: true }),
  retry: ({ engine }, id) => engine.retry(id, roomy),
  "soft-delete": ({ engine }, id) => engine.softDelete(id, 30),
  remove: ({ engine }, id) => engine.remove(id, { force: false }),
  "remove with force": ({ engine }, id) => engine.remove(id, { force: true }),
};

const states = Object.keys(expected.start) as BatchState[];

/**
 * Six items in three chunks, worked on one after the other. Item 0 fails; where work was done and is not over, chunk 0
 * is complete and item 2 is the one that was under way last.
 */
async function batchIn(state: BatchState, database: Database) {
  const gate = createGate();
  const world = createWorld(
    database,
    async (_input, { position }) => {
      if (position === 2) await gate.pass();
      return position === 0 ? failed("tenth", "It is the first.") : done(position);
    },
    { slots: 1, concurrency: 1, timing: { flushRows: 1 } },
  );
  const { engine, reached } = world;
  const id = await world.write([0, 1, 2, 3, 4, 5], { chunkSize: 2 });
  const start = () => engine.start(id, { maxActive: 100 });
  const run = async () => {
    await start();
    await engine.run();
  };
  const work = async () => {
    await run();
    await atGate(gate);
    await until(async () => expect(await engine.read(id)).toMatchObject({ succeeded: 1, failed: 1 }));
  };
  const pause = async () => {
    await work();
    await engine.pause(id);
    gate.open();
    await until(async () => expect(await engine.read(id)).toMatchObject({ succeeded: 2, failed: 1 }));
    await engine.stop(10_000);
  };
  const steps: Record<BatchState, () => Promise<unknown>> = {
    pending: async () => {},
    queued: () => pause().then(() => engine.resume(id)),
    processing: work,
    paused: pause,
    completed: async () => {
      gate.open();
      await run();
      await reached(id, "completed");
      await engine.stop(0);
    },
    failed: async () => {
      gate.open();
      const repair = await refuseResults(database, id);
      await run();
      await reached(id, "failed");
      await engine.stop(0);
      await repair();
    },
    cancelled: () => pause().then(() => engine.cancel(id)),
  };
  await steps[state]();
  expect((await engine.read(id))?.state).toBe(state);
  await assertConsistent(database, id);
  return { ...world, id, gate };
}

/** No result but that of item 0 can be stored, so no chunk can be completed: what a broken table would do. */
async function refuseResults(database: Database, id: string): Promise<() => Promise<unknown>> {
  const name = sql.id(`only_first_${id.replaceAll("-", "_")}`);
  await sql`
    alter table results add constraint ${name} check (batch_id <> ${sql.lit(id)} or position = 0)
  `.execute(database.sql);
  return () => sql`alter table results drop constraint ${name}`.execute(database.sql);
}

const refusal = (operation: Operation, state: BatchState) => ({
  reason: "wrong_state",
  operation: operation.replace(/ with.*/, ""),
  state,
});

async function snapshot(database: Database, id: string) {
  const { rows } = await sql`
    select to_jsonb(batch) as batch,
      (select jsonb_agg(to_jsonb(c) - 'leased_until' order by number) from chunks as c where batch_id = ${id}) as chunks,
      (select jsonb_agg(r order by position) from results as r where batch_id = ${id}) as results,
      (select jsonb_agg(a order by position, number) from attempts as a where batch_id = ${id}) as attempts
    from batches as batch where id = ${id}
  `.execute(database.sql);
  return rows[0];
}

describeEngine(
  "every operation in every state",
  (database) => {
    for (const operation of Object.keys(expected) as Operation[]) {
      describe(operation, () => {
        test.each(states.filter((state) => expected[operation][state] === null))(
          "is refused for %s and changes nothing",
          async (state) => {
            const world = await batchIn(state, database());
            const before = await snapshot(database(), world.id);
            await expect(operations[operation](world, world.id)).rejects.toMatchObject({
              refusal: refusal(operation, state),
            });
            expect(await snapshot(database(), world.id)).toEqual(before);
            world.gate.open();
          },
        );

        test.each(
          states
            .filter((state) => expected[operation][state] !== null)
            .map((state) => [state, expected[operation][state]]),
        )("takes %s to %s, and all numbers agree", async (from, to) => {
          const world = await batchIn(from as BatchState, database());
          const before = await world.engine.read(world.id);
          await operations[operation](world, world.id);
          if (to === "gone") {
            expect(await world.engine.read(world.id)).toBeNull();
            world.gate.open();
            if (from === "processing") await world.engine.run();
            await until(async () =>
              expect(await rowsLeft(database(), world.id)).toMatchObject(
                from === "processing" ? { batches: 0, chunks: 0, results: 0 } : { batches: 1 },
              ),
            );
            return;
          }
          const { succeeded = -1, failed: failures = -1 } = before ?? {};
          expect(await world.engine.read(world.id)).toMatchObject({
            state: to,
            succeeded: operation.startsWith("reset") ? 0 : succeeded,
            failed: operation.startsWith("reset") || operation === "retry" ? 0 : failures,
          });
          await assertConsistent(database(), world.id);
          world.gate.open();
          await world.engine.stop(10_000);
          await assertConsistent(database(), world.id);
        });
      });
    }
  },
  { ordinarily: "postgresql" },
);
