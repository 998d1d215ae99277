import { expect, onTestFinished, test } from "vitest";
import { done } from "../../src/engine/kind.ts";
import { assertConsistent } from "./consistent.ts";
import { describeServer, openMigrated } from "./databases.ts";
import { createWorld, numbers, until } from "./world.ts";

describeServer("an outage of the database", (server, place) => {
  test("twice under load: the batch completes, and its numbers agree", { timeout: 120_000 }, async () => {
    const { database, cluster } = await setup();
    let key = 0;
    const { engine, begin, reached, log } = createWorld(
      database,
      async (input, { once }) => {
        await new Promise(setImmediate);
        return Number(input) % 10 === 0 ? once(`outage ${key++ % 50}`, async () => done(input)) : done(input);
      },
      { slots: 4 },
    );
    const id = await begin(numbers(6_000), { chunkSize: 100 });
    await engine.run();
    for (const some of [500, 2_000]) {
      await until(async () => expect((await engine.read(id))?.succeeded).toBeGreaterThan(some));
      await cluster.crash();
      await cluster.start();
    }
    expect(await reached(id, "completed")).toMatchObject({ succeeded: 6_000, failed: 0, chunksFailed: 0 });
    await assertConsistent(database, id);
    expect(log.filter(({ msg }) => msg === "a slice broke down")).toEqual([]);
  });

  test("stop ends within its time of grace while the database is away", async () => {
    const { database, cluster } = await setup();
    const { engine, begin, calls } = createWorld(database, async (input) => {
      await new Promise(setImmediate);
      return done(input);
    });
    const id = await begin(numbers(20_000), { chunkSize: 100 });
    await engine.run();
    await until(async () => expect((await engine.read(id))?.succeeded).toBeGreaterThan(100));
    await cluster.crash();
    await engine.stop(50);
    expect(calls.length).toBeLessThan(20_000);
    await cluster.start();
    await until(async () => expect(await engine.read(id)).toMatchObject({ state: "processing" }));
    await assertConsistent(database, id);
  });

  async function setup() {
    const database = await openMigrated(await place());
    onTestFinished(() => database.close());
    return { database, cluster: server() };
  }
});
