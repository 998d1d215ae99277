import { createHash } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { composeGeneration } from "../../src/generation.ts";
import { composeMedia } from "../../src/media.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { createAdmission } from "../../src/platform/limits/admission.ts";
import { workLimits } from "../../src/platform/limits/work-limits.ts";
import { createMetrics } from "../../src/platform/metrics.ts";
import { loadSecrets } from "../../src/platform/secrets.ts";
import { composeStorage } from "../../src/storage.ts";
import { composeOutbound, composeWebhooks } from "../../src/webhooks.ts";
import { until } from "../engine/world.ts";
import { startOpenaiImages } from "../simulators/openai-images.ts";
import { receiverUnderTest } from "../webhooks/receiver.ts";
import { jobIn, picturesOf } from "./client.ts";
import { drawn, lastOf, type MediaService, shareDatabase } from "./service.ts";

const setup = shareDatabase();

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const requestId = expect.stringMatching(/^req_[0-9a-f]+$/);
const nobody = "550e8400-e29b-41d4-a716-446655440000";

test("a prompt goes from pending to a stored picture, as the document prints each step", async () => {
  const { client, replicate, baseUrl, database } = await setup();
  replicate.hold();
  const prompt = "A beautiful sunset over mountains with vibrant colors";
  const parameters = { width: 1024, height: 1024, num_inference_steps: 4 };
  const created = await client.generate({ prompt, parameters });
  expect(created).toMatchObject({ status: 201, body: { id: uuid } });
  const id = jobIn(created);
  expect(created.body).toEqual({
    ...{ id, status: "pending", created_at: time, status_url: `/api/v1/jobs/status/${id}` },
    estimated_completion_time: 300,
  });
  await replicate.arrived(1);

  const early = await client.reached(id, { status: "processing" });
  expect(early).toMatchObject({ ...{ prompt, parameters }, started_at: time, completed_at: null });
  expect(early).toMatchObject({ media: null, duration_seconds: null, retry_count: 0, error_message: null });
  expect(early.progress).toBe(1);
  replicate.advance(1);
  await client.reached(id, { status: "processing", progress: 99 });
  // A model that works in several rounds begins again near nothing.
  const before = await until(() => changesOf(database, id));
  replicate.advance(0.1);
  await until(async () => expect(await changesOf(database, id)).toBeGreaterThan(before));
  expect((await client.status(id)).progress).toBe(99);
  replicate.release();

  // What a client gets, and not what is left of it after it was checked.
  const [picture] = picturesOf(await client.completed(id));
  const path = `/api/v1/media/${picture?.id}`;
  const { bytes } = await drawn();
  const shown = {
    ...{ id: uuid, type: "image", mime_type: "image/png", seed: expect.any(Number) },
    ...{ file_size_bytes: bytes.length, width: 64, height: 48 },
  };
  expect((await client.get(`/api/v1/jobs/status/${id}`)).body).toEqual({
    ...{ id, status: "completed", prompt, parameters, created_at: time, updated_at: time },
    ...{ started_at: time, completed_at: time, duration_seconds: expect.any(Number) },
    ...{ retry_count: 0, error_message: null, progress: 100 },
    ...{ provider: "replicate", model: replicate.model, estimated_cost_usd: 0.003 },
    media: [{ ...shown, url: baseUrl + path }],
  });

  const list = await client.list("?status=completed&per_page=1");
  expect(list).toMatchObject({ page: 1, per_page: 1, has_next: false, has_prev: false, total: 1 });
  expect(list.jobs).toMatchObject([{ id, status: "completed", prompt, media: [{ ...shown, url: path }] }]);

  expect((await client.get(`${path}/info`)).body).toEqual({
    ...{ id: picture?.id, type: "image", mime_type: "image/png", file_extension: ".png" },
    ...{ storage_path: `generated/${picture?.id}.png`, storage_url: baseUrl + path },
    ...{ file_size_bytes: bytes.length, width: 64, height: 48, created_at: time },
    ...{ duration_seconds: null, aspect_ratio: "4:3", storage_provider: "local", bucket_name: null },
    ...{ generation_model_name: replicate.model, generation_model_version: null },
    ...{ expires_at: time, is_expired: false },
    extra_metadata: {
      ...{ sha256: createHash("sha256").update(bytes).digest("hex"), provider: "replicate", job_id: id },
      seed: expect.any(Number),
    },
  });
});

test("a picture comes as it was stored, whole, in part, or not again", async () => {
  const { client, baseUrl } = await setup();
  const [picture] = picturesOf(await client.completed(await client.create({ prompt: "a pier" })));
  if (!picture) throw new Error("no picture");
  const { bytes } = await drawn();
  const path = `/api/v1/media/${picture.id}`;

  const whole = await client.download(path, { origin: "http://localhost:5173" });
  expect(whole.status).toBe(200);
  expect(whole.bytes).toEqual(bytes);
  const headers = {
    "content-type": "image/png",
    "content-length": String(bytes.length),
    "cache-control": "public, max-age=3600",
    "accept-ranges": "bytes",
    etag: `"${createHash("sha256").update(bytes).digest("hex")}"`,
  };
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    ...headers,
    "access-control-allow-origin": "http://localhost:5173",
    "cross-origin-resource-policy": "cross-origin",
  });
  expect(whole.headers.get("content-disposition")).toMatch(
    new RegExp(`^inline; filename="?${picture.id}\\.png"?$`),
  );

  const head = await fetch(baseUrl + path, { method: "HEAD" });
  expect(Object.fromEntries(head.headers)).toMatchObject(headers);
  expect((await head.arrayBuffer()).byteLength).toBe(0);

  const part = await client.download(path, { range: "bytes=10-19" });
  expect(part.status).toBe(206);
  expect(part.bytes).toEqual(bytes.subarray(10, 20));
  expect(part.headers.get("content-range")).toBe(`bytes 10-19/${bytes.length}`);
  const beyond = await client.download(path, { range: "bytes=999999-" });
  expect(beyond.status).toBe(416);
  expect(JSON.parse(beyond.bytes.toString())).toMatchObject({ request_id: requestId });

  const again = await client.download(path, { "if-none-match": headers.etag });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
  expect(again.headers.get("etag")).toBe(headers.etag);
});

test("a job that is cancelled ends at its provider too, and cannot be cancelled again", async () => {
  const { client, replicate, database } = await setup();
  const receiver = await receiverUnderTest();
  replicate.hold();
  const id = await client.create({ prompt: "a barge", webhook_url: receiver.url });
  await replicate.arrived(1);
  await client.reached(id, { status: "processing" });
  replicate.advance(0.25);
  await client.reached(id, { progress: 25 });

  expect(await client.remove(`/api/v1/jobs/${id}`)).toMatchObject({ status: 204, body: "" });
  expect(await client.remove(`/api/v1/jobs/${id}`)).toMatchObject({
    status: 400,
    body: { detail: "Cannot cancel job in cancelled state", request_id: requestId },
  });
  const cancelled = { status: "cancelled", progress: 25, media: null, completed_at: time };
  expect(await client.status(id)).toMatchObject(cancelled);
  await until(() => expect(replicate.cancelled).toBe(1));
  expect(lastOf(replicate).status).toBe("canceled");

  replicate.release();
  const other = await client.create({ prompt: "a tug", webhook_url: receiver.url });
  const [received] = await receiver.receivedAtLeast(1);
  expect(JSON.parse(received?.body ?? "")).toMatchObject({ job_id: other, status: "completed" });
  const told = sql<{ topic: string }>`select topic from webhook_deliveries where url = ${receiver.url}`;
  const { rows } = await told.execute(database.sql);
  expect(rows).toEqual([{ topic: `media/job/${other}` }]);
  expect(await client.status(id)).toMatchObject(cancelled);
  expect(await client.remove(`/api/v1/jobs/${other}`)).toMatchObject({
    status: 400,
    body: { detail: "Cannot cancel job in completed state", request_id: requestId },
  });
});

test("a provider that answers with its pictures hears of a cancellation too", async () => {
  const openai = await startOpenaiImages();
  onTestFinished(() => openai.close());
  const { client } = await setup({
    ...{ OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: openai.key, OPENAI_MODEL: openai.model },
  });
  openai.answer({ kind: "hang" });
  const id = await client.create({ prompt: "a lugger", model: "openai" });
  await openai.arrived(1);
  expect((await client.remove(`/api/v1/jobs/${id}`)).status).toBe(204);
  await openai.idle();
  expect(await client.status(id)).toMatchObject({ status: "cancelled", provider: "openai", retry_count: 0 });
  expect(openai.starts).toHaveLength(1);
});

test("a process has so many starts under way that are answered with their pictures, and the others wait", async () => {
  const openai = await startOpenaiImages();
  onTestFinished(() => openai.close());
  const { client, database } = await setup({
    ...{ OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: openai.key, OPENAI_MODEL: openai.model },
    MEDIA_CONCURRENCY: "1",
  });
  openai.answer({ kind: "hang" });
  const first = await client.create({ prompt: "a brig", model: "openai" });
  await openai.arrived(1);
  const second = await client.create({ prompt: "a barque", model: "openai" });
  // It was its turn, and there was no place.
  await until(async () => {
    const { rows } = await sql`
      select 1 from image_generations where job_id = ${second} and state = 'planned' and looks > 0
    `.execute(database.sql);
    expect(rows).toHaveLength(1);
  });
  expect(await client.status(second)).toMatchObject({ status: "pending", started_at: null });
  expect(openai.starts).toHaveLength(1);
  openai.answer({ kind: "pictures", pieces: [await drawn()] });
  await client.remove(`/api/v1/jobs/${first}`);
  expect(await client.completed(second)).toMatchObject({ retry_count: 0, provider: "openai" });
  expect(openai.starts).toHaveLength(2);
});

test("four pictures come in their order, in the format that was asked for, and go one by one", async () => {
  const { client, replicate } = await setup();
  const receiver = await receiverUnderTest();
  const pieces = await Promise.all([
    drawn({ shade: 1, format: "webp" }),
    drawn({ shade: 2, format: "jpeg", width: 80 }),
    drawn({ shade: 3, format: "png", width: 96 }),
    drawn({ shade: 4, format: "webp", width: 112 }),
  ]);
  replicate.answer({ kind: "pictures", pieces });
  const create = (output_format: string) =>
    client.create({
      prompt: `a quay as ${output_format}`,
      parameters: { num_outputs: 4, output_format, output_quality: 60 },
      webhook_url: receiver.url,
      metadata: { user_id: "user123" },
    });
  const formats = { png: "image/png", jpg: "image/jpeg", webp: "image/webp" };
  const ids = await Promise.all(Object.keys(formats).map(create));
  for (const [index, [extension, mime_type]] of Object.entries(formats).entries()) {
    const pictures = picturesOf(await client.completed(ids[index] ?? ""));
    expect(pictures.map(({ width }) => width)).toEqual([64, 80, 96, 112]);
    for (const picture of pictures) {
      expect(picture.mime_type).toBe(mime_type);
      const { bytes, headers } = await client.download(picture.url);
      expect(headers.get("content-type")).toBe(mime_type);
      expect(headers.get("content-disposition")).toContain(`${picture.id}.${extension}`);
      const { format, width, height } = await sharp(bytes).metadata();
      expect({ format, width, height }).toEqual({
        format: extension === "jpg" ? "jpeg" : extension,
        ...{ width: picture.width, height: 48 },
      });
      expect((await client.get(`/api/v1/media/${picture.id}/info`)).body).toMatchObject({
        storage_path: `generated/${picture.id}.${extension}`,
        file_extension: `.${extension}`,
      });
    }
    // What a model made in the format that was asked for is not encoded a second time.
    const same = pieces.flatMap((piece, at) => (formatOf(extension) === piece.format ? [at] : []));
    for (const at of same)
      expect((await client.download(pictures[at]?.url ?? "")).bytes).toEqual(pieces[at]?.bytes);
    expect(same.length).toBeGreaterThan(0);
  }

  const [id = ""] = ids;
  const [first, ...others] = picturesOf(await client.status(id));
  const told = (await receiver.receivedAtLeast(3)).map(({ body }) => JSON.parse(body));
  expect(told.find(({ job_id }) => job_id === id)).toEqual({
    ...{ job_id: id, status: "completed", media_url: first?.url, media_id: first?.id },
    metadata: { user_id: "user123" },
  });
  expect(await client.status(id)).toMatchObject({ metadata: { user_id: "user123" } });

  expect(await client.remove(`/api/v1/media/${first?.id}`)).toMatchObject({ status: 204, body: "" });
  const gone = { status: 404, body: { detail: "Media not found", request_id: requestId } };
  expect(await client.get(`/api/v1/media/${first?.id}`)).toMatchObject(gone);
  expect(await client.get(`/api/v1/media/${first?.id}/info`)).toMatchObject(gone);
  expect(await client.remove(`/api/v1/media/${first?.id}`)).toMatchObject(gone);
  expect(picturesOf(await client.status(id))).toEqual(others);
  for (const other of others) await client.remove(`/api/v1/media/${other.id}`);
  expect(await client.status(id)).toMatchObject({ status: "completed", progress: 100, media: null });
});

test("pictures that a policy withholds are told of, and a job that has no other one fails", async () => {
  const { client, replicate } = await setup();
  const piece = await drawn();
  replicate.answer(({ prompt }) => ({
    kind: "pictures",
    pieces: prompt === "some" ? [piece, "withheld", "withheld", piece] : (["withheld", "withheld"] as const),
  }));
  const [some, none] = await Promise.all([
    client.create({ prompt: "some", parameters: { num_outputs: 4 } }),
    client.create({ prompt: "none", parameters: { num_outputs: 2 } }),
  ]);
  const completed = await client.completed(some);
  expect(picturesOf(completed)).toHaveLength(2);
  expect(completed.warnings).toEqual([
    {
      ...{ code: "withheld", parameter: "num_outputs" },
      message: "2 pictures were made and then withheld by the policy of replicate.",
    },
  ]);
  expect(await client.failed(none)).toMatchObject({
    ...{ error_code: "refused", error_message: "The model's safety checker let no picture through." },
    ...{ media: null, retry_count: 0, error_details: { retry_count: 0, max_retries: 3 } },
  });
});

test("what is lost in the storage, what has expired, and what nobody knows are told apart", async () => {
  const service = await setup();
  const { client, config, database } = service;
  const id = await client.create({ prompt: "a jetty", parameters: { num_outputs: 2 } });
  const [lost, old] = picturesOf(await client.completed(id));
  if (!lost || !old) throw new Error("no pictures");
  await rm(join(filesOf(service), "generated", `${lost.id}.png`));
  const missing = { detail: "Media file not found in storage", request_id: requestId };
  expect(await client.get(`/api/v1/media/${lost.id}`)).toMatchObject({ status: 404, body: missing });
  expect(await client.send("HEAD", `/api/v1/media/${lost.id}`)).toMatchObject({ status: 404 });

  await sql`update assets set expires_at = now() where id = ${old.id}`.execute(database.sql);
  const expired = { status: 410, body: { detail: "Media has expired", request_id: requestId } };
  expect(await client.get(`/api/v1/media/${old.id}`)).toMatchObject(expired);
  expect((await client.get(`/api/v1/media/${old.id}/info`)).body).toMatchObject({ is_expired: true });
  expect(picturesOf(await client.status(id)).map(({ is_expired }) => is_expired)).toEqual([undefined, true]);

  const unknown = { detail: "Job not found", request_id: requestId };
  for (const answer of [
    await client.get(`/api/v1/jobs/status/${nobody}`),
    await client.remove(`/api/v1/jobs/${nobody}`),
  ]) {
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(unknown);
  }
  expect(await client.get("/api/v1/jobs/status/7")).toMatchObject({
    status: 422,
    body: { detail: [{ type: "uuid_parsing", loc: ["path", "job_id"], input: "7" }] },
  });

  const { sweep } = sweeper(service);
  // Of a process that ended between an answer and what follows it.
  const arrived = join(filesOf(service), "arrived");
  await mkdir(arrived, { recursive: true });
  await writeFile(join(arrived, `${nobody}-0`), "a picture");
  await sweep(31);
  expect(await files(service)).toEqual([]);
  expect(await client.get(`/api/v1/media/${old.id}`)).toMatchObject(expired);
  expect(await client.list()).toMatchObject({ jobs: [], total: 0 });
  expect(await client.get(`/api/v1/jobs/status/${id}`)).toMatchObject({ status: 404, body: unknown });
  await sweep(62);
  expect(await client.get(`/api/v1/media/${old.id}`)).toMatchObject({ status: 404 });
  expect(config.MEDIA_RETENTION_DAYS).toBe(30);
});

test("the eleventh job in a minute is refused in the documented form, and so is the sixty-first look", async () => {
  const { client } = await setup({ RATE_LIMITS: "on" });
  const ids: string[] = [];
  for (let index = 0; index < 10; index += 1) ids.push(await client.create({ prompt: `a boat ${index}` }));
  const eleventh = await client.generate({ prompt: "a boat too many" });
  expect(eleventh.status).toBe(429);
  expect(eleventh.body).toEqual({ detail: "Rate limit exceeded: 10 per 1 minute", request_id: requestId });
  expect(Number(eleventh.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(eleventh.headers.get("x-ratelimit-limit")).toBe("10");
  expect(eleventh.headers.get("x-ratelimit-remaining")).toBe("0");

  const path = `/api/v1/jobs/status/${ids[0]}`;
  for (let look = 0; look < 60; look += 1) expect((await client.get(path)).status).toBe(200);
  expect(await client.get(path)).toMatchObject({
    status: 429,
    body: { detail: "Rate limit exceeded: 60 per 1 minute", request_id: requestId },
  });
  // Lists are not limited: nobody said so.
  const pages = await Promise.all([1, 2, 3].map((page) => client.list(`?page=${page}&per_page=4`)));
  const listed = pages.flatMap(({ jobs }) => jobs.map(({ id }) => id));
  expect(listed.slice(0, 10)).toEqual(ids.toReversed());
  expect(pages[1]).toMatchObject({ page: 2, per_page: 4, has_next: true, has_prev: true });
});

/** How often something was written down of a job's start: after each look at least, and while nobody is at it. */
async function changesOf(database: Database, id: string): Promise<number> {
  const { rows } = await sql<{ changes: number }>`
    select version as changes from image_generations join media_jobs on job_id = media_jobs.id
    where job_id = ${id} and step_id is null
  `.execute(database.sql);
  const [row] = rows;
  if (!row) throw new Error("somebody is at it");
  return row.changes;
}

const formatOf = (extension: string) => (extension === "jpg" ? "jpeg" : extension);

const filesOf = ({ config }: MediaService) => join(config.DATA_DIR, "files");

/** Everything that is stored. */
async function files(service: MediaService): Promise<string[]> {
  const entries = await readdir(filesOf(service), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** What the service does once an hour, some days from now. */
function sweeper({ config, database }: MediaService) {
  const logger = pino({ level: "silent" });
  const secrets = loadSecrets({
    ...{ dataDir: config.DATA_DIR, jwtSecretKey: config.JWT_SECRET_KEY },
    webhookSecret: config.WEBHOOK_SECRET,
  });
  const admission = createAdmission({
    ...workLimits(config),
    ...{ maxWaitMs: 4_000, now: () => performance.now() },
  });
  const outbound = composeOutbound(config);
  const metrics = createMetrics();
  const storage = composeStorage(config, database, { secrets, admission });
  const ledger = createLedger({ database, now: Date.now });
  const media = composeMedia({ ...config, ROLE: "api" }, logger, database, {
    ...{ storage, generation: composeGeneration(config, logger, { database, storage, outbound, ledger }) },
    webhooks: composeWebhooks(config, logger, { database, outbound, secrets, metrics }),
    events: { publish() {} },
    onEnded() {},
  });
  return {
    async sweep(days: number) {
      await media.sweep(new Date(Date.now() + days * 24 * 3_600_000));
    },
  };
}

test("jobs that end are counted for whoever scrapes, and so are the steps that are left", async () => {
  const { client } = await setup();
  await client.completed(await client.create({ prompt: "a quay" }));
  // Counted after the commit that says so.
  await until(async () => {
    const { body } = await client.get("/metrics");
    // Jobs that tests before have left may end here too.
    expect(body).toMatch(/^fovea_media_jobs_total\{provider="replicate",status="completed"\} [1-9]/m);
    expect(body).toMatch(/^fovea_media_job_duration_seconds_count\{provider="replicate"\} [1-9]/m);
    expect(body).toMatch(/^fovea_media_steps\{state="deferred"\} \d+$/m);
  });
});
