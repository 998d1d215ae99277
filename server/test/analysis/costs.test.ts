import { expect, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { accepted, csvOf, formOf, refused } from "./client.ts";
import { blank, bytes, gated } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "1" });
const path = "/api/v1/batches/estimate";

test("a batch of the local model has cost nothing, and its rows say so", async () => {
  const { client, picture } = service();
  const { id, results } = await client.analyze(csvOf(picture, picture, "no address"));
  expect((await client.details(id)).usage).toEqual({
    ...{ calls: 0, input_tokens: 0, output_tokens: 0, estimated_cost_usd: 0, unpriced_calls: 0 },
    ...{ possibly_paid_twice: 0, possibly_paid_twice_calls: [] },
  });
  const costs = results.map((row) => [row.input_tokens, row.output_tokens, row.estimated_cost_usd]);
  expect(costs[2]).toEqual([null, null, null]);
  for (const row of results.slice(0, 2)) expect(row.estimated_cost_usd, `cached: ${row.cache_hit}`).toBe(0);
});

test("a limit on costs is kept, told, and changed when the batch is resumed", async () => {
  const { client, origin } = service();
  const { gate, open } = gated(bytes(await blank()));
  const csv = csvOf(origin.serve("/kept.png", gate), "no address");
  const { id } = await client.create(csv, { max_cost_usd: "0.000001" });
  await client.reached(id, { status: "processing", processed_count: 1 });
  const limit = async () => (await client.details(id)).batch_info.max_cost_usd;
  expect(await limit()).toBe(0.000001);
  const resume = (body?: object) => client.post(`/api/v1/batches/${id}/resume`, body);

  // It is not paused, so nothing changes.
  refused(await resume({ max_cost_usd: 5 }), 400, "batch_state");
  expect(await limit()).toBe(0.000001);

  for (const [body, expected] of [
    [undefined, 0.000001],
    [{ max_cost_usd: 20 }, 20],
    [{}, 20],
    [{ max_cost_usd: "20.25" }, 20.25],
    [{ max_cost_usd: null }, null],
  ] as const) {
    await client.post(`/api/v1/batches/${id}/pause`);
    const { data } = accepted(wire.controlResponse, await resume(body));
    expect(data).toEqual({ batch_id: id, started: true, resumed: true, status: "queued" });
    expect(await limit()).toBe(expected);
  }
  open();
  await client.reached(id, { status: "completed", successful_count: 1 });
});

test.each([
  ["no number", "lots"],
  ["nothing at all", 0],
  ["less than a micro-dollar", 0.0000001],
  ["a list", [1]],
  ["true", true],
])("resume refuses a limit that is %s", async (_what, max_cost_usd) => {
  const { client, picture } = service();
  const { id } = await client.create(csvOf(picture), { auto_start: "false" });
  const answer = await client.post(`/api/v1/batches/${id}/resume`, { max_cost_usd });
  expect(refused(answer, 400, "validation_error")).toMatch(/max_cost_usd.*expected an amount of dollars/);
});

test("create refuses a limit that is no amount", async () => {
  const { client } = service();
  const answer = await client.upload(formOf(csvOf("http://a/1"), { max_cost_usd: "free" }));
  expect(refused(answer, 400, "validation_error")).toMatch(/^max_cost_usd: expected/);
});

test("an estimate counts the file and stores nothing", async () => {
  const { client } = service();
  const before = (await client.list()).pagination.total;
  const csv = csvOf("http://a/1", "http://a/2", "http://a/1", "no address");
  for (const order of ["first", "last"] as const) {
    const form = formOf(csv, { model: "local", width: "800", height: "600" }, "urls.csv", order);
    const { data } = accepted(wire.estimateResponse, await client.send("POST", path, { body: form }));
    expect(data).toMatchObject({ is_estimate: true, total_urls: 4, invalid_urls: 1, questions: 2 });
  }
  expect((await client.list()).pagination.total).toBe(before);
});

test("an estimate is made of a number of rows too", async () => {
  const { client } = service();
  const { data } = accepted(
    wire.estimateResponse,
    await client.post(path, { rows: 50_000, width: 1600, height: 1200 }),
  );
  expect(data).toMatchObject({ total_urls: 50_000, questions: 50_000, invalid_urls: 0 });
});

test.each([
  [{}, /^rows: expected/],
  [{ rows: 0 }, /^rows: expected/],
  [{ rows: 5, width: 100 }, /^height: is missing/],
  [{ rows: 5, width: 0, height: 1 }, /^width: expected pixels/],
  [{ rows: 5, model: "unheard-of" }, /^model: unheard-of is not configured/],
  [[], /^body: expected a JSON object/],
])("an estimate of %j is refused", async (body, words) => {
  const { client } = service();
  expect(refused(await client.post(path, body), 400, "validation_error")).toMatch(words);
});

test.each([
  [() => formOf("url\nnothing\n"), "no_valid_urls"],
  [() => new FormData(), "no_file"],
  [() => formOf(csvOf("http://a/1"), { width: "wide", height: "1" }), "validation_error"],
])("a form that could be no batch has no estimate", async (form, code) => {
  const { client } = service();
  refused(await client.send("POST", path, { body: form() }), 400, code);
});

test("what is neither a form nor JSON is refused", async () => {
  const { client } = service();
  const answer = await client.send("POST", path, { body: "rows", headers: { "content-type": "text/csv" } });
  expect([400, 415]).toContain(answer.status);
});
