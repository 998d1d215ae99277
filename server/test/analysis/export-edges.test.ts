import { expect, test } from "vitest";
import { refused } from "./client.ts";
import { makeBatch } from "./made-batch.ts";
import { shareServiceOnDatabase } from "./service-on-database.ts";

const service = shareServiceOnDatabase();

const made = async () => {
  const { client, database } = service();
  return { client, id: await makeBatch(database, [{ url: "https://example.com/a.png", facts: {} }]) };
};

test.each([
  "end_date=9999-12-31",
  "start_date=0000-01-01",
  "start_date=0000-01-01T00:00:00%2B14:00",
  "end_date=9999-12-31T23:59:59-23:00",
])("a date at the edge of the calendar is a date: %s", async (query) => {
  const { client, id } = await made();
  const answer = await client.get(`/api/v1/export/batch/${id}?format=json&${query}`);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ results: [{ row: 1 }] });
});

test("a preview takes what its export takes", async () => {
  const { client, id } = await made();
  const answer = await client.get(
    `/api/v1/export/batch/${id}/preview?format=xlsx&metadata=false&raw=true&bom=true&part=1&input_columns=true`,
  );
  expect(answer).toMatchObject({ status: 200, body: { data: { total_records_shown: 1 } } });
});

test("an id that no id is so long is refused, and not told again in full", async () => {
  const { client, id } = await made();
  const long = `a${"_".repeat(40_000)}a`;
  const many = await client.post("/api/v1/export/batches/multiple", { batch_ids: [id, long] });
  expect(refused(many, 400, "validation_error").length).toBeLessThan(300);
  const filtered = await client.post("/api/v1/export/filtered", { filters: { batch_ids: [long] } });
  expect(refused(filtered, 400, "validation_error").length).toBeLessThan(300);
});

test.each([{ codes: ["a\u0000b"] }, { codes: ["not found"] }, { codes: [404] }])(
  "a code that no code is so is refused: %j",
  async (body) => {
    const { client, id } = await made();
    refused(await client.post(`/api/v1/batches/${id}/retry`, body), 400, "validation_error");
  },
);

test.each([true, "1.5", 0, 1_000_001])("%j is no limit", async (limit) => {
  const { client } = await made();
  refused(await client.post("/api/v1/export/filtered", { limit }), 400, "validation_error");
});

test("a misplaced filter is refused: ignoring it would export what was not asked for", async () => {
  const { client } = await made();
  const answer = await client.post("/api/v1/export/filtered", { success_only: true });
  expect(refused(answer, 400, "validation_error")).toContain("success_only");
});
