import { describe, expect, test } from "vitest";
import * as reviewWire from "../../src/features/analysis/review-schema.ts";
import * as wire from "../../src/features/analysis/schema.ts";
import { failures } from "../../src/platform/failures.ts";
import { accepted, refused } from "./client.ts";
import { csvRows, download, ndjsonRecords } from "./downloads.ts";
import { makeBatch } from "./made-batch.ts";
import { shareServiceOnDatabase } from "./service-on-database.ts";

const service = shareServiceOnDatabase();

const url = (number: number) => `https://shops.example/${number}.jpg`;

/** Five rows: three that succeeded, one that failed, one without a result. */
const made = () =>
  makeBatch(
    service().database,
    [
      {
        url: url(1),
        cells: [url(1), "one"],
        facts: { store_name: "Bakery", text_content: "Fresh BREAD daily" },
      },
      { url: url(2), cells: [url(2), "two"], facts: { image_description: "a loaf of bread" } },
      { url: url(3), cells: [url(3), "three"], failure: { code: "http_404", message: "Nothing there." } },
      { url: url(4), cells: [url(4), "four"], facts: { store_name: "Butcher" } },
      { url: url(5), cells: [url(5), "five"] },
    ],
    { columns: ["url", "review"] },
  );

const review = (id: string, row: number, body?: object) =>
  service().client.post(`/api/v1/batches/${id}/results/${row}/review`, body);
const rowsOf = async (id: string, query: string) =>
  (await service().client.results(id, `?${query}`)).results.map(({ row }) => row);
const exported = async (id: string, query = "") =>
  csvRows((await download(`${service().baseUrl}/api/v1/export/batch/${id}?${query}`)).text);

test("a verdict is stored with the row, told with it, and taken back", async () => {
  const id = await made();
  const { data } = accepted(
    reviewWire.reviewResponse,
    await review(id, 1, { verdict: "flagged", note: "  It is a café.  " }),
  );
  expect(data).toEqual({
    batch_id: id,
    row: 1,
    review: { verdict: "flagged", note: "It is a café.", by: "anonymous", at: expect.any(String) },
  });
  const one = await service().client.get(`/api/v1/batches/${id}/results/1`);
  expect(accepted(wire.resultResponse, one).data.review).toEqual(data.review);
  expect((await service().client.results(id)).results.map((result) => result.review)).toEqual([
    data.review,
    null,
    null,
    null,
  ]);
  const back = accepted(reviewWire.reviewResponse, await review(id, 1, { verdict: null }));
  expect(back.data.review).toBeNull();
  expect(await rowsOf(id, "review=reviewed")).toEqual([]);
});

test("several rows are reviewed at once, and those without a result are named", async () => {
  const { client } = service();
  const id = await made();
  const several = await client.post(`/api/v1/batches/${id}/reviews`, {
    rows: [1, 2, 2, 5, 77],
    verdict: "accepted",
  });
  expect(accepted(reviewWire.reviewsResponse, several).data).toEqual({
    batch_id: id,
    reviewed: 2,
    without_result: [5, 77],
  });
  await review(id, 3, { verdict: "flagged" });
  const counts = accepted(reviewWire.reviewCountsResponse, await client.get(`/api/v1/batches/${id}/reviews`));
  expect(counts.data).toEqual({ batch_id: id, accepted: 2, flagged: 1, needs_review: 1 });
  expect(await rowsOf(id, "review=accepted")).toEqual([1, 2]);
  expect(await rowsOf(id, "review=flagged")).toEqual([3]);
  expect(await rowsOf(id, "review=reviewed")).toEqual([1, 2, 3]);
  expect(await rowsOf(id, "status=success&review=none")).toEqual([4]);
  const preview = await client.get(
    `/api/v1/export/batch/${id}/preview?status=success&review=none&count=true`,
  );
  expect(preview.body).toMatchObject({
    data: { total_matching: 1, filters_applied: { status: "success", review: "none" } },
  });
});

describe("what cannot be reviewed", () => {
  test.each([
    [5, /no result yet/],
    [6, /no row 6/],
  ] as const)("row %i is a 404", async (row, says) => {
    const id = await made();
    expect(refused(await review(id, row, { verdict: "accepted" }), 404, "result_not_found")).toMatch(says);
  });

  test.each([
    [{}, "verdict"],
    [undefined, ""],
    [{ verdict: "fine" }, "verdict"],
    [{ verdict: "accepted", note: "x".repeat(1_001) }, "note"],
    [{ verdict: "accepted", note: "a\u0000b" }, "note"],
  ])("%j is refused", async (body, field) => {
    const id = await made();
    expect(refused(await review(id, 1, body), 400, "validation_error")).toContain(field);
    expect(await rowsOf(id, "review=reviewed")).toEqual([]);
  });

  test.each([[[]], [[0]], [Array(1_001).fill(1)], ["1"]])("rows %j are refused", async (rows) => {
    const id = await made();
    const answer = await service().client.post(`/api/v1/batches/${id}/reviews`, {
      rows,
      verdict: "accepted",
    });
    expect(refused(answer, 400, "validation_error")).toContain("rows");
  });

  test.each(["review=maybe", `search=${"x".repeat(201)}`, "search=%00"])("%s is no filter", async (query) => {
    const id = await made();
    const answer = await service().client.get(`/api/v1/batches/${id}/results?${query}`);
    expect(refused(answer, 400, "validation_error")).toContain(query.split("=")[0]);
  });
});

test("search finds any text that the model answered, and none of its names", async () => {
  const id = await made();
  expect(await rowsOf(id, "search=bread")).toEqual([1, 2]);
  expect(await rowsOf(id, "search=BUTCH")).toEqual([4]);
  expect(await rowsOf(id, "search=store_name")).toEqual([]);
  expect(await exported(id, "search=bread&metadata=false")).toHaveLength(3);
});

describe("exports", () => {
  test("have columns for verdicts once there is one, before those of the file", async () => {
    const id = await made();
    const [before] = await exported(id);
    expect(before?.slice(-2)).toEqual(["estimated_cost_usd", "review"]);
    await review(id, 4, { verdict: "flagged", note: "=1+1" });
    const [header = [], ...rows] = await exported(id);
    expect(header.slice(-3)).toEqual(["review", "review_note", "input_review"]);
    expect(rows.map((row) => row.slice(-3))).toEqual([
      ["", "", "one"],
      ["", "", "two"],
      ["", "", "three"],
      ["flagged", "'=1+1", "four"],
    ]);
    const [lean] = await exported(id, "metadata=false");
    expect(lean).toHaveLength(9);
  });

  test("have them where the filter is used, whatever else they have", async () => {
    const id = await made();
    expect(await exported(id, "metadata=false&review=flagged")).toEqual([
      expect.arrayContaining(["created_at", "review", "review_note"]),
    ]);
    await review(id, 2, { verdict: "accepted" });
    const lines = ndjsonRecords(
      (await download(`${service().baseUrl}/api/v1/export/batch/${id}?format=ndjson&review=accepted`)).text,
    );
    expect(lines).toMatchObject([{ row: 2, review: { verdict: "accepted", note: null, by: "anonymous" } }]);
  });
});

test("the list of failures says of every code what it means and what to do", async () => {
  const answer = await service().client.get("/api/v1/failures");
  const { data } = accepted(reviewWire.failuresResponse, answer);
  expect(data.failures.map(({ error_type }) => error_type)).toEqual(Object.keys(failures));
  expect(data.failures).toContainEqual({ error_type: "http_404", ...failures.http_404 });
  expect(answer.headers.get("cache-control")).toBe("private, max-age=300");
});
