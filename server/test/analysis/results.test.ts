import { describe, expect, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { accepted, csvOf, refused } from "./client.ts";
import { blank, bytes, inTurn, status } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "4" });

test("a picture comes back with its facts, and with where they are from", async () => {
  const { client, origin } = service();
  const url = origin.serve("/green.png", bytes(await blank("#00ff00")));
  const { id, results, columns, count, next_after: nextAfter } = await client.analyze(csvOf(url));
  expect({ columns, count, nextAfter }).toEqual({ columns: ["url"], count: 1, nextAfter: null });
  expect(results).toMatchObject([
    {
      batch_id: id,
      row: 1,
      url,
      success: true,
      store_image: false,
      text_content: null,
      store_name: null,
      business_contact: null,
      image_description: expect.stringMatching(/green/i),
      error_type: null,
      error_message: null,
      api_key_used: null,
      gemini_model_used: "local",
      cache_hit: false,
      content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      cells: [url],
    },
  ]);
  const [result] = results;
  expect(result?.analysis_result).toMatchObject({ image_description: result?.image_description });
});

describe("a batch of all that can go wrong", () => {
  const troubles = {
    "/gone.png": "http_404",
    "/forbidden.png": "http_403",
    "/broken.png": "http_5xx",
    "/page.html": "not_an_image",
    "/drawing.svg": "unsupported_format",
    "/torn.png": "decode_error",
    "/empty.png": "empty_response",
    "/loop.png": "too_many_redirects",
    "/inside.png": "blocked_address",
  } as const;
  let batch: Awaited<ReturnType<ReturnType<typeof service>["client"]["analyze"]>> | undefined;

  const analyzed = async () => {
    const { client, origin, picture } = service();
    origin.serve("/forbidden.png", status(403));
    origin.serve("/broken.png", status(503));
    origin.serve(
      "/page.html",
      bytes(Buffer.from("<!doctype html><p>Not here"), { "content-type": "text/html" }),
    );
    origin.serve("/drawing.svg", bytes(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')));
    origin.serve("/torn.png", bytes((await blank()).subarray(0, 60)));
    origin.serve("/empty.png", bytes(Buffer.alloc(0)));
    origin.serve("/loop.png", status(302, { location: "/loop.png" }));
    origin.serve("/inside.png", status(302, { location: "http://10.0.0.1/a.png" }));
    const urls = [
      ...Object.keys(troubles).map(origin.at),
      "mailto:a@example.com",
      picture,
      "also no address",
    ];
    batch ??= await client.analyze(csvOf(...urls));
    return batch;
  };

  test("ends as completed, and each row has its cause", async () => {
    const { client } = service();
    const { id, results } = await analyzed();
    expect(results.map(({ error_type }) => error_type)).toEqual([
      ...Object.values(troubles),
      "invalid_url",
      null,
      "invalid_url",
    ]);
    for (const { success, error_message: message, store_image: shop, analysis_result: facts } of results) {
      expect(message === null).toBe(success);
      expect(shop === null && facts === null).toBe(!success);
    }
    expect(await client.progress(id)).toMatchObject({
      status: "completed",
      processed_count: 12,
      successful_count: 1,
      failed_count: 11,
      progress_percentage: 100,
      current_chunk: 3,
      is_active: false,
      error_message: null,
    });
  });

  test("is told by cause and by what can be done about it", async () => {
    const { client } = service();
    const { id } = await analyzed();
    const answer = await client.get(`/api/v1/batches/${id}/analyze`);
    const { data } = accepted(wire.errorAnalysisResponse, answer);
    expect(data.total_errors).toBe(11);
    expect(data.error_categories).toEqual({ network_errors: 3, invalid_urls: 5, processing_errors: 3 });
    expect(data.top_errors[0]).toEqual({ error_type: "invalid_url", count: 2, percentage: 18.2 });
    expect(data.top_errors).toHaveLength(10);
    expect(data.errors).toHaveLength(10);
    expect(data.errors).toContainEqual({ error_type: "http_5xx", count: 1, retryable: true });
    expect(data.recommendations).toEqual(
      expect.arrayContaining(["Check network connectivity", "Validate URL format"]),
    );
    const health = accepted(wire.healthResponse, await client.get(`/api/v1/batches/${id}/health`)).data;
    // One success of twelve; the most frequent cause had two rows of twelve, of which five per cent are tolerated.
    expect(health.factors).toEqual({ success_rate: 8.3, processing_speed: 100, error_patterns: 88.3 });
    expect(health.health_score).toBe(50.7);
  });

  test("is read by outcome and by cause", async () => {
    const { client } = service();
    const { id } = await analyzed();
    const rows = async (query: string) => (await client.results(id, query)).results.map(({ row }) => row);
    expect(await rows("?status=success")).toEqual([11]);
    expect(await rows("?status=failed")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]);
    expect(await rows("?error_type=invalid_url")).toEqual([10, 12]);
    expect(await rows("?error_type=http_404,%20http_403")).toEqual([1, 2]);
    expect(await rows("?error_type=nothing_of_the_kind")).toEqual([]);
    expect(await rows("?status=failed&limit=2&after=3")).toEqual([4, 5]);
  });

  test("is read page by page, every row once and in the order of the file", async () => {
    const { client } = service();
    const { id, results } = await analyzed();
    const read: typeof results = [];
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<typeof client.results>> = await client.results(
        id,
        `?limit=5&after=${after}`,
      );
      expect(page.count).toBe(page.results.length);
      read.push(...page.results);
      after = page.next_after;
    }
    expect(read).toEqual(results);
    expect(read.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await client.results(id, "?limit=12")).toMatchObject({ count: 12, next_after: null });
    expect(await client.results(id, "?limit=junk")).toMatchObject({ count: 12 });
  });

  test("has three chunks, whose ids its results have", async () => {
    const { client } = service();
    const { id, results } = await analyzed();
    const read = async (query = "") =>
      accepted(wire.chunksResponse, await client.get(`/api/v1/batches/${id}/chunks${query}`)).data;
    const { chunks, total_chunks: total } = await read();
    expect(total).toBe(3);
    expect(chunks.map((chunk) => [chunk.chunk_number, chunk.status, chunk.url_count])).toEqual([
      [1, "completed", 4],
      [2, "completed", 4],
      [3, "completed", 4],
    ]);
    expect(chunks.map((chunk) => [chunk.successful_count, chunk.failed_count])).toEqual([
      [0, 4],
      [0, 4],
      [1, 3],
    ]);
    for (const { started_at: from, completed_at: to, ...chunk } of chunks) {
      expect(chunk).toMatchObject({ processed_count: 4, progress_percentage: 100 });
      const seconds = (Date.parse(to ?? "") - Date.parse(from ?? "")) / 1000;
      expect(chunk.processing_time_seconds).toBeCloseTo(seconds, 3);
    }
    const ids = chunks.map(({ chunk_id }) => chunk_id);
    expect(results.map(({ chunk_id }) => ids.indexOf(chunk_id))).toEqual([
      0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
    ]);
    expect((await read("?limit=1&after=1")).chunks.map(({ chunk_number }) => chunk_number)).toEqual([2]);
  });

  test.each(["status=done", "after=-1", "after=junk", `error_type=${"x".repeat(1_001)}`])(
    "is not read by %s",
    async (query) => {
      const { id } = await analyzed();
      const answer = await service().client.get(`/api/v1/batches/${id}/results?${query}`);
      expect(refused(answer, 400, "validation_error")).toContain(query.split("=")[0]);
    },
  );
});

test("an origin that stumbles is asked again, three times in all", async () => {
  const { client, origin, picture } = service();
  const better = origin.serve("/better.png", inTurn(status(500), status(503), bytes(await blank())));
  const worse = origin.serve("/worse.png", status(500));
  const none = origin.at("/never-there.png");
  const { results } = await client.analyze(csvOf(picture, better, worse, none));
  expect(results.map(({ error_type }) => error_type)).toEqual([null, null, "http_5xx", "http_404"]);
  expect(results[2]?.error_message).toMatch(/500/);
  const asked = ["/better.png", "/worse.png", "/never-there.png"].map((path) => origin.requests(path).length);
  expect(asked).toEqual([3, 3, 1]);
});

test("a batch that has done nothing yet has no errors, and is well", async () => {
  const { client, picture } = service();
  const { id } = await client.create(csvOf(picture), { auto_start: "false" });
  const analysis = accepted(
    wire.errorAnalysisResponse,
    await client.get(`/api/v1/batches/${id}/analyze`),
  ).data;
  expect(analysis).toEqual({
    total_errors: 0,
    error_categories: { network_errors: 0, invalid_urls: 0, processing_errors: 0 },
    top_errors: [],
    errors: [],
    recommendations: ["No errors found"],
  });
  const health = accepted(wire.healthResponse, await client.get(`/api/v1/batches/${id}/health`)).data;
  expect(health).toEqual({
    health_score: 100,
    factors: { success_rate: 100, processing_speed: 100, error_patterns: 100 },
    recommendations: ["Batch is performing well", "Monitor for rate limiting"],
  });
  expect(await client.results(id)).toMatchObject({ results: [], count: 0, next_after: null });
  const chunks = accepted(wire.chunksResponse, await client.get(`/api/v1/batches/${id}/chunks`)).data;
  expect(chunks.chunks).toMatchObject([
    { status: "pending", progress_percentage: 0, started_at: null, processing_time_seconds: null },
  ]);
});
