import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { blank, bytes, inTurn, status } from "../../../test/analysis/origin.ts";
import { useOrigin } from "../../../test/analysis/world.ts";
import { openMigrated } from "../../../test/engine/databases.ts";
import { until } from "../../../test/engine/world.ts";
import { createEngine } from "../../engine/engine.ts";
import type { Json, Kind } from "../../engine/kind.ts";
import { createSharedWork } from "../../engine/shared-work.ts";
import { type Described, ModelError, type VisionModel, type VisionRequest } from "../../models/contract.ts";
import { storeFacts } from "../../models/instructions.ts";
import { createRunPixelWork } from "../../pixel-work.ts";
import type { Database } from "../../platform/database/database.ts";
import { createAdmission } from "../../platform/limits/admission.ts";
import { createHeldBytes } from "../../platform/limits/held-bytes.ts";
import { createOrigins } from "../../platform/outbound/origins.ts";
import { createOutbound } from "../../platform/outbound/outbound.ts";
import { createPictureSource } from "../../platform/outbound/picture-source.ts";
import { createS3Reader } from "../../platform/outbound/s3.ts";
import type { BatchOptions } from "./batch-options.ts";
import { readQuestion } from "./question.ts";
import { rowOutput } from "./result.ts";
import { createRowsKind, kindName, type RowsOptions } from "./rows.kind.ts";

let database: Database;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-rows-kind-"));
  database = await openMigrated({ url: undefined, dataDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

type Answer = (request: VisionRequest, asked: number) => Promise<Partial<Described>> | Partial<Described>;

/** A model that says what its test says, and remembers what it was asked. */
function createModel(
  answer: Answer = () => ({}),
  about: Partial<Pick<VisionModel, "name" | "version" | "limits" | "answers" | "line">> = {},
) {
  const asked: VisionRequest[] = [];
  const name = about.name ?? `model-${randomUUID()}`;
  const model: VisionModel = {
    name,
    version: "1",
    limits: { longSide: 100, maxBytes: 100_000, formats: ["png", "jpeg"] },
    answers: "any question",
    ...about,
    async describe(request) {
      asked.push(request);
      const usual = {
        output: { image_description: "a picture" },
        model: `${name}-2025`,
        usage: null,
        costMicros: null,
        key: "key 1",
      };
      return { ...usual, ...(await answer(request, asked.length)) };
    },
    close: async () => {},
  };
  return { model, asked };
}

const pixelWork = createRunPixelWork(
  createAdmission({
    slots: 2,
    memoryBytes: 2 ** 30,
    uploadBytes: 0,
    maxWaitMs: Number.POSITIVE_INFINITY,
    now: () => performance.now(),
  }),
  1e6,
);

const optionsOf = (changes: Partial<BatchOptions> = {}): BatchOptions & Json => ({
  ...{ fileName: null, chunkSize: 3, columns: null, urlColumn: 0, duplicates: 0, webhookUrl: null },
  ...{ instruction: null, maxCostMicros: null, lane: "online" },
  ...{ model: null, cache: "use", requestedAt: new Date().toISOString(), ...changes },
});

/** Works on rows with the guarded fetch of the service and the models of a test. */
async function setup(
  models: readonly VisionModel[],
  {
    slots = 2,
    chunkSize = 3,
    ...options
  }: Partial<RowsOptions> & { slots?: number; chunkSize?: number } = {},
) {
  const outbound = createOutbound({ allowPrivate: ["loopback"] });
  const origins = createOrigins({ concurrency: 16, perSecond: null, patienceMs: 60_000, now: Date.now });
  const s3 = createS3Reader({ endpoint: null, region: "x", accessKeyId: null, secretAccessKey: null });
  const room = createHeldBytes({ totalBytes: 2 ** 27, maxBytes: 2 ** 20 });
  const source = createPictureSource({
    room,
    outbound,
    origins,
    s3,
    buckets: null,
    excludedBucket: null,
    maxBytes: 100_000,
    totalMs: 10_000,
  });
  const kind = createRowsKind({
    vision: { usual: models[0] ?? null, named: new Map(models.map((model) => [model.name, model])) },
    instruction: storeFacts,
    spending: { spent: async () => ({ costMicros: 0, unpriced: 0 }), isPriced: () => true },
    source,
    runPixelWork: pixelWork,
    concurrency: 4,
    addressCacheMs: 3_600_000,
    retryBaseMs: 1,
    now: Date.now,
    random: () => 0.5,
    ...options,
  });
  const log: unknown[] = [];
  const engine = createEngine({
    database,
    logger: pino({ level: "error" }, { write: (line: string) => void log.push(JSON.parse(line)) }),
    kinds: [kind],
    slots,
    timing: { flushMs: 5, pollMs: 20 },
  });
  onTestFinished(async () => {
    await engine.stop(0);
    origins.close();
    await Promise.all([outbound.close(), s3.close()]);
  });
  await engine.run();

  /** Begins a batch, and resolves with it once it is in a state. */
  const run = async (urls: readonly string[], changes: Partial<BatchOptions> = {}, state = "completed") => {
    const id = randomUUID();
    const settings = optionsOf({ chunkSize, ...changes });
    const writer = await engine.write({
      ...{ id, kind: kindName, owner: "tester", name: "rows", priority: 0, chunkSize, options: settings },
    });
    await writer.add(urls.map((url) => ({ url })));
    await writer.finish({ start: { maxActive: 100 } });
    const batch = await until(async () => {
      const found = await engine.read(id);
      expect(found?.state).toBe(state);
      return found;
    });
    const results = await engine.results(id, {}, { limit: 100 });
    return {
      batch,
      outputs: results.map((result) => (result.succeeded ? rowOutput.parse(result.output) : null)),
      failures: results.map((result) => (result.succeeded ? null : [result.code, result.message])),
      tries: async (position: number) => (await engine.attempts(id, position)).map(({ code }) => code),
    };
  };
  return { run, kind, room, engine, log, origin: await useOrigin() };
}

/** Until it is known what is at all of the addresses. */
const visited = (...urls: readonly string[]) =>
  until(async () => {
    const keys = urls.map((url) => `analysis/address/${createHash("sha256").update(url).digest("hex")}`);
    const { rows } = await sql`
      select 1 from shared_work where key = any(${keys}::text[]) and done_at is not null
    `.execute(database.sql);
    expect(rows).toHaveLength(urls.length);
  });

const hits = (outputs: readonly ({ readonly cacheHit: boolean } | null)[]) =>
  outputs.filter((output) => output?.cacheHit).length;

test("a row has what the model said of its picture, and where that is from", async () => {
  const output = { store_image: true, store_name: "Tea House", anything: [1, { more: null }] };
  const { model, asked } = createModel(() => ({ output }));
  const { run, origin } = await setup([model]);
  const content = await sharp(await blank())
    .jpeg()
    .toBuffer();
  const { outputs } = await run([origin.serve("/a.jpg", bytes(content))]);
  expect(outputs).toEqual([
    {
      analysis: output,
      model: `${model.name}-2025`,
      instruction: storeFacts.version,
      key: "key 1",
      usage: null,
      costMicros: null,
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      format: "jpeg",
      width: 16,
      height: 16,
      bytes: content.length,
      cacheHit: false,
    },
  ]);
  // It fits, so the model sees the bytes that were fetched.
  expect(asked).toMatchObject([{ format: "jpeg", width: 16, height: 16, instruction: storeFacts }]);
  expect(asked[0]?.image.equals(content)).toBe(true);
});

test("a model sees pictures that fit it: scaled down whole, in a format that it takes", async () => {
  const limits = { longSide: 50, maxBytes: 100_000, formats: ["jpeg"] } as const;
  const { model, asked } = createModel(() => ({}), { limits });
  const { run, origin } = await setup([model]);
  const wide = sharp({ create: { width: 200, height: 100, channels: 3, background: "#369" } });
  const { outputs } = await run([origin.serve("/wide.webp", bytes(await wide.webp().toBuffer()))]);
  expect(asked).toMatchObject([{ format: "jpeg", width: 50, height: 25 }]);
  expect(await sharp(asked[0]?.image).metadata()).toMatchObject({ format: "jpeg", width: 50, height: 25 });
  // What is told is the picture as it was fetched.
  expect(outputs).toMatchObject([{ format: "webp", width: 200, height: 100 }]);
});

describe("what is known", () => {
  test("is not asked again: by address, by content, in any batch", async () => {
    const { model, asked } = createModel();
    const { run, origin } = await setup([model]);
    const same = bytes(await blank());
    const [a, b] = [origin.serve("/a.png", same), origin.serve("/b.png", same)];
    const first = await run([a, a, a, b, a, b]);
    expect(hits(first.outputs)).toBe(5);
    const second = await run([b, a]);
    expect(hits(second.outputs)).toBe(2);
    expect(asked).toHaveLength(1);
    expect([origin.requests("/a.png").length, origin.requests("/b.png").length]).toEqual([1, 1]);
  });

  test("to one model is not known to another: its picture is fetched once more, for all of its rows", async () => {
    const first = createModel();
    const second = createModel();
    const { run, origin } = await setup([first.model, second.model]);
    const url = origin.serve("/a.png", bytes(await blank()));
    await run([url]);
    const other = await run([url, url, url, url], { model: second.model.name });
    expect(other.outputs.map((output) => output?.model)).toEqual(Array(4).fill(`${second.model.name}-2025`));
    expect(hits(other.outputs)).toBe(3);
    expect(origin.requests("/a.png")).toHaveLength(2);
    await run([url], { model: first.model.name });
    await run([url], { model: second.model.name });
    expect([first.asked.length, second.asked.length, origin.requests("/a.png").length]).toEqual([1, 1, 2]);
  });

  test("to another process soon is waited for, and its picture is fetched once", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { model, asked } = createModel(async () => {
      await gate;
      return {};
    });
    // Each has a row, of another address with the same content.
    const alone = { slots: 1, chunkSize: 1 };
    const { run, origin } = await setup([model], alone);
    await setup([model], alone);
    const same = bytes(await blank());
    const urls = [origin.serve("/a.png", same), origin.serve("/b.png", same)];
    const ended = run(urls);
    await visited(...urls);
    open();
    expect(hits((await ended).outputs)).toBe(1);
    expect(asked).toHaveLength(1);
    expect([origin.requests("/a.png").length, origin.requests("/b.png").length]).toEqual([1, 1]);
  });

  test("is asked again of a new version of the model, and with a new instruction", async () => {
    const name = `model-${randomUUID()}`;
    const old = createModel(() => ({}), { name });
    const before = await setup([old.model]);
    const url = before.origin.serve("/a.png", bytes(await blank()));
    await before.run([url]);
    await before.engine.stop(0);
    const newer = createModel(() => ({}), { name, version: "2" });
    const after = await setup([newer.model]);
    expect(hits((await after.run([url])).outputs)).toBe(0);
    await after.engine.stop(0);
    const otherwise = await setup([newer.model], {
      instruction: { ...storeFacts, version: `v-${randomUUID()}` },
    });
    expect(hits((await otherwise.run([url])).outputs)).toBe(0);
    expect([old.asked.length, newer.asked.length]).toEqual([1, 2]);
  });

  test("of an address is too old after its time; the same content is still known", async () => {
    const { model, asked } = createModel();
    let ahead = 0;
    const clock = () => Date.now() + ahead;
    const { run, origin } = await setup([model], { now: clock });
    const url = origin.serve("/a.png", bytes(await blank()));
    const at = () => ({ requestedAt: new Date(clock()).toISOString() });
    await run([url], at());
    ahead = 3_000_000;
    await run([url], at());
    expect(origin.requests("/a.png")).toHaveLength(1);
    ahead = 2 * 3_600_000;
    const later = await run([url], at());
    expect(origin.requests("/a.png")).toHaveLength(2);
    expect(hits(later.outputs)).toBe(1);
    expect(asked).toHaveLength(1);
  });

  test("where nothing is kept, every batch asks anew, and the rows of one share what it found", async () => {
    const { model, asked } = createModel();
    const { run, origin } = await setup([model], { addressCacheMs: 0 });
    const url = origin.serve("/a.png", bytes(await blank()));
    await run([url, url, url, url, url]);
    expect(origin.requests("/a.png")).toHaveLength(1);
    await run([url, url]);
    expect(origin.requests("/a.png")).toHaveLength(2);
    expect(asked).toHaveLength(1);
  });
});

describe("a failure", () => {
  test("of the origin that may pass is tried again, and every try is on record", async () => {
    const { run, origin } = await setup([createModel().model]);
    const better = origin.serve("/better.png", inTurn(status(500), status(503), bytes(await blank())));
    const worse = origin.serve("/worse.png", status(502));
    const gone = origin.at("/gone.png");
    const { outputs, failures, tries } = await run([better, worse, gone]);
    expect(outputs.map((output) => output !== null)).toEqual([true, false, false]);
    expect(failures.map((failure) => failure?.[0])).toEqual([undefined, "http_5xx", "http_404"]);
    expect(await tries(0)).toEqual(["http_5xx", "http_5xx"]);
    expect(await tries(1)).toEqual(["http_5xx", "http_5xx"]);
    expect(await tries(2)).toEqual([]);
  });

  test.each([
    [{ kind: "unavailable", reason: "It is down." }, "model_unavailable", 3],
    [{ kind: "invalid_output", reason: "Not in the shape." }, "invalid_output", 3],
    [{ kind: "refused", reason: "Its policy." }, "refused", 1],
    [{ kind: "rejected", reason: "Too strange." }, "analysis_error", 1],
  ] as const)("of the model, %j, is %s after %d questions", async (failure, code, questions) => {
    const { model, asked } = createModel(() => {
      throw new ModelError(failure);
    });
    const { run, origin } = await setup([model]);
    const { failures } = await run([origin.serve("/a.png", bytes(await blank()))]);
    expect(failures).toEqual([[code, failure.reason]]);
    expect(asked).toHaveLength(questions);
  });

  test("of the model that passes is not the last word", async () => {
    const { model } = createModel((_request, asked) => {
      if (asked < 3) throw new ModelError({ kind: "unavailable", reason: "It is down." });
      return {};
    });
    const { run, origin } = await setup([model]);
    const { outputs, tries } = await run([origin.serve("/a.png", bytes(await blank()))]);
    expect(outputs).toMatchObject([{ cacheHit: false }]);
    expect(await tries(0)).toEqual(["model_unavailable", "model_unavailable"]);
  });

  test("for want of quota is none: the row waits, however often, and no try is on record", async () => {
    const { model, asked } = createModel((_request, count) => {
      if (count < 6) throw new ModelError({ kind: "rate_limited", until: new Date(Date.now() + 10) });
      return {};
    });
    const { run, origin } = await setup([model]);
    const { outputs, tries } = await run([origin.serve("/a.png", bytes(await blank()))]);
    expect(outputs).toMatchObject([{ cacheHit: false }]);
    expect(asked).toHaveLength(6);
    expect(await tries(0)).toEqual([]);
  });

  test("that nobody foresaw is ours, and is logged", async () => {
    const { model } = createModel(() => {
      throw new RangeError("of the adapter");
    });
    const { run, origin, log } = await setup([model]);
    const { failures } = await run([origin.serve("/a.png", bytes(await blank()))]);
    expect(failures.map((failure) => failure?.[0])).toEqual(["internal_error"]);
    expect(JSON.stringify(log)).toContain("of the adapter");
  });

  test.each<[string, (content: Buffer) => Buffer, string]>([
    ["no picture", () => Buffer.from("<html>"), "not_an_image"],
    ["torn", (content) => content.subarray(0, content.length - 30), "decode_error"],
    ["too large", () => Buffer.alloc(100_001), "too_large"],
  ])("of a picture that is %s is its own: the model is not asked", async (_what, make, code) => {
    const { model, asked } = createModel(() => ({}), {
      limits: { longSide: 8, maxBytes: 100_000, formats: ["jpeg"] },
    });
    const { run, origin } = await setup([model]);
    const { failures } = await run([origin.serve("/a.png", bytes(make(await blank())))]);
    expect(failures.map((failure) => failure?.[0])).toEqual([code]);
    expect(asked).toEqual([]);
  });

  test("of a picture with more pixels than are decoded names them", async () => {
    const { model, asked } = createModel();
    const { run, origin } = await setup([model]);
    const huge = sharp({ create: { width: 2_000, height: 1_000, channels: 3, background: "#369" } });
    const { failures } = await run([origin.serve("/a.png", bytes(await huge.png().toBuffer()))]);
    expect(failures).toEqual([["too_many_pixels", expect.stringContaining("2000x1000")]]);
    expect(asked).toEqual([]);
  });

  test("of a row without an address costs nothing", async () => {
    const { model, asked } = createModel();
    const { run } = await setup([model]);
    const { failures } = await run(["ftp://a.example/b.png", ""]);
    expect(failures.map((failure) => failure?.[0])).toEqual(["invalid_url", "invalid_url"]);
    expect(asked).toEqual([]);
  });
});

describe("rows of two batches with one picture share what is the same, and no more", () => {
  /** Rows as the engine works on them in one process. */
  async function rowsOf(kind: Kind) {
    const { once, close } = createSharedWork({ database: database.sql, leaseMs: 60_000 });
    onTestFinished(close);
    return (url: string, options: BatchOptions, signal = new AbortController().signal) =>
      kind.handle(
        { url },
        {
          ...{ batchId: randomUUID(), position: 0, options, attempt: 1, freshAttempt: 1, signal },
          halting: new AbortController().signal,
          once: (key, work, how) => once(key, work, signal, how),
        },
      );
  }

  test("one fetch, and each model's own answer, whatever becomes of the other one's", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const first = createModel(async () => {
      begin();
      await gate;
      throw new ModelError({ kind: "unusable", reason: "No key is accepted." });
    });
    const second = createModel();
    const { run, room, origin } = await setup([first.model, second.model]);
    const url = origin.serve("/a.png", bytes(await blank()));
    const paused = run([url], { model: first.model.name }, "paused");
    await begun;
    const { outputs } = await run([url], { model: second.model.name });
    expect(outputs).toMatchObject([{ model: `${second.model.name}-2025`, cacheHit: false }]);
    open();
    expect((await paused).batch?.reason).toBe("No key is accepted.");
    expect([first.asked.length, second.asked.length, origin.requests("/a.png").length]).toEqual([1, 1, 1]);
    expect(room.state()).toEqual({ bytes: 0, waiting: 0 });
  });

  test("a try that failed counts for each; it may have been the last one of one of them", async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { model, asked } = createModel(async (_request, count) => {
      if (count === 3) {
        begin();
        await gate;
      }
      if (count <= 3) throw new ModelError({ kind: "unavailable", reason: "It is down." });
      return {};
    });
    const { run, origin } = await setup([model]);
    const same = bytes(await blank());
    const [a, b] = [origin.serve("/a.png", same), origin.serve("/b.png", same)];
    const failing = run([a]);
    await begun;
    const later = run([b]);
    await visited(b);
    open();
    expect((await failing).failures).toEqual([["model_unavailable", "It is down."]]);
    const { outputs, tries } = await later;
    expect(outputs).toMatchObject([{ cacheHit: false }]);
    expect(await tries(0)).toEqual(["model_unavailable"]);
    expect(asked).toHaveLength(4);
  });

  test("who cannot be asked yet is not who the other one asks", async () => {
    const until = new Date(Date.now() + 3_600_000);
    const waiting = createModel(() => ({}), { line: () => ({ until }) });
    const ready = createModel();
    const { kind, origin } = await setup([waiting.model, ready.model]);
    const work = await rowsOf(kind);
    const url = origin.serve("/a.png", bytes(await blank()));
    const outcomes = await Promise.all([
      work(url, optionsOf({ model: waiting.model.name })),
      work(url, optionsOf({ model: waiting.model.name })),
      work(url, optionsOf({ model: ready.model.name })),
    ]);
    const later = { status: "later", code: null, until, everyone: true };
    expect(outcomes).toMatchObject([later, later, { status: "done", output: { cacheHit: false } }]);
    expect([waiting.asked.length, origin.requests("/a.png").length]).toEqual([0, 1]);
  });

  test("who is aborted takes nobody along", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { model, asked } = createModel(async ({ signal }, count) => {
      if (count > 1) return {};
      begin();
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const { kind, room, origin } = await setup([model]);
    const work = await rowsOf(kind);
    const url = origin.serve("/a.png", bytes(await blank()));
    const gone = new AbortController();
    const [first, second] = [work(url, optionsOf(), gone.signal), work(url, optionsOf())];
    const failed = expect(first).rejects.toThrow("gone");
    await begun;
    gone.abort(new Error("gone"));
    await failed;
    expect(await second).toMatchObject({ status: "done", output: { cacheHit: false } });
    expect([asked.length, origin.requests("/a.png").length]).toEqual([2, 1]);
    expect(room.state()).toEqual({ bytes: 0, waiting: 0 });
  });
});

describe("a batch that nobody can work on", () => {
  test.each([
    ["names no model where none is configured", null, /No vision model is configured/],
    ["names one that is gone", "gone", /The model gone is not configured any more/],
  ])("since it %s is paused, and says why", async (_what, model, reason) => {
    const { run, origin } = await setup([]);
    const url = origin.serve("/a.png", bytes(await blank()));
    const { batch, outputs } = await run([url, "no address", url, url], { model }, "paused");
    expect(batch).toMatchObject({ reason: expect.stringMatching(reason), succeeded: 0, failed: 0 });
    expect(outputs).toEqual([]);
    expect(origin.requests("/a.png")).toEqual([]);
  });
});

describe("a batch with a question of its own", () => {
  const properties = { zebra: { type: "boolean" }, number: { type: "integer" } };
  const schema = JSON.stringify({ type: "object", properties });
  const asking = (text: string) => ({
    instruction: readQuestion({ text, schema }, { model: null, models: ["any"] }),
  });

  test("has the model asked that, and its rows have the whole answer", async () => {
    const output = { number: 3, zebra: true };
    const { model, asked } = createModel(() => ({ output }));
    const { run, origin } = await setup([model]);
    const { outputs } = await run([origin.serve("/a.png", bytes(await blank()))], asking("How many?"));
    expect(asked).toMatchObject([{ instruction: { text: "How many?", schema: JSON.parse(schema) } }]);
    // Told to models in the caller's order, wherever the batch was stored meanwhile.
    expect(JSON.stringify(asked[0]?.instruction.schema)).toBe(schema);
    expect(outputs).toMatchObject([
      { analysis: output, instruction: asking("How many?").instruction?.version },
    ]);
  });

  test("shares answers with those that ask the same, and with no others", async () => {
    const { model, asked } = createModel();
    const { run, origin } = await setup([model]);
    const url = origin.serve("/a.png", bytes(await blank()));
    const hitsOf = async (changes: Partial<BatchOptions>) => hits((await run([url], changes)).outputs);
    expect(await hitsOf({})).toBe(0);
    expect(await hitsOf(asking("How many?"))).toBe(0);
    expect(await hitsOf(asking("How many?"))).toBe(1);
    expect(await hitsOf(asking("How few?"))).toBe(0);
    expect(await hitsOf({})).toBe(1);
    expect(asked).toHaveLength(3);
  });

  test("is paused where only the offline model is left, which would answer something else", async () => {
    const { model, asked } = createModel(() => ({}), { answers: "the default question" });
    const { run, origin } = await setup([model]);
    const url = origin.serve("/a.png", bytes(await blank()));
    const { batch } = await run([url], asking("How many?"), "paused");
    expect(batch?.reason).toMatch(/asks a question of its own.*Configure another model and resume/);
    expect([asked.length, origin.requests("/a.png").length]).toEqual([0, 0]);
  });
});

test("a picture has its room while the model looks at it, and no longer, however that ends", async () => {
  let held = 0;
  const { model } = createModel(() => {
    held = room.state().bytes;
    return {};
  });
  const { run, room, origin } = await setup([model]);
  const good = await blank();
  await run([
    origin.serve("/good.png", bytes(good)),
    origin.serve("/bad.png", bytes(Buffer.from("no picture"))),
  ]);
  expect(held).toBeGreaterThanOrEqual(good.length);
  expect(room.state()).toEqual({ bytes: 0, waiting: 0 });
});

test("a row has not failed that waits for the recogniser behind all others, each as slow as it may be", async () => {
  const { kind } = await setup([createModel().model]);
  const rowsAtOnce = 100;
  const slowestPictureMs = 120_000;
  expect(kind.itemTimeoutMs).toBeGreaterThan(rowsAtOnce * slowestPictureMs);
});
