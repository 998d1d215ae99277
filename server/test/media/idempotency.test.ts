import { expect, test } from "vitest";
import { until } from "../engine/world.ts";
import { jobIn } from "./client.ts";
import { shareDatabase } from "./service.ts";

const setup = shareDatabase();

test("a request that is sent again with its key gets the answer to the first, and there is one job", async () => {
  const { client, replicate } = await setup();
  const headers = { "idempotency-key": "7d1c1f5e-first" };
  const request = { prompt: "a mill", parameters: { seed: 7 }, metadata: { order: 1 } };
  const first = await client.generate(request, headers);
  expect(first.status).toBe(201);
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  const id = jobIn(first);
  await client.completed(id);
  const again = await client.generate(request, headers);
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("idempotent-replayed")).toBe("true");

  const other = await client.generate({ ...request, prompt: "another mill" }, headers);
  expect(other.status).toBe(400);
  expect(other.body).toEqual({
    detail:
      "This Idempotency-Key was used for a request with other content; send a new key with a new request.",
    request_id: expect.stringMatching(/^req_[0-9a-f]+$/),
  });
  expect(await client.generate(request, { "idempotency-key": "two words" })).toMatchObject({ status: 400 });
  expect(await client.list()).toMatchObject({ total: 1, jobs: [{ id }] });
  expect(replicate.starts).toHaveLength(1);
});

test("of requests with one key that come at once one makes the job, and all learn of that one or are asked to wait", async () => {
  const { client } = await setup();
  const before = (await client.list()).total;
  const headers = { "idempotency-key": "7d1c1f5e-concurrent" };
  const send = () => client.generate({ prompt: "a sluice" }, headers);
  const answers = await Promise.all(Array.from({ length: 8 }, send));
  const taken = answers.filter(({ status }) => status === 201);
  const [first] = taken;
  expect(taken.filter((answer) => answer.headers.get("idempotent-replayed") === null)).toHaveLength(1);
  for (const answer of taken) expect(answer.body).toEqual(first?.body);
  for (const answer of answers.filter((each) => !taken.includes(each))) {
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("still under way") },
    });
    expect(answer.headers.get("retry-after")).toBe("2");
  }
  expect((await send()).body).toEqual(first?.body);
  expect((await client.list()).total).toBe(before + 1);
  const { jobs } = await client.list();
  await client.completed(jobs[0]?.id ?? "");
});

test("a key whose request was refused is free for the right one", async () => {
  const { client } = await setup();
  const headers = { "idempotency-key": "7d1c1f5e-refused" };
  expect((await client.generate({ prompt: "a dyke", model: "frobnicator" }, headers)).status).toBe(422);
  const taken = await client.generate({ prompt: "a dyke" }, headers);
  expect(taken.status).toBe(201);
  expect(taken.headers.get("idempotent-replayed")).toBeNull();
  await client.completed(jobIn(taken));
});

test("who prefers to wait is answered when the job has ended, or when the time is over", async () => {
  const { client, replicate } = await setup();
  const wait = (seconds: number, prompt: string, more = {}) =>
    client.generate({ prompt }, { prefer: `respond-async, wait=${seconds}`, ...more });
  const key = { "idempotency-key": "7d1c1f5e-waiting" };
  const ended = await wait(60, "a pond", key);
  expect(ended.headers.get("preference-applied")).toBe("wait=60");
  expect(ended).toMatchObject({
    status: 201,
    body: { status: "completed", progress: 100, estimated_completion_time: 300, media: [{ type: "image" }] },
  });
  const again = await wait(60, "a pond", key);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body).toEqual(ended.body);

  replicate.hold();
  const early = await wait(1, "a lake");
  expect(early).toMatchObject({ status: 201, body: { status: "processing", media: null } });
  // One that is cancelled has ended.
  const waiting = wait(600, "a fjord");
  const fjord = await until(async () => {
    const { jobs } = await client.list("?status=processing");
    const [newest] = jobs;
    expect(newest?.prompt).toBe("a fjord");
    return newest?.id;
  });
  await client.remove(`/api/v1/jobs/${fjord}`);
  const cancelled = await waiting;
  expect(cancelled.headers.get("preference-applied")).toBe("wait=60");
  expect(cancelled.body).toMatchObject({ id: fjord, status: "cancelled", prompt: "a fjord" });
  replicate.release();
  await client.completed(jobIn(early));
});
