import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import * as exportWire from "../../src/features/analysis/exports/schema.ts";
import { describeWith, leaveToSoak } from "../needs.ts";
import { accepted, csvOf, refused } from "./client.ts";
import { csvRows, download, ndjsonRecords, readWorkbook, savedAs } from "./downloads.ts";
import { contradicts, factsOf, filterCases, hardColumns, hardRows } from "./export-rows.ts";
import { makeBatch } from "./made-batch.ts";
import { blank, bytes } from "./origin.ts";
import { shareServiceOnDatabase } from "./service-on-database.ts";

const service = shareServiceOnDatabase();

type Query = Readonly<Record<string, string>>;

const addressOf = (id: string, query: Query = {}) =>
  `${service().baseUrl}/api/v1/export/batch/${id}?${new URLSearchParams(query)}`;
const exported = (id: string, query: Query = {}) => download(addressOf(id, query));
const listedOf = async (id: string, query: Query = {}) =>
  (await service().client.results(id, `?${new URLSearchParams({ limit: "1000", ...query })}`)).results;
const previewOf = async (id: string, query: Query = {}) =>
  accepted(
    exportWire.previewResponse,
    await service().client.get(`/api/v1/export/batch/${id}/preview?${new URLSearchParams(query)}`),
  ).data;

const lean = [
  ...["url", "success", "store_image", "text_content", "store_name", "business_contact"],
  ...["image_description", "error_message", "created_at"],
] as const;
const full = [
  ...["url", "success", "store_image", "text_content", "store_name", "business_contact"],
  ...["image_description", "error_message", "processing_time_seconds", "created_at", "batch_id"],
  ...["result_id", "chunk_id", "api_key_used", "cache_hit", "gemini_model_used"],
  ...["row", "error_type", "content_hash", "input_tokens", "output_tokens", "estimated_cost_usd"],
] as const;
/** The columns of the file but for the addresses; what is called like another column gives way. */
const own = ["sku", "input_URL", "input_Success", "column_5", "note", "input_note"];

let id = "";
beforeAll(async () => {
  const made = { name: "Hard rows", columns: hardColumns, urlColumn: 1, createdAt: "2025-11-01T00:00:00Z" };
  id = await makeBatch(service().database, hardRows, made);
});

type Fact = (typeof full)[number];

/** What each row of a table is to hold, as a table of the same shape. */
const tableOf = (records: Awaited<ReturnType<typeof listedOf>>, facts: readonly Fact[], input: boolean) =>
  records.map((record) => [
    ...facts.map((fact) => record[fact]),
    ...(input ? record.cells.filter((_, index) => index !== 1) : []),
  ]);

const asText = (value: unknown) => (value === null ? "" : String(value));

describe("one batch, in every format", () => {
  test("the list tells what was stored, which the exports are then compared with", async () => {
    expect(await listedOf(id)).toMatchObject(factsOf(hardRows, id));
  });

  test("CSV for machines has every value as it is, below the documented columns and those of the file", async () => {
    const { text, headers } = await exported(id, { raw: "true" });
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [header, ...rows] = csvRows(text);
    expect(header).toEqual([...full, ...own]);
    expect(rows).toEqual(tableOf(await listedOf(id), full, true).map((row) => row.map(asText)));
  });

  test("CSV begins with a byte order mark only where one is asked for", async () => {
    const mark = "\ufeff";
    const plain = await exported(id);
    const marked = await exported(id, { bom: "true" });
    expect(marked.bytes.subarray(0, 3).toString("hex")).toBe("efbbbf");
    expect(marked.text).toBe(mark + plain.text);
    expect((await exported(id, { bom: "true", format: "json" })).text).toMatch(/^\{/);
  });

  test("without metadata CSV has the nine columns of the preview, and no others", async () => {
    const [header, ...rows] = csvRows((await exported(id, { metadata: "false", raw: "1" })).text);
    expect(header).toEqual([...lean]);
    expect(rows).toEqual(tableOf(await listedOf(id), lean, false).map((row) => row.map(asText)));
  });

  test("the columns of the file can be asked for by themselves", async () => {
    const header = async (query: Query) => csvRows((await exported(id, query)).text)[0];
    expect(await header({ metadata: "false", input_columns: "true" })).toEqual([
      ...lean,
      ...own.with(1, "input_URL"),
    ]);
    expect(await header({ input_columns: "false" })).toEqual([...full]);
  });

  test("CSV for spreadsheets has an apostrophe before whatever would begin a formula, and nowhere else", async () => {
    const [header = [], ...rows] = csvRows((await exported(id)).text);
    const raw = csvRows((await exported(id, { raw: "true" })).text).slice(1);
    const changed = rows.flatMap((row, index) =>
      row.flatMap((cell, column) => (cell === raw[index]?.[column] ? [] : [[header[column], cell]])),
    );
    expect(changed).toEqual([
      ["business_contact", "'+49 30 1234"],
      ["input_Success", "'=1+1"],
      ["image_description", "'@home\t'=cmd"],
      ["input_Success", "'-5"],
      ["error_message", `'=HYPERLINK("https://evil.example","The server knows nothing")`],
      ["input_URL", "a;'=b"],
      ["input_Success", "'\t'=c"],
      ["column_5", "'\r\n'-d"],
      ["business_contact", "'\t \n"],
    ]);
  });

  test("JSON holds the results as the list tells them, and what is known of the export", async () => {
    const { text, headers } = await exported(id, { format: "json" });
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(JSON.parse(text)).toEqual({
      results: await listedOf(id),
      metadata: {
        batch_id: id,
        batch_name: "Hard rows",
        export_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        total_records: 10,
        batch_status: "cancelled",
        batch_created: "2025-11-01T00:00:00.000Z",
        batch_started: "2025-11-01T00:00:00.000Z",
        columns: hardColumns,
        filters_applied: {},
      },
    });
  });

  test("JSON without metadata has the results alone; its metadata else names the filters as they were sent", async () => {
    const bare = await exported(id, { format: "json", metadata: "false" });
    expect(JSON.parse(bare.text)).toEqual({ results: await listedOf(id) });
    const asked = { failed_only: "true", end_date: "2025-11-01", store_name_filter: "" };
    const { metadata } = JSON.parse((await exported(id, { format: "json", ...asked })).text);
    expect(metadata).toMatchObject({
      total_records: 2,
      filters_applied: { failed_only: true, end_date: "2025-11-01" },
    });
    expect(metadata.filters_applied).not.toHaveProperty("store_name_filter");
  });

  test("NDJSON has one result to a line, and is what JSON holds", async () => {
    const { text, headers } = await exported(id, { format: "NDJSON" });
    expect(headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
    expect(ndjsonRecords(text)).toEqual(await listedOf(id));
  });

  describeWith("python3-openpyxl", "XLSX as openpyxl reads it", ({ path }) => {
    const sheetsOf = async (query: Query = {}) => {
      const { bytes: file, headers } = await exported(id, { format: "xlsx", ...query });
      expect(headers.get("content-type")).toBe(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      );
      return readWorkbook(path, file);
    };
    const empty = (value: unknown) => (value === "" ? null : value);

    test("has the results with their types, the metadata, and a summary by cause", async () => {
      const [results, metadata, summary, ...more] = await sheetsOf();
      expect(more).toEqual([]);
      const [header, ...rows] = results?.rows ?? [];
      expect(results?.name).toBe("Results");
      expect(header).toEqual([...full, ...own]);
      expect(rows).toEqual(tableOf(await listedOf(id), full, true).map((row) => row.map(empty)));
      expect(metadata?.name).toBe("Metadata");
      expect(Object.fromEntries(metadata?.rows.map(([name, value]) => [name, value]) ?? [])).toMatchObject({
        ...{
          field: "value",
          batch_id: id,
          batch_name: "Hard rows",
          total_records: 10,
          batch_status: "cancelled",
        },
        ...{ columns: JSON.stringify(hardColumns), filters_applied: "{}" },
      });
      expect(summary).toEqual({
        name: "Summary",
        rows: [
          ["outcome", "error_type", "count"],
          ["success", null, 6],
          ["failed", "http_404", 2],
          ["failed", "invalid_url", 1],
          ["failed", "http_5xx", 1],
        ],
      });
    });

    test("has one sheet of the nine columns without metadata", async () => {
      const [results, ...more] = await sheetsOf({ metadata: "false", failed_only: "true" });
      expect(more).toEqual([]);
      const failed = await listedOf(id, { failed_only: "true" });
      expect(results?.rows).toEqual([
        [...lean],
        ...tableOf(failed, lean, false).map((row) => row.map(empty)),
      ]);
    });

    test("of nothing has the header", async () => {
      const [results] = await sheetsOf({ error_type: "nobody" });
      expect(results?.rows).toEqual([[...full, ...own]]);
    });
  });

  test("a file of only addresses adds no column, and one without headers adds numbered ones", async () => {
    const plain = await makeBatch(service().database, [{ url: "https://a.test/1", facts: {} }]);
    expect(csvRows((await exported(plain)).text)[0]).toEqual([...full]);
    const cells = [
      ["https://a.test/1", "left"],
      ["https://a.test/2", "right", "far right"],
    ];
    const rows = cells.map((row) => ({ url: row[0] ?? "", cells: row, facts: {} }));
    const headless = await makeBatch(service().database, rows, { columns: null });
    const [header, first, second] = csvRows((await exported(headless)).text);
    expect(header?.slice(full.length)).toEqual(["column_2", "column_3"]);
    expect(first?.slice(full.length)).toEqual(["left", ""]);
    expect(second?.slice(full.length)).toEqual(["right", "far right"]);
  });

  test("cells beyond the last header are in JSON, where each row has cells of its own", async () => {
    const rows = [
      { url: "https://a.test/1", cells: ["https://a.test/1", "1", "beyond"], facts: {} },
      { url: "https://a.test/2", cells: ["https://a.test/2"], facts: {} },
    ];
    const ragged = await makeBatch(service().database, rows, { columns: ["url", "number"] });
    const records = ndjsonRecords((await exported(ragged, { format: "ndjson" })).text);
    expect(records.map(({ cells }) => cells)).toEqual(rows.map(({ cells }) => cells));
    const [header, ...table] = csvRows((await exported(ragged)).text);
    expect(header?.slice(full.length)).toEqual(["number"]);
    expect(table.map((row) => row.at(-1))).toEqual(["1", ""]);
  });
});

test("a batch that was analyzed is exported as it was answered", async () => {
  const { client, origin } = service();
  const url = origin.serve("/green.png", bytes(await blank("#00ff00")));
  const csv = `sku,url\nå-1,${url}\nb-2,${origin.at("/none.png")}\nc-3,${url}\n`;
  const { id: analyzed, results } = await client.analyze(csv, { batch_name: "Analyzed" });
  expect(results.map(({ success }) => success)).toEqual([true, false, true]);
  expect(JSON.parse((await exported(analyzed, { format: "json" })).text)).toMatchObject({
    results,
    metadata: {
      batch_name: "Analyzed",
      batch_status: "completed",
      total_records: 3,
      columns: ["sku", "url"],
    },
  });
  const [header, ...rows] = csvRows((await exported(analyzed, { raw: "true" })).text);
  expect(header).toEqual([...full, "sku"]);
  expect(rows).toEqual(
    results.map((result) => [...full.map((fact) => asText(result[fact])), result.cells[0]]),
  );
});

describe("a batch without results", () => {
  const nothing = {
    csv: `${full.join(",")},sku\n`,
    ndjson: "",
    json: { results: [], metadata: { total_records: 0 } },
  };

  test.each(["pending", "without rows that match"])("%s is exported as nothing", async (which) => {
    const url = "https://a.test/1";
    const row = { url, cells: [url, "s-1"], facts: {} };
    const [batch, query] =
      which === "pending"
        ? [(await service().client.create(`url,sku\n${url},s-1\n`, { auto_start: "false" })).id, {}]
        : [await makeBatch(service().database, [row], { columns: ["url", "sku"] }), { failed_only: "true" }];
    expect((await exported(batch, query)).text).toBe(nothing.csv);
    expect((await exported(batch, { format: "ndjson", ...query })).text).toBe(nothing.ndjson);
    expect(JSON.parse((await exported(batch, { format: "json", ...query })).text)).toMatchObject(
      nothing.json,
    );
    expect(await previewOf(batch, { ...query, count: "true" })).toEqual({
      preview_records: [],
      total_records_shown: 0,
      total_matching: 0,
      is_preview: true,
      filters_applied: which === "pending" ? {} : { failed_only: true },
    });
  });
});

describe("the answer around the file", () => {
  test("says its length, its version, and that nobody may keep it", async () => {
    const { status, headers, bytes: file } = await exported(id);
    expect(status).toBe(200);
    expect(headers.get("content-length")).toBe(String(file.length));
    expect(headers.get("x-export-api-version")).toBe("1.0");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-export-parts")).toBeNull();
    expect(savedAs(headers)).toMatch(/^Hard_rows_\d{8}_\d{6}\.csv$/);
  });

  test.each([
    ["../../etc/passwd", "etc_passwd"],
    ['a"b\\c; filename="evil.exe"', "a_b_c_filename_evil_exe"],
    ["line\r\nSet-Cookie: a=b", "line_Set-Cookie_a_b"],
    ["Grüße aus 東京 🍞", "Grüße_aus_東京"],
    ["Zoe\u0308", "Zoë"],
    ["🍞 / \\ :", "batch"],
    [`${"語".repeat(90)}.csv`, "語".repeat(60)],
  ])("%j is saved under a name that every system takes", async (name, saved) => {
    const batch = await makeBatch(service().database, [], { name });
    const { headers } = await exported(batch, { format: "json" });
    expect(savedAs(headers).replace(/_\d{8}_\d{6}\.json$/, "")).toBe(saved);
    expect(headers.get("content-disposition")).toMatch(/^attachment; filename="?[\w-]+\.json/);
    expect(headers.get("set-cookie")).toBeNull();
  });

  test("HEAD answers like GET, and sends and makes nothing", async () => {
    const { status, headers, bytes: body } = await download(addressOf(id), undefined, { method: "HEAD" });
    expect({ status, length: body.length }).toEqual({ status: 200, length: 0 });
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("x-export-api-version")).toBe("1.0");
    const unknown = await download(addressOf(randomUUID()), undefined, { method: "HEAD" });
    expect(unknown.status).toBe(404);
  });

  test("of a batch that is unknown, no batch, or of another kind is a 404", async () => {
    const foreign = await makeBatch(service().database, [], { kind: "other" });
    for (const unknown of [randomUUID(), "junk", foreign]) {
      for (const path of [`${unknown}`, `${unknown}/preview`, `${unknown}/summary`]) {
        const answer = await service().client.get(`/api/v1/export/batch/${path}`);
        expect(refused(answer, 404, "batch_not_found")).toContain(unknown);
      }
    }
  });

  test("a batch that was soft-deleted can still be exported, and one that was deleted cannot", async () => {
    const { client, database } = service();
    const batch = await makeBatch(database, hardRows, { columns: hardColumns, urlColumn: 1 });
    const before = csvRows((await exported(batch)).text);
    await client.post(`/api/v1/batches/${batch}/soft-delete`, {});
    expect(csvRows((await exported(batch)).text)).toEqual(before);
    await client.send("DELETE", `/api/v1/batches/${batch}`);
    expect((await exported(batch)).status).toBe(404);
  });
});

/** What was asked for in JSON, where a flag may be a boolean. */
const inJson = (asked: Query) =>
  Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [
      name,
      value === "true" ? true : value === "false" ? false : value,
    ]),
  );

describe("the list, the preview and the exports mean the same results", () => {
  const rowsOf = (records: readonly { readonly [fact: string]: unknown }[]) => records.map(({ row }) => row);

  test.each(filterCases.map(({ asked, means }) => [asked, means] as const))("%j", async (asked, means) => {
    const meant = hardRows.flatMap((row, index) =>
      (row.facts || row.failure) && means(row) ? [index + 1] : [],
    );
    expect(rowsOf(await listedOf(id, asked))).toEqual(meant);
    expect(rowsOf(ndjsonRecords((await exported(id, { format: "ndjson", ...asked })).text))).toEqual(meant);
    const [header = [], ...table] = csvRows((await exported(id, asked)).text);
    expect(table.map((row) => Number(row[header.indexOf("row")]))).toEqual(meant);
    const preview = await previewOf(id, { count: "true", ...asked });
    expect(preview.preview_records.map(({ url }) => url)).toEqual(meant.map((row) => hardRows[row - 1]?.url));
    expect([preview.total_records_shown, preview.total_matching]).toEqual([meant.length, meant.length]);
    expect((await previewOf(id, asked)).total_matching).toBeNull();
    const body = { filters: { batch_ids: [id], ...inJson(asked) }, format: "ndjson" };
    const filtered = await download(`${service().baseUrl}/api/v1/export/filtered`, body);
    expect(rowsOf(ndjsonRecords(filtered.text))).toEqual(meant);
  });

  leaveToSoak("each filter with each other one", () => {
    test("each filter together with each other one", async () => {
      const pairs = filterCases.flatMap((one, index) =>
        filterCases.slice(index + 1).flatMap((other) => {
          const names = Object.keys(other.asked);
          const asked = { ...one.asked, ...other.asked };
          return names.some((name) => name in one.asked) || contradicts(asked)
            ? []
            : [{ asked, both: [one, other] }];
        }),
      );
      expect(pairs.length).toBeGreaterThan(150);
      for (const { asked, both } of pairs) {
        const meant = hardRows.flatMap((row, index) =>
          (row.facts || row.failure) && both.every(({ means }) => means(row)) ? [index + 1] : [],
        );
        const { text } = await exported(id, { format: "ndjson", ...asked });
        expect([asked, rowsOf(ndjsonRecords(text))]).toEqual([asked, meant]);
        expect([asked, rowsOf(await listedOf(id, asked))]).toEqual([asked, meant]);
      }
    });
  });

  test("a + that nobody encoded is one all the same", async () => {
    const answer = await service().client.get(
      `/api/v1/export/batch/${id}/preview?count=true&start_date=2025-11-02T23:30:00+02:00`,
    );
    expect(accepted(exportWire.previewResponse, answer).data).toMatchObject({
      total_matching: 2,
      filters_applied: { start_date: "2025-11-02T23:30:00 02:00" },
    });
  });

  test("a preview takes what the document has the export take", async () => {
    const asked = { format: "xlsx", metadata: "false", success_only: "true", start_date: "2025-11-01" };
    const dated = { ...asked, end_date: "2025-11-01T23:59:59Z", has_store_name: "true", has_contact: "true" };
    const { preview_records: records, filters_applied: applied } = await previewOf(id, dated);
    expect(records.map(({ url }) => url)).toEqual([hardRows[0]?.url]);
    expect(applied).toEqual({
      success_only: true,
      start_date: "2025-11-01",
      end_date: "2025-11-01T23:59:59Z",
      has_store_name: true,
      has_contact: true,
    });
  });

  test("a preview shows the first hundred, and counts all", async () => {
    const rows = Array.from({ length: 130 }, (_, index) => ({ url: `https://a.test/${index}`, facts: {} }));
    const large = await makeBatch(service().database, rows, { chunkSize: 40 });
    const preview = await previewOf(large, { count: "true" });
    expect(preview).toMatchObject({ total_records_shown: 100, total_matching: 130 });
    expect(preview.preview_records.map(({ url }) => url)).toEqual(rows.slice(0, 100).map(({ url }) => url));
    expect(Object.keys(preview.preview_records[0] ?? {})).toEqual([...lean]);
  });
});

describe("what contradicts itself or cannot be read is refused, wherever filters are", () => {
  const everywhere = async (query: string) => {
    const { client } = service();
    const paths = [`export/batch/${id}?`, `export/batch/${id}/preview?`, `batches/${id}/results?`];
    return Promise.all(paths.map((path) => client.get(`/api/v1/${path}${query}`)));
  };
  const inBodies = async (filters: object) => {
    const { client } = service();
    return [
      await client.post("/api/v1/export/filtered", { filters: { batch_ids: [id], ...filters } }),
      await client.post("/api/v1/export/batches/multiple", { batch_ids: [id], filters }),
    ];
  };

  test.each([
    { success_only: "true", failed_only: "true" },
    { status: "success", failed_only: "1" },
    { status: "failed", success_only: "yes" },
  ])("%j", async (asked) => {
    const answers = [...(await everywhere(String(new URLSearchParams(asked)))), ...(await inBodies(asked))];
    expect(answers).toHaveLength(5);
    for (const answer of answers) expect(refused(answer, 400, "validation_error")).toContain("success_only");
  });

  test.each([
    ["success_only", "maybe"],
    ["failed_only", "2"],
    ["has_store_name", "nein"],
    ["has_contact", "null"],
    ["status", "done"],
    ["error_type", "a;b"],
    ["error_type", "x".repeat(1001)],
    ["store_name_filter", "x".repeat(201)],
    ["store_name_filter", "a\0b"],
    ["start_date", "yesterday"],
    ["start_date", "2025-02-29"],
    ["start_date", "2025-13-01"],
    ["start_date", "2025-11-01T24:00:00Z"],
    ["start_date", "2025-11-01T12:60"],
    ["start_date", "1762000000"],
    ["end_date", "2025-11"],
    ["end_date", "01.11.2025"],
    ["end_date", "2025-11-01T12:00:00+25:00"],
    ["end_date", "2025-11-01T12:00:00Z; drop table results"],
  ])("%s=%s", async (name, value) => {
    const answers = [
      ...(await everywhere(String(new URLSearchParams({ [name]: value })))),
      ...(await inBodies({ [name]: value })),
    ];
    for (const answer of answers) expect(refused(answer, 400, "validation_error")).toContain(name);
  });

  test("a filter that is misspelled", async () => {
    const answers = [...(await everywhere("sucess_only=true")), ...(await inBodies({ sucess_only: true }))];
    for (const answer of answers.filter(({ status }) => status !== 200))
      expect(refused(answer, 400, "validation_error")).toContain("sucess_only");
    // The list came before the exports, and its clients may send what it does not know.
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 200, 400, 400]);
  });

  test("a filter that is there twice", async () => {
    for (const answer of await everywhere("success_only=true&success_only=false"))
      expect(refused(answer, 400, "validation_error")).toContain("success_only");
  });

  test("null is no filter in a body, as nothing is in a query", async () => {
    const none = {
      success_only: null,
      start_date: null,
      status: null,
      error_type: null,
      store_name_filter: null,
    };
    const body = { filters: { batch_ids: [id], ...none }, format: "ndjson" };
    const { status, text } = await download(`${service().baseUrl}/api/v1/export/filtered`, body);
    expect([status, text]).toEqual([200, expect.any(String)]);
    expect(ndjsonRecords(text)).toHaveLength(10);
    for (const path of [`export/batch/${id}`, `export/batch/${id}/preview`, `batches/${id}/results`]) {
      const address = `${service().baseUrl}/api/v1/${path}?status=&error_type=&success_only=&store_name_filter=`;
      expect([path, (await download(address)).status]).toEqual([path, 200]);
    }
  });

  test.each([
    ["format", "pdf"],
    ["format", "csv,json"],
    ["metadata", "perhaps"],
    ["raw", "3"],
    ["input_columns", "some"],
    ["part", "0"],
    ["part", "1.5"],
    ["part", "-1"],
    ["part", "all"],
    ["part", "2"],
    ["part", "1001"],
  ])("of an export, %s=%s", async (name, value) => {
    const answer = await service().client.get(`/api/v1/export/batch/${id}?${name}=${value}`);
    expect(refused(answer, 400, "validation_error")).toContain(name);
  });
});

test("the format is taken in capitals and with blanks, and is CSV where none is named", async () => {
  const type = async (format: string) => (await exported(id, { format })).headers.get("content-type");
  expect(await type("")).toMatch(/^text\/csv/);
  expect(await type(" Json ")).toMatch(/^application\/json/);
  expect((await download(`${service().baseUrl}/api/v1/export/batch/${id.toUpperCase()}`)).status).toBe(200);
});

test("a row that was exported is read again by its number", async () => {
  const url = service().picture;
  const { id: analyzed, results } = await service().client.analyze(csvOf(url));
  const [record] = ndjsonRecords((await exported(analyzed, { format: "ndjson" })).text);
  expect(record).toEqual(results[0]);
});
