import { expect, test } from "vitest";
import { patient } from "../analysis/client.ts";
import { fail, lastOf, shareDatabase } from "../media/service.ts";
import { addressOf, type Followed, follow, refusal } from "./follow.ts";

const start = shareDatabase();
const body = { prompt: "a lighthouse" };

const last = async (stream: Followed, event: string) => (await stream.until(event)).at(-1)?.data;

test("a media job is followed from its creation to its picture, with what its status tells", async () => {
  const { baseUrl, client, replicate } = await start();
  const mine = await follow(baseUrl, { topics: ["mine"] });
  await mine.next();
  replicate.hold();
  const id = await client.create(body);
  const topic = `media/${id}`;
  expect(await last(mine, "job_created")).toMatchObject({ topic, data: { id } });
  const stream = await follow(baseUrl, { topics: [topic] });
  expect((await stream.next()).data).toMatchObject({ topic, data: { id, media: null } });
  await replicate.arrived(1);
  replicate.advance(0.25);
  const quarter = { topic, data: { status: "processing", progress: 25 } };
  await expect.poll(() => last(mine, "job_progress"), patient).toMatchObject(quarter);
  replicate.release();
  const end = await last(stream, "job_completed");
  // Its addresses too, which can be opened.
  const { media } = await client.status(id);
  expect(end).toMatchObject({ topic, data: { id, status: "completed", progress: 100, media } });
  expect((await fetch(media?.[0]?.url ?? "")).status).toBe(200);
  expect(await last(mine, "job_completed")).toMatchObject({ topic });
  expect((await (await follow(baseUrl, { topics: ["mine"] })).next()).data).toMatchObject({
    data: { under_way: [] },
  });
});

test("one that fails, and one that somebody cancels, end with an event of their own", async () => {
  const { baseUrl, client, replicate } = await start({ MEDIA_MAX_RETRIES: "0" });
  replicate.hold();
  const failing = await client.create(body);
  await replicate.arrived(1);
  const first = lastOf(replicate);
  const cancelled = await client.create(body);
  await replicate.arrived(2);
  const topics = [`media/${failing}`, `media/${cancelled}`];
  const stream = await follow(baseUrl, { topics });
  for (const topic of topics) expect((await stream.next()).data).toMatchObject({ topic });
  await client.remove(`/api/v1/jobs/${cancelled}`);
  expect(await last(stream, "job_cancelled")).toMatchObject({
    ...{ topic: topics[1], data: { status: "cancelled", media: null } },
  });
  fail(first, "the model has a cold");
  expect(await last(stream, "job_failed")).toMatchObject({
    topic: topics[0],
    data: {
      status: "failed",
      error_code: expect.any(String),
      error_message: expect.stringContaining("cold"),
    },
  });
  expect(await refusal(addressOf(baseUrl, `batch/${failing}`))).toMatchObject({ status: 404 });
});
