import { sql } from "kysely";
import { expect, test } from "vitest";
import { failed } from "../../src/engine/kind.ts";
import { finishResets, resetBatch, retryFailed } from "../../src/engine/redo.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { beforeTransactions, createWorld, numbers, roomy } from "./world.ts";

/** Goes on so often; then the process is gone. */
const dyingAfter = (count: number) => {
  let left = count;
  return async () => {
    left -= 1;
    if (left < 0) throw new Error("killed");
  };
};

describeEngine("a reset that is broken off", (database) => {
  const broken = async (transactions: number) => {
    const world = createWorld(database());
    const id = await world.begin(numbers(50));
    await world.engine.run();
    await world.reached(id, "completed");
    const dying = beforeTransactions(database(), dyingAfter(transactions));
    await expect(resetBatch(dying, id, { force: true })).rejects.toThrow("killed");
    return { ...world, id };
  };

  test.each([1, 3, 5])("after %d transactions lets nobody begin half of it", async (transactions) => {
    const { engine, id } = await broken(transactions);
    const refusal = { reason: "resetting" };
    await expect(engine.start(id, roomy)).rejects.toMatchObject({ refusal });
    await expect(engine.forceStart(id, { ...roomy, skipValidation: true })).rejects.toMatchObject({
      refusal,
    });
    await expect(engine.retry(id, roomy)).rejects.toMatchObject({ refusal });
    await expect(engine.cancel(id)).rejects.toMatchObject({ refusal });
    expect(await finishResets(database()), "somebody may still be at it").toBe(0);
    await sql`update batches set touched_at = now() - interval '2 minutes' where id = ${id}`.execute(
      database().sql,
    );
    expect(await finishResets(database())).toBe(1);
    expect(await engine.read(id)).toMatchObject({
      state: "pending",
      succeeded: 0,
      chunksCompleted: 0,
      resettingSince: null,
    });
    expect(await engine.results(id, {}, { limit: 100 })).toEqual([]);
    await assertConsistent(database(), id);
  });

  test("may be asked for again, and then everything is done again", async () => {
    const { engine, id, reached, calls } = await broken(3);
    await engine.reset(id, { force: false });
    await engine.start(id, roomy);
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 50 });
    expect(calls).toHaveLength(100);
    await assertConsistent(database(), id);
  });

  test("ends with the batch where that is deleted meanwhile", async () => {
    const { engine, id } = await broken(3);
    await engine.softDelete(id, 1);
    expect(await engine.read(id)).toMatchObject({ state: "cancelled", resettingSince: null });
    await assertConsistent(database(), id);
  });
});

describeEngine("a retry, between two chunks of which somebody", (database) => {
  /** Three chunks with failures; `meanwhile` happens before the second is opened. */
  const retrying = async (
    meanwhile: (engine: ReturnType<typeof createWorld>["engine"], id: string) => Promise<unknown>,
  ) => {
    const world = createWorld(database(), () => failed("always", "No."));
    const id = await world.begin(numbers(30));
    await world.engine.run();
    await world.reached(id, "completed");
    await world.engine.stop(10_000);
    let transactions = 0;
    const watched = beforeTransactions(database(), async () => {
      transactions += 1;
      if (transactions === 3) await meanwhile(world.engine, id);
    });
    const retried = await retryFailed(watched, id, roomy).then(
      ({ items }) => items,
      (error: Error) => error.message,
    );
    return { ...world, id, retried };
  };

  test("cancels the batch: it stays cancelled, and what was opened is told", async () => {
    const { engine, id, retried } = await retrying((its, batch) => its.cancel(batch));
    expect(retried).toBe(10);
    expect(await engine.read(id)).toMatchObject({ state: "cancelled", failed: 20 });
    await assertConsistent(database(), id);
  });

  test("deletes the batch softly: it stays deleted", async () => {
    const { engine, id, retried } = await retrying((its, batch) => its.softDelete(batch, 1));
    expect(retried).toBe(10);
    expect(await engine.read(id)).toMatchObject({ state: "cancelled", deletedAt: expect.any(Date) });
    await assertConsistent(database(), id);
  });

  test("removes the batch: nothing of it is opened any more", async () => {
    const { retried } = await retrying((its, batch) => its.remove(batch, { force: true }));
    expect(retried).toBe("batch: not_found");
  });
});
