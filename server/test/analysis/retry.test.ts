import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import * as wire from "../../src/features/analysis/schema.ts";
import { accepted, csvOf, patient, refused } from "./client.ts";
import { blank, bytes, gated, inTurn, status } from "./origin.ts";
import { shareService } from "./world.ts";

// Rows of one batch are in several chunks.
const service = shareService({ CHUNK_SIZE: "2", MAX_CONCURRENT_BATCHES: "2" });

let pictures = 0;
/** A picture of a content of its own, which does what it is told each time it is asked for. */
async function pictureThat(...turns: readonly ("works" | number)[]) {
  const { origin } = service();
  pictures += 1;
  const path = `/picture-${pictures}.png`;
  const content = await blank(`#${pictures.toString(16).padStart(6, "0")}`);
  const url = origin.serve(
    path,
    inTurn(...turns.map((turn) => (turn === "works" ? bytes(content) : status(turn)))),
  );
  return { url, asked: () => origin.requests(path).length };
}

/** A picture that its origin keeps back until it is told to answer. */
async function keptPicture() {
  const { origin } = service();
  pictures += 1;
  const path = `/kept-${pictures}.png`;
  const { gate, open } = gated(bytes(await blank(`#${pictures.toString(16).padStart(6, "0")}`)));
  return { url: origin.serve(path, gate), open: () => open(), asked: () => origin.requests(path).length };
}

/** An origin that fails five times in a row is left alone for some seconds: an answer in between keeps it in use. */
const answerInBetween = async () => service().client.analyze(csvOf((await pictureThat("works")).url));

const retry = (id: string, body?: object | string, headers?: Readonly<Record<string, string>>) =>
  service().client.post(`/api/v1/batches/${id}/retry`, body, headers);

const retried = async (id: string, body?: object) => accepted(wire.retryResponse, await retry(id, body));

const rowOf = async (id: string, row: number) =>
  accepted(wire.resultResponse, await service().client.get(`/api/v1/batches/${id}/results/${row}`)).data;

const codesOf = async (id: string) =>
  (await service().client.results(id)).results.map(({ error_type }) => error_type);

test("exactly the failed rows run again, and the others are not asked for", async () => {
  const { client } = service();
  const fine = await pictureThat("works");
  const better = await pictureThat(404, "works");
  const worse = await pictureThat(404);
  const late = await pictureThat(403, "works");
  const last = await pictureThat("works");
  const all = [fine, better, worse, late, last];
  const { id, results: before } = await client.analyze(csvOf(...all.map(({ url }) => url), "no address"));
  expect(await codesOf(id)).toEqual([null, "http_404", "http_404", "http_403", null, "invalid_url"]);
  const { data, message } = await retried(id);
  expect(data).toEqual({ batch_id: id, retried: 4, status: "queued" });
  expect(message).toBe("4 rows are tried again");
  await client.reached(id, { status: "completed", processed_count: 6, successful_count: 4, failed_count: 2 });
  expect(all.map(({ asked }) => asked())).toEqual([1, 2, 2, 2, 1]);
  const { results } = await client.results(id);
  expect(results.map(({ error_type }) => error_type)).toEqual([
    null,
    null,
    "http_404",
    null,
    null,
    "invalid_url",
  ]);
  // What was not tried again is as it was, to the moment it was stored.
  expect([results[0], results[4]]).toEqual([before[0], before[4]]);
});

test("only rows with the codes that are named run again", async () => {
  const { client } = service();
  const gone = await pictureThat(404, "works");
  const forbidden = await pictureThat(403, "works");
  const down = await pictureThat(500, 500, 500, "works");
  const { id } = await client.analyze(csvOf(gone.url, forbidden.url, down.url, "no address"));
  expect((await retried(id, { codes: [" http_403 ", "http_5xx", "nobody"] })).data.retried).toBe(2);
  await client.reached(id, { status: "completed", failed_count: 2 });
  expect(await codesOf(id)).toEqual(["http_404", null, null, "invalid_url"]);
  expect([gone, forbidden, down].map(({ asked }) => asked())).toEqual([1, 2, 4]);
  const { data, message } = await retried(id, { codes: ["http_404"] });
  expect([data.retried, message]).toEqual([1, "1 row is tried again"]);
  await client.reached(id, { status: "completed", failed_count: 1 });
  expect(await codesOf(id)).toEqual([null, null, null, "invalid_url"]);
});

test("a row keeps the history of its tries, and has all of them again", async () => {
  const { client } = service();
  const stubborn = await pictureThat(500);
  const other = await pictureThat("works");
  const { id } = await client.analyze(csvOf(other.url, stubborn.url));
  expect(stubborn.asked()).toBe(3);
  const histories = async () =>
    (await rowOf(id, 2)).attempts.map(({ number, error_type, final }) => [number, error_type, final]);
  const first = [
    [1, "http_5xx", false],
    [2, "http_5xx", false],
  ];
  expect(await histories()).toEqual(first);
  const failedAt = (await rowOf(id, 2)).created_at;

  await answerInBetween();
  await retried(id);
  await client.reached(id, { status: "completed" });
  expect(stubborn.asked()).toBe(6);
  const second = [...first, [3, "http_5xx", true], [4, "http_5xx", false], [5, "http_5xx", false]];
  expect(await histories()).toEqual(second);
  const { attempts, ...result } = await rowOf(id, 2);
  expect(attempts[2]?.at).toBe(failedAt);
  expect(attempts.every(({ error_message: message }) => message?.includes("500"))).toBe(true);
  expect(attempts.map(({ at }) => at)).toEqual(attempts.map(({ at }) => at).sort());
  expect(result).toEqual((await client.results(id)).results[1]);

  await answerInBetween();
  await retried(id, {});
  await client.reached(id, { status: "completed" });
  expect(stubborn.asked()).toBe(9);
  expect(await histories()).toEqual([
    ...second,
    [6, "http_5xx", true],
    [7, "http_5xx", false],
    [8, "http_5xx", false],
  ]);
  expect((await rowOf(id, 1)).attempts).toEqual([]);
  expect(other.asked()).toBe(1);
});

test("what works at last keeps the tries before it", async () => {
  const { client } = service();
  const { url } = await pictureThat(404, 500, "works");
  const { id } = await client.analyze(csvOf(url));
  await retried(id);
  await client.reached(id, { status: "completed", successful_count: 1 });
  const { success, attempts } = await rowOf(id, 1);
  expect(success).toBe(true);
  expect(attempts.map(({ number, error_type, final }) => [number, error_type, final])).toEqual([
    [1, "http_404", true],
    [2, "http_5xx", false],
  ]);
});

test.each([undefined, {}, { codes: null }])("the body %j asks for all failed rows", async (body) => {
  const { client } = service();
  const { id } = await client.analyze(csvOf(service().picture, "no address"));
  expect((await retried(id, body)).data.retried).toBe(1);
  await client.reached(id, { status: "completed", failed_count: 1 });
});

test("an empty body that says it is JSON asks for all failed rows", async () => {
  const { client } = service();
  const { id } = await client.analyze(csvOf(service().picture, "no address"));
  const answer = await retry(id, undefined, { "content-type": "application/json" });
  expect(accepted(wire.retryResponse, answer).data.retried).toBe(1);
  await client.reached(id, { status: "completed", failed_count: 1 });
});

test.each([
  [{ codes: [] }, "codes"],
  [{ codes: "http_404" }, "codes"],
  [{ codes: [1] }, "codes"],
  [{ codes: [" "] }, "codes"],
  [{ codes: ["x".repeat(101)] }, "codes"],
  [{ codes: Array.from({ length: 101 }, (_, index) => `code_${index}`) }, "codes"],
  [["http_404"], ""],
])("the body %j is refused, and nothing runs", async (body, named) => {
  const { client } = service();
  const { id, results } = await client.analyze(csvOf(service().picture, "no address"));
  expect(refused(await retry(id, body), 400, "validation_error")).toContain(named);
  expect(await client.progress(id)).toMatchObject({ status: "completed", failed_count: 1 });
  expect((await client.results(id)).results).toEqual(results);
});

test("a body that is no JSON is refused", async () => {
  const { id } = await service().client.analyze(csvOf(service().picture, "no address"));
  const answer = await retry(id, "{codes", { "content-type": "application/json" });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ success: false });
});

test("codes that no row has are nothing to retry, and change nothing", async () => {
  const { client } = service();
  const { id } = await client.analyze(csvOf(service().picture, "no address"));
  const before = await client.details(id);
  for (const codes of [["http_404"], ["invalid", "url"], ["INVALID_URL"]])
    expect(refused(await retry(id, { codes }), 400, "nothing_to_retry")).toMatch(/nothing to retry/);
  const { id: fine } = await client.analyze(csvOf(service().picture));
  expect(refused(await retry(fine), 400, "nothing_to_retry")).toMatch(/nothing to retry/);
  expect(await client.details(id)).toEqual(before);
});

describe("while a batch is", () => {
  test("running, failed rows of chunks that are through run beside the others", async () => {
    const { client, picture } = service();
    const kept = await keptPicture();
    const gone = await pictureThat(404, "works");
    const { id } = await client.create(csvOf(gone.url, picture, kept.url));
    await client.reached(id, { status: "processing", processed_count: 2, failed_count: 1 });
    await expect.poll(kept.asked, patient).toBe(1);
    expect((await retried(id)).data).toEqual({ batch_id: id, retried: 1, status: "processing" });
    await client.reached(id, { status: "processing", successful_count: 2, failed_count: 0 });
    kept.open();
    await client.reached(id, { status: "completed", successful_count: 3 });
    expect([gone.asked(), kept.asked()]).toEqual([2, 1]);
  });

  test("running, failed rows of a chunk that is worked on run after what is under way in it", async () => {
    const { client } = service();
    const kept = await keptPicture();
    const gone = await pictureThat(404, "works");
    const { id } = await client.create(csvOf(gone.url, kept.url));
    await client.reached(id, { status: "processing", failed_count: 1 });
    await expect.poll(kept.asked, patient).toBe(1);
    expect((await retried(id)).data.retried).toBe(1);
    expect(await client.progress(id)).toMatchObject({ failed_count: 0, is_active: true });
    kept.open();
    await client.reached(id, { status: "completed", successful_count: 2, failed_count: 0 });
    expect([gone.asked(), kept.asked()]).toEqual([2, 1]);
  });

  test("paused, its failed rows wait until it is resumed", async () => {
    const { client } = service();
    const first = await keptPicture();
    const second = await keptPicture();
    const gone = await pictureThat(404, "works");
    const { id } = await client.create(csvOf(gone.url, first.url, second.url));
    await client.reached(id, { status: "processing", failed_count: 1 });
    for (const { asked } of [first, second]) await expect.poll(asked, patient).toBe(1);
    await client.post(`/api/v1/batches/${id}/pause`);
    first.open();
    await client.reached(id, { status: "paused", successful_count: 1, failed_count: 1 });
    expect((await retried(id)).data).toEqual({ batch_id: id, retried: 1, status: "paused" });
    expect(await client.progress(id)).toMatchObject({
      status: "paused",
      failed_count: 0,
      processed_count: 1,
    });
    // A batch that is worked on meanwhile shows that the paused one is passed over.
    await answerInBetween();
    expect(gone.asked()).toBe(1);
    second.open();
    await client.post(`/api/v1/batches/${id}/resume`);
    await client.reached(id, { status: "completed", successful_count: 3 });
    expect(gone.asked()).toBe(2);
  });

  test("cancelled, it is told to go on as a whole first", async () => {
    const { client } = service();
    const { id } = await client.create(csvOf("https://a.test/1", "no address"), { auto_start: "false" });
    await client.post(`/api/v1/batches/${id}/cancel`);
    expect(refused(await retry(id), 400, "batch_state")).toMatch(/retry.*cancelled.*force-start/);
  });

  test("pending, there is nothing that could have failed", async () => {
    const { id } = await service().client.create(csvOf("https://a.test/1"), { auto_start: "false" });
    expect(refused(await retry(id), 400, "batch_state")).toMatch(/retry.*pending/);
  });

  test("deleted, it cannot be changed any more", async () => {
    const { client } = service();
    const { id } = await client.analyze(csvOf(service().picture, "no address"));
    await client.post(`/api/v1/batches/${id}/soft-delete`, {});
    expect(refused(await retry(id), 400, "batch_deleted")).toMatch(/deleted/);
    await client.send("DELETE", `/api/v1/batches/${id}`);
    for (const unknown of [id, randomUUID(), "junk"])
      expect(refused(await retry(unknown), 404, "batch_not_found")).toContain(unknown);
  });
});

test("a batch that would be one too many waits, and keeps what it has", async () => {
  const { client } = service();
  const { id } = await client.analyze(csvOf(service().picture, "no address"));
  const before = await client.details(id);
  const { results } = await client.results(id);
  const kept = [await keptPicture(), await keptPicture()];
  const running = [];
  for (const { url } of kept) running.push((await client.create(csvOf(url))).id);
  expect(refused(await retry(id), 400, "too_many_batches")).toMatch(/\(2\) reached/);
  expect(await client.details(id)).toEqual(before);
  expect((await client.results(id)).results).toEqual(results);
  expect((await rowOf(id, 2)).attempts).toEqual([]);
  for (const { open } of kept) open();
  for (const each of running) await client.reached(each, { status: "completed" });
  expect((await retried(id)).data.retried).toBe(1);
  await client.reached(id, { status: "completed", failed_count: 1 });
  expect((await rowOf(id, 2)).attempts).toHaveLength(1);
});

test("a row is looked at by its number, and one that there is not is a 404", async () => {
  const { client, picture } = service();
  const { id } = await client.analyze(csvOf(picture));
  const path = (row: string) => `/api/v1/batches/${id}/results/${row}`;
  expect(refused(await client.get(path("2")), 404, "result_not_found")).toMatch(/1 rows.*2/);
  const { id: pending } = await client.create(csvOf(picture), { auto_start: "false" });
  const early = await client.get(`/api/v1/batches/${pending}/results/1`);
  expect(refused(early, 404, "result_not_found")).toContain("no result yet");
  for (const row of ["0", "-1", "1.5", "one", "2147483648"])
    expect(refused(await client.get(path(row)), 400, "validation_error")).toContain("row");
  expect((await client.get(`/api/v1/batches/${randomUUID()}/results/1`)).status).toBe(404);
});
