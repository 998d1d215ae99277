import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { done, failed, hold } from "../../src/engine/kind.ts";
import type { OnStopped } from "../../src/engine/stops.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, givenBack, numbers, roomy, until, type World } from "./world.ts";

/** In the transaction of the stop: what is rolled back is not in it. */
const writeDown: OnStopped = async (tx, { batch, code }) => {
  await sql`
    insert into told (batch_id, state, reason, code, processed)
    values (${batch.id}, ${batch.state}, ${batch.reason}, ${code}, ${batch.succeeded + batch.failed})
  `.execute(tx);
};

interface Told {
  readonly state: string;
  readonly reason: string | null;
  readonly code: string | null;
  readonly processed: number;
}

const ended = (state: string, processed: number) => ({ state, reason: null, code: null, processed });

describeEngine("who is told when a batch stops", (database) => {
  beforeAll(() =>
    sql`
      create table told (number serial, batch_id uuid, state text, reason text, code text, processed integer)
    `.execute(database().sql),
  );
  const told = async (id: string): Promise<readonly Told[]> => {
    const { rows } = await sql<Told>`
      select state, reason, code, processed from told where batch_id = ${id} order by number
    `.execute(database().sql);
    return rows;
  };

  test("hears once of its end, of a retry's too, and of nothing else", async () => {
    let mended = false;
    const { engine, begin, reached } = createWorld(
      database(),
      (input) => (input === 5 && !mended ? failed("broken", "Broken.") : done(input)),
      { slots: 4, onStopped: writeDown },
    );
    const id = await begin(numbers(200));
    await engine.run();
    await reached(id, "completed");
    expect(await told(id)).toEqual([ended("completed", 200)]);

    mended = true;
    await engine.retry(id, roomy);
    await reached(id, "completed");
    // Nothing is left to do in it: it was complete and stays so.
    await engine.forceStart(id, { ...roomy, skipValidation: true });
    expect(await told(id)).toEqual([ended("completed", 200), ended("completed", 200)]);
    await engine.reset(id, { force: true });
    await engine.start(id, roomy);
    await reached(id, "completed");
    expect(await told(id)).toHaveLength(3);
    await assertConsistent(database(), id);
  });

  test("hears of a pause by a person, and of the end that the items under way bring meanwhile", async () => {
    const gate = createGate();
    const { engine, begin, reached } = createWorld(
      database(),
      async (input) => {
        await gate.pass();
        return done(input);
      },
      { onStopped: writeDown },
    );
    const id = await begin(numbers(4));
    await engine.run();
    await atGate(gate, 4);
    await engine.pause(id);
    expect(await told(id)).toEqual([ended("paused", 0)]);
    gate.open();
    await reached(id, "completed");
    expect(await told(id)).toEqual([ended("paused", 0), ended("completed", 4)]);
  });

  test("hears once of a batch that several slots hold, with the reason and its code", async () => {
    let ready = false;
    const { engine, begin, reached } = createWorld(
      database(),
      (input) => (ready ? done(input) : hold("It has cost too much.", "budget")),
      { slots: 4, onStopped: writeDown },
    );
    const id = await begin(numbers(100));
    await engine.run();
    await reached(id, "paused");
    await givenBack(database(), id);
    const held = { state: "paused", reason: "It has cost too much.", code: "budget", processed: 0 };
    expect(await told(id)).toEqual([held]);
    // A second time it is news again.
    await engine.resume(id);
    await until(async () => expect(await told(id)).toEqual([held, held]));
    await givenBack(database(), id);
    ready = true;
    await engine.resume(id);
    await reached(id, "completed");
    expect(await told(id)).toEqual([held, held, ended("completed", 100)]);
  });

  test("hears of a batch whose chunks all broke down", async () => {
    const { engine, begin, reached } = createWorld(database(), undefined, { onStopped: writeDown });
    const id = await begin(numbers(30));
    await sql`update chunks set breakdowns = 2 where batch_id = ${id}`.execute(database().sql);
    const broken = sql.id(`broken_${id.replaceAll("-", "_")}`);
    await sql`alter table results add constraint ${broken} check (batch_id <> ${sql.lit(id)})`.execute(
      database().sql,
    );
    await engine.run();
    await reached(id, "failed");
    await sql`alter table results drop constraint ${broken}`.execute(database().sql);
    expect(await told(id)).toEqual([ended("failed", 0)]);
  });

  test("hears of a batch that has nothing to do, started with its creation or later", async () => {
    const { engine, kind, begin } = createWorld(database(), undefined, { onStopped: writeDown });
    expect(await told(await begin([]))).toEqual([ended("completed", 0)]);
    const batch = { kind, owner: "tester", name: "empty", options: {}, priority: 0, chunkSize: 10 };
    const id = randomUUID();
    await (await engine.write({ ...batch, id })).finish({ start: roomy });
    expect(await told(id)).toEqual([ended("completed", 0)]);
  });

  describe("a batch that is ended by a person", () => {
    test.each<[string, ({ engine }: World, id: string) => Promise<unknown>]>([
      ["cancel", ({ engine }, id) => engine.cancel(id)],
      ["soft-delete", ({ engine }, id) => engine.softDelete(id, 1)],
      ["remove", ({ engine }, id) => engine.remove(id, { force: true })],
    ])("tells nothing: %s", async (_how, end) => {
      const gate = createGate();
      const world = createWorld(database(), () => gate.pass().then(() => done(1)), { onStopped: writeDown });
      const id = await world.begin(numbers(8));
      await world.engine.run();
      await atGate(gate, 4);
      await end(world, id);
      gate.open();
      await world.engine.stop(10_000);
      expect(await told(id)).toEqual([]);
    });

    test("and completes when it is started again, tells that", async () => {
      const gate = createGate();
      const { engine, begin } = createWorld(database(), () => gate.pass().then(() => done(1)), {
        onStopped: writeDown,
      });
      const id = await begin(numbers(4));
      await engine.run();
      await atGate(gate, 4);
      await engine.cancel(id);
      gate.open();
      await until(async () => expect(await engine.read(id)).toMatchObject({ succeeded: 4 }));
      expect(await told(id)).toEqual([]);
      expect(await engine.forceStart(id, { ...roomy, skipValidation: false })).toMatchObject({
        state: "completed",
      });
      expect(await told(id)).toEqual([ended("completed", 4)]);
    });
  });

  test("and fails, leaves the batch as it was: a pause did not happen, an end happens later", async () => {
    let failing = true;
    const { engine, begin, reached, log } = createWorld(database(), undefined, {
      async onStopped(tx, stop) {
        await writeDown(tx, stop);
        if (failing) throw new Error("the books are closed");
      },
    });
    const id = await begin(numbers(25));
    await expect(engine.pause(id)).rejects.toThrow("the books are closed");
    expect(await engine.read(id)).toMatchObject({ state: "queued", pausedAt: null });

    await engine.run();
    await until(() => expect(log.some(({ msg }) => msg === "a slice broke down")).toBe(true));
    expect((await engine.read(id))?.state).not.toBe("completed");
    expect(await told(id)).toEqual([]);
    failing = false;
    const { state, succeeded } = await reached(id, "completed", "failed");
    expect(await told(id)).toEqual([ended(state, succeeded)]);
    await assertConsistent(database(), id);
  });
});
