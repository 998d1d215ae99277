import { expect, onTestFinished, test } from "vitest";
import { until } from "../engine/world.ts";
import { photo } from "../pictures.ts";
import { sendFault } from "../simulators/loopback.ts";
import { startOpenaiImages } from "../simulators/openai-images.ts";
import { receiverUnderTest } from "../webhooks/receiver.ts";
import { picturesOf } from "./client.ts";
import { drawn, fail, lastOf, servedPicture, shareDatabase, succeed } from "./service.ts";

const setup = shareDatabase();

const outOfMemory = "CUDA out of memory. Tried to allocate 2.00 GiB";

test("a failure of the model is tried again after a pause, in which the job says so and can be cancelled", async () => {
  const { client, replicate } = await setup({ RETRY_BASE_MS: "3600000" });
  replicate.hold();
  const id = await client.create({ prompt: "a lock" });
  await until(() => lastOf(replicate));
  fail(lastOf(replicate), outOfMemory);
  const retrying = await client.reached(id, { status: "retrying" });
  expect(retrying).toMatchObject({
    ...{ retry_count: 1, error_message: null, completed_at: null, media: null, progress: 1 },
  });
  expect(retrying.started_at).not.toBeNull();
  expect(retrying).not.toHaveProperty("error_details");
  expect(await client.list("?status=retrying")).toMatchObject({ total: 1, jobs: [{ id }] });
  expect((await client.remove(`/api/v1/jobs/${id}`)).status).toBe(204);
  expect(await client.status(id)).toMatchObject({ status: "cancelled", retry_count: 1 });
  expect(replicate.predictions).toHaveLength(1);
});

test("the try that succeeds completes the job, and after the last one it fails and says so in its webhook", async () => {
  const { client, replicate } = await setup();
  const receiver = await receiverUnderTest();
  const failures = new Map([
    ["twice", 2],
    ["always", 99],
  ]);
  const pieces = [await drawn()];
  replicate.answer(({ prompt }) => {
    const left = failures.get(prompt) ?? 0;
    failures.set(prompt, left - 1);
    // A model that ends without a word of why.
    return left > 0 ? { kind: "refusal", form: "unexplained" } : { kind: "pictures", pieces };
  });
  const create = (prompt: string) => client.create({ prompt, webhook_url: receiver.url });
  const [twice, always] = await Promise.all([create("twice"), create("always")]);

  const completed = await client.completed(twice);
  expect(completed).toMatchObject({ retry_count: 2, error_message: null, progress: 100 });
  expect(completed).not.toHaveProperty("error_details");
  const error = "The model failed, and did not say why.";
  const error_details = { retry_count: 3, max_retries: 3 };
  const failed = await client.failed(always);
  expect(failed).toMatchObject({
    ...{ error_message: error, error_code: "model_unavailable", error_details, retry_count: 3 },
    ...{ media: null },
  });
  expect(failed.progress).toBeLessThan(100);
  expect(replicate.predictions.filter(({ input }) => input["prompt"] === "always")).toHaveLength(4);
  expect(replicate.predictions.filter(({ input }) => input["prompt"] === "twice")).toHaveLength(3);

  const told = (await receiver.receivedAtLeast(2)).map(({ body }) => JSON.parse(body));
  const [picture] = picturesOf(completed);
  expect(told).toHaveLength(2);
  expect(told).toContainEqual({
    ...{ job_id: twice, status: "completed", media_url: picture?.url, media_id: picture?.id },
  });
  expect(told).toContainEqual({ job_id: always, status: "failed", error, error_details });
});

test("what cannot succeed is not tried again, and says why", async () => {
  const { client, replicate } = await setup();
  replicate.answer(({ prompt }) =>
    prompt === "refused" ? { kind: "refusal", form: "nsfw" } : { kind: "error", status: 404 },
  );
  const [refused, gone] = await Promise.all([
    client.create({ prompt: "refused" }),
    client.create({ prompt: "a model that is gone" }),
  ]);
  const error_details = { retry_count: 0, max_retries: 3 };
  expect(await client.failed(refused)).toMatchObject({
    ...{ error_code: "refused", retry_count: 0, error_details },
    error_message: expect.stringContaining("NSFW content detected"),
  });
  expect(await client.failed(gone)).toMatchObject({
    ...{ error_code: "model_unusable", retry_count: 0, error_details },
    error_message: "The requested resource could not be found.",
  });
  expect(replicate.starts).toHaveLength(2);
});

test("a model that its provider gave up at the deadline has failed, and the deadline is told with the start", async () => {
  const { client, replicate } = await setup({ MEDIA_MAX_RETRIES: "0", MEDIA_TIMEOUT_SECONDS: "90" });
  replicate.hold();
  const id = await client.create({ prompt: "a lightship" });
  await until(() => lastOf(replicate));
  lastOf(replicate).status = "canceled";
  expect(await client.failed(id)).toMatchObject({
    ...{ error_code: "model_unavailable", error_message: "The provider gave it up after 90 seconds." },
    error_details: { retry_count: 0, max_retries: 0 },
  });
  expect(replicate.requests[0]?.headers["cancel-after"]).toBe("90s");
});

test("of several starts only the one that failed is sent again, and one that is refused is said to be missing", async () => {
  const { client, replicate } = await setup();
  const [first, second] = await Promise.all([drawn({ width: 80 }), drawn({ width: 96 })]);
  const ends = { mended: ["failure", first, second], refused: ["refusal", first] } as const;
  const left = new Map(Object.entries(ends).map(([prompt, list]) => [prompt, [...list]]));
  replicate.answer(({ prompt }) => {
    const end = left.get(prompt)?.shift() ?? "failure";
    if (typeof end === "object") return { kind: "pictures", pieces: [end] };
    return { kind: "refusal", form: end === "refusal" ? "nsfw" : "unexplained" };
  });
  // A model that makes one picture at a time.
  const more = { model: "replicate/atelier/woodcut", parameters: { paper: "rough", num_outputs: 2 } };
  const [mended, refused] = await Promise.all([
    client.create({ prompt: "mended", ...more }),
    client.create({ prompt: "refused", ...more }),
  ]);
  const completed = await client.completed(mended);
  expect(completed.retry_count).toBe(1);
  expect(completed).not.toHaveProperty("warnings");
  expect(
    picturesOf(completed)
      .map(({ width }) => width)
      .toSorted(),
  ).toEqual([80, 96]);
  const partly = await client.completed(refused);
  expect(picturesOf(partly).map(({ width }) => width)).toEqual([80]);
  expect(partly.warnings).toEqual([
    {
      ...{ code: "missing", parameter: "num_outputs" },
      message: expect.stringContaining("NSFW content detected"),
    },
  ]);
  expect(replicate.predictions).toHaveLength(5);
});

test("a key that is refused fails the job with the reason, and no job asks with it again", async () => {
  const { client, replicate } = await setup({
    REPLICATE_API_TOKEN: "r8_NobodyKnowsThisOne0123456789abcdefghij",
  });
  const unusable = {
    ...{ error_code: "model_unusable", retry_count: 0 },
    error_message: expect.stringContaining("You did not pass a valid authentication token"),
  };
  expect(await client.failed(await client.create({ prompt: "a mole" }))).toMatchObject(unusable);
  expect(await client.failed(await client.create({ prompt: "a weir" }))).toMatchObject(unusable);
  expect(replicate.starts).toHaveLength(1);
});

test("a job whose provider is not configured any more fails and says so", async () => {
  const taking = await setup({ ROLE: "api" });
  const id = await taking.client.create({ prompt: "a packet boat" });
  expect(await taking.client.status(id)).toMatchObject({ status: "pending", progress: 0, started_at: null });
  const { client } = await setup({ REPLICATE_API_TOKEN: "" });
  expect(await client.failed(id)).toMatchObject({
    ...{ error_code: "model_unusable", error_message: "replicate is not configured any more." },
  });
});

test("a picture whose download breaks off is fetched again, without a second prediction", async () => {
  const { client, replicate } = await setup();
  const { url, asked } = await servedPicture((count, response) => {
    if (count > 1) return false;
    sendFault(response, { kind: "reset", when: "after_head" }, {});
    return true;
  });
  replicate.hold();
  const id = await client.create({ prompt: "a buoy" });
  await until(() => lastOf(replicate));
  succeed(lastOf(replicate), [url]);
  expect(await client.completed(id)).toMatchObject({ retry_count: 0, media: [{ width: 64 }] });
  expect(asked()).toBe(2);
  expect(replicate.predictions).toHaveLength(1);
});

test("a picture that its provider does not have any more fails the job as lost", async () => {
  const { client, replicate } = await setup();
  const { url } = await servedPicture((_count, response) => {
    response.writeHead(404).end();
    return true;
  });
  replicate.hold();
  const id = await client.create({ prompt: "a groyne" });
  await until(() => lastOf(replicate));
  succeed(lastOf(replicate), [url]);
  expect(await client.failed(id)).toMatchObject({ error_code: "picture_lost", retry_count: 0 });
  expect(replicate.predictions).toHaveLength(1);
});

test("a picture that cannot be decoded is said to be missing, and the others of its start are kept", async () => {
  const { client, replicate } = await setup();
  const webp = await (await photo(320, 240)).webp().toBuffer();
  // In another format than it is stored in, so that it has to be decoded.
  const cut = { bytes: webp.subarray(0, webp.length / 2), format: "webp" } as const;
  replicate.answer({ kind: "pictures", pieces: [await drawn(), cut] });
  const id = await client.create({ prompt: "a capstan", parameters: { num_outputs: 2 } });
  expect(await client.completed(id)).toMatchObject({
    ...{ retry_count: 0, media: [{ width: 64 }] },
    warnings: [{ code: "missing", parameter: "num_outputs", message: expect.stringContaining("cannot be") }],
  });
  expect(replicate.predictions).toHaveLength(1);
});

test("starts that are alike to the letter and were lost together have a prediction each", async () => {
  const { client, replicate } = await setup();
  const served = await Promise.all([1, 2, 3].map(() => servedPicture()));
  replicate.answer({ kind: "reset", when: "after_head" });
  replicate.hold();
  const ask = { prompt: "triplets", parameters: { seed: 7 } };
  const ids = await Promise.all(served.map(() => client.create(ask)));
  await until(() => expect(replicate.predictions).toHaveLength(3));
  for (const [index, { url }] of served.entries()) {
    const prediction = replicate.predictions[index];
    if (prediction) succeed(prediction, [url]);
  }
  for (const id of ids) expect(await client.completed(id)).not.toHaveProperty("possibly_paid_twice");
  expect(served.map(({ asked }) => asked())).toEqual([1, 1, 1]);
  expect(replicate.predictions).toHaveLength(3);
});

test("a start whose answer is lost is found upstream, and not sent again", async () => {
  const { client, replicate } = await setup();
  const { url } = await servedPicture();
  replicate.answer({ kind: "reset", when: "after_head" });
  replicate.hold();
  const id = await client.create({ prompt: "a slipway" });
  await until(() => lastOf(replicate));
  succeed(lastOf(replicate), [url]);
  const completed = await client.completed(id);
  expect(completed).toMatchObject({ retry_count: 0, media: [{ width: 64 }] });
  expect(completed).not.toHaveProperty("possibly_paid_twice");
  expect(replicate.predictions).toHaveLength(1);
  expect(replicate.starts).toHaveLength(1);
});

test("a start that is not to be found upstream is sent once more, and that is reported", async () => {
  const { client, replicate } = await setup();
  const pieces = [await drawn()];
  let starts = 0;
  replicate.answer(() => {
    starts += 1;
    return starts === 1 ? { kind: "page", status: 502 } : { kind: "pictures", pieces };
  });
  const id = await client.create({ prompt: "a dolphin" });
  expect(await client.completed(id)).toMatchObject({ retry_count: 0, possibly_paid_twice: 1 });
  expect(replicate.starts).toHaveLength(2);
  expect(replicate.predictions).toHaveLength(1);
});

test("a start that is lost twice fails the job, since a third one might be paid too", async () => {
  const openai = await startOpenaiImages();
  onTestFinished(() => openai.close());
  const { client } = await setup({
    ...{ OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: openai.key, OPENAI_MODEL: openai.model },
  });
  openai.answer({ kind: "reset", when: "after_head" });
  const id = await client.create({ prompt: "a hulk", model: "openai" });
  expect(await client.failed(id)).toMatchObject({
    ...{ error_code: "model_unavailable", possibly_paid_twice: 2, media: null },
  });
  expect(openai.starts).toHaveLength(2);
});

test("a provider that is asked too often is waited for, which is no failed try", async () => {
  const { client, replicate } = await setup();
  const pieces = [await drawn()];
  let starts = 0;
  replicate.answer(() => {
    starts += 1;
    return starts <= 2
      ? { kind: "limited", scope: "unknown", retryAfterMs: 1_000 }
      : { kind: "pictures", pieces };
  });
  const id = await client.create({ prompt: "a ferry" });
  const completed = await client.completed(id);
  expect(completed).toMatchObject({ retry_count: 0, media: [{ width: 64 }] });
  expect(completed).not.toHaveProperty("possibly_paid_twice");
  expect(replicate.starts).toHaveLength(3);
});
