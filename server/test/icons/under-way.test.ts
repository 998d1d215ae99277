import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { connectSocketIo } from "../../src/platform/events/sockets/testing/clients.ts";
import { createGate, until } from "../engine/world.ts";
import { follow } from "../events/follow.ts";
import { asking, drawingOpenai, drawn } from "./drawing-openai.ts";
import { shareDatabase } from "./service.ts";

const start = shareDatabase();
const categories = ["a mill", "a quay", "a kiln", "a pier", "a loom"];

/** An OpenAI that answers so many requests, and the others when it is let. */
async function patientOpenai(atOnce: number) {
  const openai = await drawingOpenai();
  const gate = createGate();
  openai.answer(async () => {
    if (openai.starts.length > atOnce) await gate.pass();
    return drawn(openai.picture);
  });
  return { openai, gate };
}

test("a batch tells how far it is, has no result before its end, and keeps what is there when it is cancelled", async () => {
  const { openai, gate } = await patientOpenai(2);
  const { client, as } = await start({ ...asking(openai), ICON_CONCURRENCY: "2" });
  const id = await client.begin({ categories });
  await until(() => expect(gate.arrived()).toBe(2));
  const now = await client.ended(id, { status: "running", progress: 40 });
  expect(now).toMatchObject({
    ...{ current_category: "a kiln", total_categories: 5, completed_categories: 2, successful: 2, failed: 0 },
    ...{ started_at: expect.any(String), completed_at: null },
  });
  expect(Date.parse(now.estimated_completion ?? "")).toBeGreaterThan(Date.parse(now.started_at ?? ""));
  expect(await client.stats()).toMatchObject({ active_batches: 1, total_active_jobs: 3, total_generated: 2 });
  expect(await client.batches()).toMatchObject([{ batch_id: id, status: "running", progress: 40 }]);
  for (const what of ["result", "download"]) {
    const early = await client.get(`/api/icons/batch/${id}/${what}`);
    expect([early.status, early.body]).toEqual([
      409,
      {
        ...{ message: "Batch not finished", error: "batch_not_finished" },
        metadata: { status: "running", progress: 40 },
      },
    ]);
  }
  const soFar = await client.get(`/api/icons/batch/${id}/result?partial=true`);
  expect(soFar.body).toMatchObject({
    ...{ total_requested: 5, successful: 2, end_time: null },
    results: [{ success: true, metadata: { category: "a mill" } }, { success: true }],
  });
  // Nobody else stops it.
  expect(await (await as("an impatient person")).cancel(id)).toMatchObject({ status: 404 });

  const cancelled = await client.cancel(id);
  expect(cancelled).toMatchObject({ status: 200, body: { message: "Batch cancelled successfully" } });
  expect(cancelled.body).toEqual({ message: "Batch cancelled successfully" });
  expect(await client.cancel(id)).toMatchObject({
    ...{ status: 400, body: { error: "batch_not_cancellable", metadata: { status: "cancelled" } } },
  });
  gate.open();
  await openai.idle();
  const { results, total_requested } = await client.result(id);
  expect(total_requested).toBe(5);
  expect(results.slice(0, 2).map(({ success, metadata }) => [success, metadata.category])).toEqual([
    [true, "a mill"],
    [true, "a quay"],
  ]);
  // What was not begun is never asked for.
  expect(openai.starts).toHaveLength(4);
  expect(await client.status(id)).toMatchObject({ status: "cancelled", current_category: null });
  expect((await client.get(`/api/icons/batch/${id}/download`)).status).toBe(200);
});

test("a batch whose service is closed in the middle goes on with the next one, and nothing that is there is paid again", async () => {
  const { openai, gate } = await patientOpenai(3);
  const env = { ...asking(openai), ICON_CONCURRENCY: "1" };
  const person = `a patient person ${randomUUID()}`;
  const first = await start(env, person);
  const id = await first.client.begin({ categories });
  await until(() => expect(gate.arrived()).toBe(1));
  await first.client.ended(id, { status: "running", successful: 3 });
  await first.close();
  gate.open();

  const second = await start(env, person);
  await second.client.ended(id, { status: "completed", successful: 5, failed: 0 });
  const { results } = await second.client.result(id);
  expect(results.map(({ metadata: { category } }) => category)).toEqual(categories);
  for (const { image_url } of results)
    expect(
      (await second.client.open(new URL(image_url ?? "").pathname, second.client.authorization)).status,
    ).toBe(200);
  const asked = openai.starts.map((seen) => /“(.*)”/.exec(seen?.prompt ?? "")?.[1]);
  // The answer to the fourth was on its way when nobody was there for it.
  expect(asked).toEqual(["a mill", "a quay", "a kiln", "a pier", ...asked.slice(4)]);
  expect(asked.slice(4).sort()).toEqual(["a loom", "a pier"]);
  expect(await second.client.stats()).toMatchObject({
    total_generated: 5,
    cached_icons: 5,
    active_batches: 0,
  });
});

const atEnd = (_data: unknown, event: string) => event === "job_completed";

type Told = readonly [event: string, data: Readonly<Record<string, unknown>>];

/** A client of Socket.IO that is let in; it connects as the reference's frontend does. */
async function listening(baseUrl: string, token: string, options: object = {}) {
  const connected = connectSocketIo(baseUrl, { auth: { token }, ...options });
  expect(await connected.next()).toMatchObject(["connected", { status: "connected" }]);
  return {
    ...connected,
    /** All that it is told until something is, with it. */
    async until(isIt: (data: Told[1], event: string) => boolean): Promise<readonly Told[]> {
      for (const told: Told[] = []; ; ) {
        const [event, data] = (await connected.next()) as Told;
        told.push([event, data]);
        if (isIt(data, event)) return told;
      }
    },
  };
}

test("who listens is told of a batch from its first icon to its end, by Socket.IO and by Server-Sent Events; nobody else is", async () => {
  const openai = await drawingOpenai();
  const gate = createGate();
  openai.answer(async ({ prompt }) => {
    if (prompt.includes("a loom")) await gate.pass();
    return prompt.includes("a weapon")
      ? { kind: "refusal", form: "moderation_blocked" }
      : drawn(openai.picture);
  });
  const { baseUrl, client, token, as } = await start({ ...asking(openai), ICON_CONCURRENCY: "1" });
  const stranger = await as("a stranger");
  const strangersToken = stranger.authorization["authorization"]?.replace("Bearer ", "") ?? "";
  const owner = await listening(baseUrl, token);
  const other = await listening(baseUrl, strangersToken, { transports: ["websocket"] });

  const categories = ["a mill", "a weapon", "a loom", "a quay"];
  const id = await client.begin({ categories });
  // Asking for somebody else's batch by its name is no way to it.
  expect(await other.socket.emitWithAck("join_batch", { batch_id: id })).toMatchObject({ ok: false });
  const first = await owner.until(({ batch_id, completed }) => batch_id === id && completed === 2);
  expect(first.at(-1)).toEqual([
    "batch_progress",
    { batch_id: id, progress: 50, current_category: "a loom", completed: 2, total: 4 },
  ]);
  const joined = await listening(baseUrl, token, { transports: ["polling"] });
  expect(await joined.socket.emitWithAck("join_batch", { batch_id: id })).toMatchObject({ ok: true });
  const stream = await follow(baseUrl, { topics: [`icons/${id}`], headers: client.authorization });
  gate.open();

  const completed = [
    "job_completed",
    { job_id: id, summary: { status: "completed", total: 4, successful: 3, failed: 1 } },
  ];
  const told = [...first, ...(await owner.until(atEnd))];
  expect(told.at(-1)).toEqual(completed);
  expect((await joined.until(atEnd)).at(-1)).toEqual(completed);
  const frames = await stream.until("job_completed");
  expect(frames.at(-1)?.data).toMatchObject({ topic: `icons/${id}`, data: completed[1] });

  const progress = told
    .filter(([name]) => name === "batch_progress")
    .map(([, data]) => Number(data["progress"]));
  expect(progress).toEqual([...progress].sort((one, next) => one - next));
  const lines = told.filter(([name]) => name === "job_output").map(([, data]) => String(data["line"]));
  expect(lines).toHaveLength(4);
  for (const category of categories) expect(lines.join("\n")).toContain(category);
  expect(lines[1]).toMatch(/a weapon.*failed/);
  await client.ended(id);

  // The stranger was there all the time, and is told of nothing but the stranger's own.
  const theirs = await stranger.begin({ categories: ["a kiln"] });
  const [refused, ...heard] = await other.until(atEnd);
  expect(refused).toMatchObject(["join_failed", { batch_id: id }]);
  expect(heard.at(-1)?.[1]).toMatchObject({ job_id: theirs });
  expect(JSON.stringify(heard)).not.toContain(id);
});
