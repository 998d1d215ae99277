import { expect, test } from "vitest";
import { done, hold, type Json } from "../../src/engine/kind.ts";
import { createTellOfStops } from "../../src/features/analysis/tell-of-stops.ts";
import { describeEngine } from "../engine/databases.ts";
import { createWorld, givenBack, numbers, until } from "../engine/world.ts";
import { receiverUnderTest } from "../webhooks/receiver.ts";
import { webhooksUnderTest } from "../webhooks/world.ts";

const optionsWith = (webhookUrl: string | null): Json => ({
  ...{ fileName: null, chunkSize: 10, columns: null, urlColumn: 0, duplicates: 0, model: null, cache: "use" },
  ...{ requestedAt: "2025-11-02T10:30:00.000Z", webhookUrl },
});

describeEngine("webhooks of batches", (database) => {
  test("say what became of a batch, in the words of its answers and each change once", async () => {
    const { webhooks } = webhooksUnderTest(database());
    await webhooks.start();
    const receiver = await receiverUnderTest();
    const url = `${receiver.url}?key=secret`;
    let trouble: "model" | "budget" | null = "model";
    const { engine, write, reached } = createWorld(
      database(),
      (input) => {
        if (trouble === null) return done(input);
        return hold(`No ${trouble}.`, trouble === "budget" ? trouble : undefined);
      },
      { kind: "analysis", slots: 4, onStopped: createTellOfStops({ webhooks, basePath: "/fovea" }) },
    );
    const options = optionsWith(url);
    const id = await write(numbers(60), { options, owner: "alice", name: "Läden" });
    const silent = await write([1], { options: optionsWith(null) });
    const start = () => engine.start(id, { maxActive: 10 });
    await start();
    await engine.pause(id);
    await engine.run();
    await engine.resume(id);
    await reached(id, "paused");
    await givenBack(database(), id);
    trouble = "budget";
    await engine.resume(id);
    await until(async () => expect((await engine.read(id))?.reason).toBe("No budget."));
    await givenBack(database(), id);
    trouble = null;
    await engine.resume(id);
    const { completedAt } = await reached(id, "completed");
    await engine.start(silent, { maxActive: 10 });
    await reached(silent, "completed");

    await receiver.receivedAtLeast(4);
    const deliveries = await webhooks.list({ topic: `batch/${id}` }, { limit: 100 });
    expect(deliveries.map(({ event, owner, url: shown }) => ({ event, owner, shown }))).toEqual(
      ["completed", "paused", "paused", "paused"].map((state) => ({
        ...{ event: `batch.${state}`, owner: "alice", shown: `${receiver.url}?…` },
      })),
    );
    expect(await webhooks.list({ topic: `batch/${silent}` }, { limit: 1 })).toEqual([]);

    const bodies = new Map(receiver.received.map(({ headers, body }) => [headers["webhook-id"], body]));
    const told = deliveries.map(({ id: webhookId }) => JSON.parse(bodies.get(webhookId) ?? "null"));
    const [completed, ...pauses] = told;
    const data = { batch_id: id, batch_name: "Läden", total_urls: 60, failed_count: 0 };
    const progress = { progress_url: `/fovea/api/v1/batches/${id}/progress` };
    expect(completed).toEqual({
      type: "batch.completed",
      timestamp: completedAt?.toISOString(),
      data: { ...data, ...progress, status: "completed", processed_count: 60, successful_count: 60 },
    });
    expect(pauses.reverse()).toEqual(
      [
        { reason: "requested", error_message: null },
        { reason: "model", error_message: "No model." },
        { reason: "budget", error_message: "No budget." },
      ].map((why) => ({
        type: "batch.paused",
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        data: { ...data, ...progress, ...why, status: "paused", processed_count: 0, successful_count: 0 },
      })),
    );
  });

  test("of other kinds there are none, whatever their options are", async () => {
    const { webhooks } = webhooksUnderTest(database());
    const { begin, engine } = createWorld(database(), undefined, {
      onStopped: createTellOfStops({ webhooks, basePath: "" }),
    });
    const id = await begin([1], { options: { webhookUrl: "http://127.0.0.1/" } });
    await engine.pause(id);
    expect(await webhooks.list({ topic: `batch/${id}` }, { limit: 1 })).toEqual([]);
  });
});
