import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { describeEngine } from "../engine/databases.ts";
import { csvOf } from "./client.ts";
import { hardColumns, hardRows } from "./export-rows.ts";
import { type MadeRow, makeBatch } from "./made-batch.ts";
import { bytes } from "./origin.ts";
import { serveOn } from "./service-on-database.ts";

interface ViewRow {
  readonly batch_id: string;
  readonly row: number;
  readonly success: boolean;
  readonly error_type: string | null;
  readonly processing_time_seconds: string;
  readonly created_at: Date;
  readonly [column: string]: unknown;
}

async function viewOf(database: Database, batchId: string): Promise<ViewRow[]> {
  const { rows } = await sql<ViewRow>`
    select * from analysis_results where batch_id = ${batchId} order by row
  `.execute(database.sql);
  return rows;
}

describeEngine("the view analysis_results", (database) => {
  const service = serveOn(database);

  /** What the view is to tell, made of what the API tells; what failed asked no cache. */
  const expected = async (id: string, name: string) =>
    (await service().client.results(id, "?limit=1000")).results.map(
      ({
        result_id: _result,
        chunk_id: _chunk,
        api_key_used: _key,
        cache_hit: cacheHit,
        review,
        ...facts
      }) => ({
        batch_name: name,
        ...facts,
        review: review?.verdict ?? null,
        review_note: review?.note ?? null,
        cache_hit: facts.success ? cacheHit : null,
      }),
    );
  const told = async (id: string) =>
    (await viewOf(database(), id)).map((row) => ({
      ...row,
      processing_time_seconds: Number(row.processing_time_seconds),
      created_at: row.created_at.toISOString(),
    }));

  test("tells what the API tells of every result", async () => {
    const id = await makeBatch(database(), hardRows, { name: "Hard", columns: hardColumns, urlColumn: 1 });
    expect(await told(id)).toEqual(await expected(id, "Hard"));
  });

  test("tells it of a batch that was analyzed, of a file with one column", async () => {
    const { client, picture, origin } = service();
    const { id } = await client.analyze(csvOf(picture, origin.at("/none.png"), picture), {
      batch_name: "Analyzed",
    });
    await client.post(`/api/v1/batches/${id}/results/1/review`, { verdict: "flagged", note: "Next door." });
    expect(await told(id)).toEqual(await expected(id, "Analyzed"));
  });

  test("tells of what no text is where a text belongs what the API tells", async () => {
    const odd: MadeRow[] = [
      { url: "https://a.test/1", facts: { store_name: 5, store_image: "true", text_content: { a: 1 } } },
      { url: "https://a.test/2", facts: { business_contact: true, image_description: ["x"] } },
    ];
    const id = await makeBatch(database(), odd, { name: "Odd" });
    expect(await told(id)).toEqual(await expected(id, "Odd"));
  });

  test("follows a batch while it is retried", async () => {
    const { client, origin, picture } = service();
    const path = "/later.png";
    const { id } = await client.analyze(csvOf(origin.at(path)));
    expect((await told(id)).map(({ error_type }) => error_type)).toEqual(["http_404"]);
    const content = Buffer.from(await (await fetch(picture)).arrayBuffer());
    origin.serve(path, bytes(content));
    await client.post(`/api/v1/batches/${id}/retry`);
    await client.reached(id, { status: "completed", successful_count: 1 });
    expect((await told(id)).map(({ success }) => success)).toEqual([true]);
  });

  test("hides batches that are deleted, hidden or of another kind, and rows without a result", async () => {
    const { client } = service();
    const rows = hardRows.slice(0, 2);
    const foreign = await makeBatch(database(), rows, { kind: "other" });
    const deleted = await makeBatch(database(), rows);
    const removing = await makeBatch(database(), rows);
    await client.post(`/api/v1/batches/${deleted}/soft-delete`, {});
    await sql`update batches set visibility = 'removing' where id = ${removing}`.execute(database().sql);
    for (const id of [foreign, deleted, removing]) expect(await viewOf(database(), id)).toEqual([]);
    const partly = await makeBatch(database(), hardRows, { columns: hardColumns, urlColumn: 1 });
    expect((await viewOf(database(), partly)).map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
  });

  test.each([
    "insert into analysis_results (url) values ('x')",
    "update analysis_results set url = 'x'",
    "delete from analysis_results",
  ])("cannot be written to: %s", async (statement) => {
    const id = await makeBatch(database(), hardRows.slice(0, 2));
    const before = await viewOf(database(), id);
    await expect(sql.raw(statement).execute(database().sql)).rejects.toThrow(/analysis_results/);
    expect(await viewOf(database(), id)).toEqual(before);
  });
});
