import { sql } from "kysely";
import { expect, test } from "vitest";
import { done, restUntil } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, until } from "./world.ts";

const hour = 3_600_000;

describeEngine("a handler that says that all of its batch waits", (database) => {
  const resting = (id: string) =>
    until(async () => {
      const { rows } = await sql`select from batches where id = ${id} and resting_until > now()`.execute(
        database().sql,
      );
      expect(rows).toHaveLength(1);
    });

  test("has no more items begun, of no chunk; what is under way is kept, and a resume ends the rest", async () => {
    const gate = createGate();
    let ready = false;
    const { engine, begin, reached, calls } = createWorld(
      database(),
      async (input) => {
        if (ready || input === "other") return done(input);
        if (input === 0) return restUntil(new Date(Date.now() + hour));
        await gate.pass();
        return done(input);
      },
      { concurrency: 2, slots: 1 },
    );
    const id = await begin(numbers(40));
    await engine.run();
    await atGate(gate);
    await resting(id);
    gate.open();
    await until(async () => expect(await engine.read(id)).toMatchObject({ succeeded: 1 }));
    // Others have the slot, one after the other; this one has no turn meanwhile.
    for (const _turn of numbers(3)) await reached(await begin(["other"]), "completed");
    expect(calls.filter(({ batchId }) => batchId === id).map(({ position }) => position)).toEqual([0, 1]);
    expect(await engine.attempts(id, 0)).toEqual([]);
    await assertConsistent(database(), id);

    ready = true;
    await engine.pause(id);
    await engine.resume(id);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 40 });
    expect(calls.filter(({ batchId, position }) => batchId === id && position === 0)).toMatchObject([
      { attempt: 1 },
      { attempt: 1 },
    ]);
  });

  test("goes on by itself when the time has come", async () => {
    let rests = 0;
    const { engine, begin, reached } = createWorld(database(), (input, { position }) => {
      if (position % 7 !== 3 || rests >= 5) return done(input);
      rests += 1;
      return restUntil(new Date(Date.now() + 20));
    });
    const id = await begin(numbers(50));
    await engine.run();
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 50, failed: 0 });
    expect(rests).toBe(5);
    await assertConsistent(database(), id);
  });
});
