import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import {
  AllProvidersFailedError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  cachePrepared,
  Fovea,
  type ImageInput,
  mapConcurrent,
  NotFoundError,
  processInStages,
  processWithFallback,
  selectProvider,
  type TableInput,
  UnprocessableEntityError,
} from "@fovea/client";
import { readHeader } from "@fovea/imaging";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blank, bytes, gated, status } from "../../../server/test/analysis/origin.ts";
import { shareService } from "../../../server/test/analysis/world.ts";
import { receiverUnderTest } from "../../../server/test/webhooks/receiver.ts";
import { methodsOf, recorded } from "./recorded.ts";

const secret = `whsec_${Buffer.from("a secret of the tests, 32 bytes.").toString("base64")}`;
const service = shareService({ WEBHOOK_SECRET: secret });
const unknown = "550e8400-e29b-41d4-a716-446655440000";
const called = new Set<string>();
let fovea: Fovea;
let photo: Buffer<ArrayBuffer>;
let folder: string;

beforeAll(async () => {
  fovea = recorded(new Fovea({ baseUrl: service().baseUrl, token: "test-token" }), called);
  const made = await sharp({ create: { width: 2400, height: 1200, channels: 3, background: "#336699" } })
    .jpeg()
    .toBuffer();
  photo = Buffer.from(new Uint8Array(made));
  folder = await mkdtemp(join(tmpdir(), "fovea-client-"));
  await writeFile(join(folder, "photo.jpg"), photo);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("prepare", () => {
  const view = () => {
    const larger = Buffer.concat([Buffer.alloc(7), photo, Buffer.alloc(7)]);
    return new Uint8Array(larger.buffer, larger.byteOffset + 7, photo.length);
  };
  test.each<[what: string, image: () => ImageInput | Promise<ImageInput>]>([
    ["a Buffer", () => photo],
    ["a part of a larger buffer", view],
    ["an ArrayBuffer", () => Uint8Array.from(photo).buffer],
    ["a Blob, whatever it says that it is", () => new Blob([photo], { type: "application/json" })],
    ["a File", () => new File([photo], "photo.jpg")],
    ["a stream", () => new Blob([photo]).stream()],
    ["a stream of Node", () => Readable.from([photo.subarray(0, 999), photo.subarray(999)])],
    ["a Response", () => new Response(photo)],
    ["a path", () => join(folder, "photo.jpg")],
    ["a path by its name", () => ({ path: join(folder, "photo.jpg") })],
    ["a file: URL", () => pathToFileURL(join(folder, "photo.jpg"))],
    ["a data: URL", () => `data:image/jpeg;base64,${photo.toString("base64")}`],
    ["a data: URL as an URL", () => new URL(`data:image/jpeg;base64,${photo.toString("base64")}`)],
  ])("takes %s", async (_, image) => {
    const prepared = await fovea.prepare.process(await image(), {
      provider: "openai",
      format: "JPEG",
      quality: 70,
    });
    expect(prepared).toMatchObject({
      ...{ format: "JPEG", media_type: "image/jpeg", width: 2048, height: 1024, quality: 70 },
      ...{
        original_format: "JPEG",
        original_width: 2400,
        original_height: 1200,
        original_size: photo.length,
      },
      passed_through: false,
    });
    expect(prepared.correlation_id).toMatch(/^req-/);
    expect(readHeader(Buffer.from(prepared.bytes))).toMatchObject({
      format: "jpeg",
      width: 2048,
      height: 1024,
    });
  });

  test.each<[what: string, image: unknown, message: RegExp]>([
    ["a number", 7, /^Expected a Blob, /],
    ["nothing", undefined, /^Expected a Blob, /],
    ["an address elsewhere", new URL("https://example.com/a.jpg"), /addresses are not fetched here/],
    ["an answer that failed", new Response("no", { status: 500 }), /status 500/],
  ])("refuses %s before anything is sent", async (_, image, message) => {
    // What TypeScript would not let pass is what JavaScript does.
    await expect(fovea.prepare.process(image as ImageInput, { provider: "claude" })).rejects.toThrow(message);
  });

  test("fits to a model that is named alone, and tells the same of a picture that is sent as JSON", async () => {
    const { models } = await fovea.models.list();
    const model = models.find(({ provider }) => provider === "openai")?.id ?? "";
    const prepared = await fovea.prepare.process(photo, { model });
    const named = await fovea.prepare.process(`data:image/jpeg;base64,${photo.toString("base64")}`, {
      model,
    });
    expect(prepared.model).toBe(model);
    expect(prepared.scale_x).toBeCloseTo(2400 / prepared.model_width, 3);
    expect(named.bytes).toEqual(prepared.bytes);
    expect(prepared.blob().type).toBe(prepared.media_type);
    expect(Buffer.from(prepared.data_url().split(",")[1] ?? "", "base64")).toEqual(
      Buffer.from(prepared.bytes),
    );
    await prepared.save(join(folder, "prepared.jpg"));
    expect(await readFile(join(folder, "prepared.jpg"))).toEqual(Buffer.from(prepared.bytes));
  });

  test("validates, analyzes, makes thumbnails, and knows the providers", async () => {
    expect(await fovea.prepare.validate(photo, { provider: "openai" })).toMatchObject({
      valid: false,
      format: "JPEG",
    });
    const analysis = await fovea.prepare.analyze(photo);
    expect(analysis.analysis.dimensions).toMatchObject({ width: 2400, height: 1200 });
    expect(selectProvider(analysis)).toBe("gemini");
    const thumbnail = await fovea.prepare.thumbnail(photo, { width: 50, height: 50, quality: 60 });
    expect(readHeader(Buffer.from(thumbnail.bytes))).toMatchObject({ width: 50, height: 25 });
    expect(thumbnail).toMatchObject({ width: 50, height: 25, media_type: "image/jpeg" });
    expect((await fovea.prepare.providers()).supported_providers).toContain("claude");
  });

  test("what is built on it: fallback, stages, a cache, many at a time", async () => {
    const { image, provider, failures } = await processWithFallback(fovea, photo, ["claude", "gemini"]);
    expect([provider, failures, image.original_size]).toEqual(["claude", [], photo.length]);
    const noPicture = await processWithFallback(fovea, Buffer.from("no picture"), ["claude", "openai"]).catch(
      (error: unknown) => error,
    );
    expect(noPicture).toBeInstanceOf(AllProvidersFailedError);
    expect(noPicture).toMatchObject({ failures: [{ provider: "claude" }, { provider: "openai" }] });
    await expect(
      processWithFallback(new Fovea({ baseUrl: service().baseUrl, token: "wrong" }), photo, [
        "claude",
        "openai",
      ]),
    ).rejects.toThrow(AuthenticationError);

    const stages: string[] = [];
    await processInStages(fovea, photo, { provider: "claude" }, ({ stage }) => void stages.push(stage));
    expect(stages).toEqual(["validating", "processing", "done"]);

    const cache = cachePrepared(fovea);
    const [first, second] = await Promise.all([
      cache.process(photo, { provider: "claude", quality: 80 }),
      cache.process(new Blob([photo]), { quality: 80, provider: "claude" }),
    ]);
    expect(second).toBe(first);
    expect(cache.bytes).toBe(first.size);

    const sizes: (number | string)[] = [];
    const sides = [10, 20, 30, 5];
    const options = { concurrency: 2 };
    const work = (side: number) => fovea.prepare.thumbnail(photo, { width: side, height: side });
    for await (const each of mapConcurrent(sides, work, options))
      sizes.push(each.ok ? each.value.width : "refused");
    expect(sizes).toEqual([10, 20, 30, "refused"]);
  });
});

describe("batches", () => {
  const table = () => `url,shop\r\n${service().picture},"A, B"\r\n`;
  test.each<[what: string, table: () => TableInput | Promise<TableInput>]>([
    ["addresses", () => [service().picture]],
    ["records", () => [{ url: service().picture, shop: 'A, "B"\r\nC' }]],
    ["a Blob", () => new Blob([table()])],
    ["a File", () => new File([table()], 'sho"ps\r\n.csv')],
    ["a Buffer", () => Buffer.from(table())],
    ["a stream", () => new Blob([table()]).stream()],
    ["a stream of Node", () => Readable.from([Buffer.from(table())])],
    [
      "a path",
      async () => {
        await writeFile(join(folder, "shops.csv"), table());
        return join(folder, "shops.csv");
      },
    ],
  ])("are made of %s", async (_, made) => {
    const { batch_info } = await fovea.batches.create(await made(), {
      batch_name: "Läden",
      auto_start: false,
    });
    expect(batch_info).toMatchObject({
      batch_name: "Läden",
      total_urls: 1,
      invalid_urls: 0,
      auto_started: false,
    });
    const { batch_id: id } = batch_info;
    expect((await fovea.batches.progress(id)).status).toBe("pending");
    expect((await fovea.batches.delete(id)).batch_id).toBe(id);
  });

  test("are followed to their end, read page by page, exported, and run again", async () => {
    const { origin } = service();
    const { gate, open } = gated(bytes(await blank("#102030")));
    const addresses = [
      origin.serve("/gated.png", gate),
      service().picture,
      origin.serve("/gone.png", status(404)),
    ];
    const { batch_id: id } = await fovea.batches.create(addresses, { max_cost_usd: 1.5, cache: "refresh" });
    const told: { processed: number; live: boolean }[] = [];
    const end = fovea.batches.wait(id, {
      onProgress: ({ processed_count: processed }, { live }) => {
        told.push({ processed, live });
        if (processed === 2) open();
      },
    });
    expect(await end).toMatchObject({ status: "completed", successful_count: 2, failed_count: 1 });
    expect(told.some(({ processed, live }) => processed === 2 && live)).toBe(true);

    const rows: (readonly [number, string | null])[] = [];
    for await (const { row, error_type } of fovea.batches.results(id, { limit: 1 }))
      rows.push([row, error_type]);
    expect(rows).toEqual([
      [1, null],
      [2, null],
      [3, "http_404"],
    ]);
    const { items, next } = await fovea.batches.results(id, { limit: 2 }).page();
    expect([items.length, next]).toEqual([2, 2]);
    expect(await fovea.batches.results(id, { limit: 1 }).toArray({ limit: 2 })).toHaveLength(2);
    expect(await fovea.batches.results(id, { failed_only: true }).toArray()).toMatchObject([{ row: 3 }]);
    expect(await fovea.batches.result(id, 3)).toMatchObject({ row: 3, success: false });

    const csv = await fovea.batches.export(id, { format: "csv", failed_only: true });
    expect(csv).toMatchObject({ media_type: "text/csv", filename: expect.stringMatching(/\.csv$/) });
    expect((await csv.text()).trim().split("\n")).toHaveLength(2);
    await expect(csv.text()).rejects.toThrow("has been read already");
    const xlsx = await fovea.batches.export(id, { format: "xlsx" });
    const size = await xlsx.save(join(folder, "results.xlsx"));
    expect((await readFile(join(folder, "results.xlsx"))).length).toBe(size);
    expect((await readdir(folder)).filter((name) => name.includes(".part"))).toEqual([]);
    expect(await fovea.batches.previewExport(id, { failed_only: true })).toBeDefined();
    expect(await fovea.batches.errors(id)).toMatchObject({ total_errors: 1 });

    origin.serve("/gone.png", bytes(await blank("#405060")));
    await fovea.batches.retry(id, { codes: ["http_404"] });
    expect(await fovea.batches.wait(id)).toMatchObject({ failed_count: 0 });
    expect(await fovea.batches.wait(id, { polling: true })).toMatchObject({ failed_count: 0 });
    const { batch_id: copy } = await fovea.batches.clone(id, { new_name: "again" });
    expect(await fovea.batches.get(copy)).toMatchObject({ batch_info: { batch_name: "again" } });
    expect((await fovea.batches.estimate(addresses)).total_urls).toBe(3);
    expect(await (await fovea.batches.template("csv")).text()).toContain("url");
  });

  test("are paused, resumed and cancelled; waiting can end where nothing moves", async () => {
    const { gate } = gated(bytes(await blank("#708090")));
    const { batch_id: id } = await fovea.batches.create([service().origin.serve("/never.png", gate)], {
      auto_start: false,
    });
    expect(await fovea.batches.wait(id, { until: "idle" })).toMatchObject({ status: "pending" });
    await fovea.batches.start(id);
    await fovea.batches.pause(id);
    expect(await fovea.batches.wait(id, { until: "idle" })).toMatchObject({ status: "paused" });
    await fovea.batches.resume(id, { max_cost_usd: 2 });
    const reason = new Error("enough");
    const controller = new AbortController();
    await expect(
      fovea.batches.wait(id, { signal: controller.signal, onProgress: () => controller.abort(reason) }),
    ).rejects.toBe(reason);
    await expect(fovea.batches.wait(id, { timeout: 50 })).rejects.toThrow(
      /^batch\/.* has not ended within 0.05 s. It goes on/,
    );
    await fovea.batches.cancel(id);
    expect(await fovea.batches.wait(id)).toMatchObject({ status: "cancelled" });
  });

  test("the newest are listed first, over several pages, and one key makes one", async () => {
    const call = { idempotencyKey: "order-7" };
    const create = () => fovea.batches.create([service().picture], { batch_name: "one" }, call);
    const first = await create();
    const second = await create();
    expect(second.batch_id).toBe(first.batch_id);
    const listed = await fovea.batches.list({ per_page: 2 }).toArray();
    expect(listed.length).toBeGreaterThan(2);
    expect(listed.filter(({ batch_name }) => batch_name === "one")).toHaveLength(1);
    const created = listed.map(({ created_at }) => created_at);
    expect(created).toEqual(created.toSorted().toReversed());
  });

  test("of what there is not, waiting says so", async () => {
    await expect(fovea.batches.wait(unknown)).rejects.toThrow(NotFoundError);
    await expect(fovea.batches.get("../x")).rejects.toThrow(NotFoundError);
    await expect(fovea.batches.get("")).rejects.toThrow(/an id in it is empty/);
  });
});

describe("media", () => {
  test("a job becomes a picture in any size, which prepare takes by its name", async () => {
    const job = await fovea.jobs.create({
      prompt: "a harbour",
      parameters: { width: 256, height: 256, seed: 3 },
    });
    const told: boolean[] = [];
    const done = await fovea.jobs.wait(job.id, { onProgress: (_, { live }) => void told.push(live) });
    expect(done).toMatchObject({ status: "completed", provider: "local" });
    expect(told).toContain(true);
    const [picture] = done.media ?? [];
    const id = picture?.id ?? "";
    const small = await fovea.media.download(id, { width: 64, format: "webp" });
    expect(small).toMatchObject({ media_type: "image/webp", filename: `${id}.webp` });
    expect(readHeader(Buffer.from(await small.bytes()))).toMatchObject({ format: "webp", width: 64 });
    expect(await fovea.media.info(id)).toMatchObject({ width: 256, mime_type: "image/png" });
    expect((await fovea.prepare.process(`asset://${id}`, { provider: "claude" })).original_width).toBe(256);
    expect(
      (await fovea.jobs.list({ per_page: 1, status: "completed" }).toArray()).map((each) => each.id),
    ).toContain(job.id);
    await fovea.media.delete(id);
    await expect(fovea.media.info(id)).rejects.toThrow();
    await expect(fovea.jobs.cancel(job.id)).rejects.toThrow(BadRequestError);
    await expect(fovea.jobs.get("no-id")).rejects.toMatchObject({
      ...{ name: "UnprocessableEntityError", code: "validation_error" },
      message: expect.stringContaining("path.job_id: "),
    });
  });
});

describe("icons", () => {
  test("one, and a set, followed, downloaded and listed", async () => {
    const icon = await fovea.icons.generate({ category: "tools", format: "svg" });
    expect(await (await fovea.icons.download(icon.image_url)).text()).toContain("<svg");
    expect(await fovea.icons.suggestions("tool")).not.toEqual([]);
    expect((await fovea.icons.cached({ category: "tools" }).toArray()).length).toBeGreaterThan(0);
    expect((await fovea.icons.stats()).total_generated).toBeGreaterThan(0);

    const { batch_id: id } = await fovea.icons.batches.create({ categories: ["sports", "books_media"] });
    const told: number[] = [];
    const end = await fovea.icons.batches.wait(id, {
      onProgress: ({ progress }) => void told.push(progress),
    });
    expect(end).toMatchObject({ status: "completed", successful: 2, failed: 0 });
    expect(told.at(-1)).toBe(100);
    expect((await fovea.icons.batches.get(id)).progress).toBe(100);
    expect((await fovea.icons.batches.result(id)).results).toHaveLength(2);
    const zip = await (await fovea.icons.batches.download(id)).bytes();
    expect(Buffer.from(zip).toString("latin1", 0, 2)).toBe("PK");
    expect((await fovea.icons.batches.list().toArray()).map(({ batch_id }) => batch_id)).toContain(id);
    await expect(fovea.icons.batches.cancel(id)).rejects.toThrow(BadRequestError);
    await expect(fovea.icons.generate({ category: " " })).rejects.toThrow(BadRequestError);
  });
});

describe("catalog, webhooks and events", () => {
  test("an upload is followed to its end and told of, and what was told is verified", async () => {
    const receiver = await receiverUnderTest();
    await fovea.catalog.configureWebhook({ webhook_url: receiver.url, events: ["processing.completed"] });
    const rows = [1, 2, 3].map((number) => ({ product_name: `Mug ${number}`, image_url: service().picture }));
    const { request_id: id } = await fovea.catalog.upload(rows, { quality: 60, effort: "fast" });
    const end = await fovea.catalog.wait(id);
    expect(end).toMatchObject({ request_id: id, status: "completed", progress: { total: 3, completed: 3 } });
    const names: string[] = [];
    for await (const { product_name } of fovea.catalog.products(id, { per_page: 2 }))
      names.push(product_name);
    expect(names).toEqual(["Mug 1", "Mug 2", "Mug 3"]);
    expect((await fovea.catalog.status(id)).products).toHaveLength(3);
    expect(await (await fovea.catalog.csv(id)).text()).toContain("Mug 2");
    await expect(fovea.catalog.cancel(id)).rejects.toThrow();

    const [received] = await receiver.receivedAtLeast(1);
    const { body = "", headers = {} } = received ?? {};
    const event = await fovea.webhooks.verify(body, headers, { secret });
    expect(event).toMatchObject({ request_id: id, event: "processing.completed" });
    await expect(fovea.webhooks.verify(`${body} `, headers, { secret })).rejects.toThrow("No signature");

    const tried = await fovea.webhooks.test(receiver.url);
    expect(tried.delivered).toBe(true);
    const deliveries = await fovea.webhooks.deliveries.list({ limit: 1 }).toArray();
    expect(deliveries.map((each) => each.id)).toContain(tried.delivery.id);
    expect((await fovea.webhooks.deliveries.get(tried.delivery.id)).event).toBe("webhook.test");
    expect((await fovea.webhooks.deliveries.redeliver(tried.delivery.id)).id).toBe(tried.delivery.id);
  });

  test("events begin with how it is, and end when the loop is left", async () => {
    const { batch_id: id } = await fovea.batches.create([service().picture], { auto_start: false });
    const events: string[] = [];
    for await (const { event, topic, data } of fovea.events.stream([`batch/${id}`])) {
      expect(topic).toBe(`batch/${id}`);
      events.push(event);
      if (events.length === 1) await fovea.batches.start(id);
      if (data["status"] === "completed") break;
    }
    expect(events[0]).toBe("snapshot");
    await expect(fovea.events.stream(`batch/${unknown}`).next()).rejects.toThrow(NotFoundError);
  });
});

describe("errors of each API have a class, a code and a sentence", () => {
  test.each<[api: string, call: () => PromiseLike<unknown>, error: unknown, code: string]>([
    [
      "prepare",
      () => fovea.prepare.process(photo, { model: "gpt-0" }),
      UnprocessableEntityError,
      "validation_error",
    ],
    ["batches", () => fovea.batches.get(unknown), NotFoundError, "batch_not_found"],
    ["media", () => fovea.jobs.get(unknown), NotFoundError, "job_not_found"],
    ["icons", () => fovea.icons.batches.get(unknown), NotFoundError, "batch_not_found"],
    ["catalog", () => fovea.catalog.status(unknown), NotFoundError, "request_not_found"],
    ["any path", () => fovea.get("/api/v1/nothing"), NotFoundError, "not_found"],
  ])("%s", async (_, call, error, code) => {
    const thrown = await Promise.resolve(call()).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(error);
    expect(thrown).toMatchObject({ code, requestId: expect.stringMatching(/^req[-_]/) });
    expect(String(thrown)).toMatch(/[a-z]{3}/);
  });

  test("and a result that is not there yet is a conflict", async () => {
    const { batch_id: id } = await fovea.icons.batches.create({
      categories: ["medical"],
      variations_per_category: 3,
    });
    const thrown = await fovea.icons.batches.result(id).then(
      () => "it was there",
      (reason: unknown) => reason,
    );
    // A fast machine may have made them already.
    if (thrown !== "it was there") expect(thrown).toBeInstanceOf(ConflictError);
    await fovea.icons.batches.wait(id);
  });
});

test("an answer can be had with its response, unread, or by a path that has no method", async () => {
  const { data, response, requestId } = await fovea.batches
    .list()
    .page()
    .then(() => fovea.models.list().withResponse());
  expect(data.models.length).toBeGreaterThan(0);
  expect([response.status, requestId]).toEqual([200, response.headers.get("x-correlation-id")]);
  const unread = await fovea.models.list().asResponse();
  expect(await unread.json()).toMatchObject({ as_of: data.as_of });
  expect(await fovea.get("/api/v1/export/formats")).toMatchObject({ success: true });
  const { batch_id: id } = await fovea.batches.create([service().picture], { auto_start: false });
  expect(
    await fovea.post(`/api/v1/batches/${id}/soft-delete`, { json: { retention_days: 1 } }),
  ).toMatchObject({
    success: true,
  });
  await fovea.delete(`/api/v1/batches/${id}`, { query: { force: true } });
  await expect(fovea.batches.get(id)).rejects.toThrow(NotFoundError);
});

test("and with that every method has been called", () => {
  // `once` is a part of `stream`, for those who wait.
  const without = methodsOf(new Fovea()).filter((name) => !called.has(name) && name !== "events.once");
  expect(without).toEqual([]);
});
