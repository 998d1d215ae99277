import { expect, test } from "vitest";
import { done, failed, hold, type Outcome } from "../../src/engine/kind.ts";
import { describeEngine } from "./databases.ts";
import { createWorld, numbers } from "./world.ts";

describeEngine("changes of a batch", (database) => {
  /** What was told, as `<batch> <change>`, of batches that are named by their order. */
  function setup(handle?: () => Promise<Outcome>) {
    const told: string[] = [];
    const names = new Map<string, number>();
    const world = createWorld(database(), handle, {
      onChanged(id, change) {
        const name = names.get(id) ?? names.set(id, names.size + 1).size;
        told.push(`${name} ${change.as}${change.as === "removed" ? ` of ${change.owner}` : ""}`);
      },
    });
    return { ...world, told };
  }

  test("are told once each, whoever made them", async () => {
    let outcome = Promise.resolve(failed("broken", "It is broken."));
    const { engine, write, reached, told } = setup(() => outcome);
    const maxActive = 1_000;
    const id = await write(numbers(25));
    await engine.start(id, { maxActive });
    await engine.pause(id);
    await engine.resume(id);
    await engine.reset(id, { force: true });
    await engine.run();
    await engine.start(id, { maxActive });
    await reached(id, "completed");
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    outcome = promise;
    await engine.retry(id, { maxActive });
    // Workers begin with what is opened first, before the last of it is opened.
    resolve(hold("The model is away."));
    await reached(id, "paused");
    await engine.cancel(id);
    outcome = Promise.resolve(done(1));
    await engine.forceStart(id, { maxActive, skipValidation: false });
    await reached(id, "completed");
    await engine.softDelete(id, 1);
    await engine.remove(id, { force: false });
    await engine.stop(10_000);
    expect(told).toEqual(
      [
        ...["created", "started", "paused", "resumed", "reset", "started", "completed", "retried", "paused"],
        ...["cancelled", "started", "completed", "deleted", "removed of tester"],
      ].map((change) => `1 ${change}`),
    );
  });

  test("tell of a batch without items that it is complete as soon as it is started, and of a clone what it is", async () => {
    const { engine, kind, write, told } = setup();
    const id = await write([]);
    const batch = await engine.start(id, { maxActive: 1_000 });
    expect(batch.state).toBe("completed");
    const clone = { id: crypto.randomUUID(), name: "again", owner: "tester", options: {}, copyResults: true };
    await engine.clone(id, clone);
    await engine.cleanUp(kind, { idleMs: 0, cancel: true, dryRun: true, reason: "idle" });
    expect(told).not.toContain("2 cancelled");
    await engine.cleanUp(kind, { idleMs: 0, cancel: true, dryRun: false, reason: "idle" });
    expect(told).toEqual(["1 created", "1 started", "1 completed", "2 created", "2 cancelled"]);
  });
});
