import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as exportWire from "../../src/features/analysis/exports/schema.ts";
import * as wire from "../../src/features/analysis/schema.ts";
import { auditResponse } from "../../src/features/operations/audit-schema.ts";
import { describeWith, leaveToSoak } from "../needs.ts";
import { localToken } from "../world.ts";
import { accepted, csvOf, formOf, patient, refused } from "./client.ts";
import { csvRows, download, ndjsonRecords, readArchive, readWorkbook, savedAs } from "./downloads.ts";
import { type MadeRow, makeBatch } from "./made-batch.ts";
import { blank, bytes, gated } from "./origin.ts";
import { shareServiceOnDatabase } from "./service-on-database.ts";

leaveToSoak("exports of several batches", () => {
  const basePath = "/team/images";
  const service = shareServiceOnDatabase({ BASE_PATH: basePath });

  const api = (path: string) => `${service().baseUrl}/api/v1/export/${path}`;

  /** Rows of a day, every third a failure. */
  const rowsOf = (count: number, day: string, tag = "a"): MadeRow[] =>
    Array.from({ length: count }, (_, index) => {
      const url = `https://${tag}.test/${index + 1}.jpg`;
      const outcome =
        index % 3 === 2
          ? { failure: { code: "http_404", message: "Gone." } }
          : { facts: { store_name: `Shop ${tag} ${index + 1}` } };
      return { url, cells: [url, `${tag}-${index + 1}`], at: `${day}T10:00:00Z`, ...outcome };
    });

  const make = (count: number, day: string, name: string, tag?: string) =>
    makeBatch(service().database, rowsOf(count, day, tag), {
      ...{ name, columns: ["url", "sku"], createdAt: `${day}T09:00:00Z` },
    });

  const urlsOf = (records: readonly { readonly url?: unknown }[]) => records.map(({ url }) => url);

  describe("GET /api/v1/export/formats", () => {
    test("answers with the sample of the document, and NDJSON besides", async () => {
      const { data } = accepted(
        exportWire.formatsResponse,
        await service().client.get("/api/v1/export/formats"),
      );
      expect(data).toEqual({
        supported_formats: {
          csv: {
            name: "Comma Separated Values",
            description: "Standard CSV format for spreadsheet applications",
            supports_filtering: true,
            supports_metadata: true,
            file_extension: ".csv",
            mime_type: "text/csv",
          },
          json: {
            name: "JavaScript Object Notation",
            description: "JSON format for API integrations",
            supports_filtering: true,
            supports_metadata: true,
            file_extension: ".json",
            mime_type: "application/json",
          },
          xlsx: {
            name: "Microsoft Excel",
            description: "Excel format with multiple sheets",
            supports_filtering: true,
            supports_metadata: true,
            file_extension: ".xlsx",
            mime_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          },
          ndjson: expect.objectContaining({ file_extension: ".ndjson", mime_type: "application/x-ndjson" }),
        },
        default_format: "csv",
      });
    });
  });

  describe("GET /api/v1/export/batch/:id/summary", () => {
    test("tells what there is, in the shape and with the estimates of the document", async () => {
      const rows = Array.from(
        { length: 1500 },
        (_, index): MadeRow => ({
          url: `https://a.test/${index}`,
          ...(index < 1440 ? { facts: {} } : { failure: { code: "http_404", message: "Gone." } }),
        }),
      );
      const made = { name: "My Image Analysis Batch", createdAt: "2025-11-02T10:30:00Z", chunkSize: 2000 };
      const id = await makeBatch(service().database, rows, made);
      const answer = await service().client.get(`/api/v1/export/batch/${id}/summary`);
      expect(accepted(exportWire.summaryResponse, answer).data).toEqual({
        batch_info: {
          batch_id: id,
          batch_name: "My Image Analysis Batch",
          status: "completed",
          created_at: "2025-11-02T10:30:00.000Z",
        },
        export_summary: {
          total_results: 1500,
          successful_results: 1440,
          failed_results: 60,
          success_rate: 96,
        },
        // 2000, 4000 and 1500 bytes a row.
        estimated_sizes_mb: { csv: 2.86, json: 5.72, xlsx: 2.15, ndjson: 5.72 },
        available_filters: {
          success_only: "1440 records",
          failed_only: "60 records",
          has_store_name: "Records with store names",
          has_contact: "Records with business contacts",
        },
        parts: 1,
      });
    });

    test("of nothing is nothing, and divides nothing by nothing", async () => {
      const { id } = await service().client.create(csvOf("https://a.test/1"), { auto_start: "false" });
      const answer = await service().client.get(`/api/v1/export/batch/${id}/summary`);
      expect(accepted(exportWire.summaryResponse, answer).data).toMatchObject({
        export_summary: { total_results: 0, success_rate: 0 },
        estimated_sizes_mb: { csv: 0, json: 0, xlsx: 0, ndjson: 0 },
      });
    });
  });

  describe("GET /api/v1/export/template", () => {
    test.each(["/api/v1/export/template", "/export/template?format=CSV"])(
      "%s can be uploaded as it is",
      async (path) => {
        const { text, headers } = await download(service().baseUrl + path);
        expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
        expect(headers.get("x-export-api-version")).toBe("1.0");
        expect(savedAs(headers)).toBe("batch_template.csv");
        const answer = await service().client.upload(formOf(text, { auto_start: "false" }, savedAs(headers)));
        expect(accepted(wire.createdResponse, answer, 201).data.batch_info).toMatchObject({
          total_urls: 3,
          invalid_urls: 0,
          duplicate_urls: 0,
        });
      },
    );

    test.each(["json", "xlsx", "pdf"])("as %s there is none", async (format) => {
      const answer = await service().client.get(`/api/v1/export/template?format=${format}`);
      expect(refused(answer, 400, "validation_error")).toContain("format");
    });
  });

  describe("POST /api/v1/export/filtered", () => {
    let older = "";
    let newer = "";
    beforeAll(async () => {
      // On days of their own, so that what other tests make does not match.
      newer = await make(4, "2031-05-02", "Newer", "new");
      older = await make(5, "2031-05-01", "Older", "old");
    });
    const days = { start_date: "2031-05-01", end_date: "2031-05-02" };
    const filtered = (body: object) => download(api("filtered"), { format: "ndjson", ...body });
    const inOrder = (first: "new" | "old") =>
      [first, first === "new" ? "old" : "new"].flatMap((tag) =>
        urlsOf(rowsOf(tag === "new" ? 4 : 5, "", tag)),
      );

    test("of all batches the newest comes first, each in the order of its file", async () => {
      const { text, headers } = await filtered({ filters: days });
      expect(urlsOf(ndjsonRecords(text))).toEqual(inOrder("new"));
      expect(savedAs(headers)).toMatch(/^filtered_results_\d{8}_\d{6}\.ndjson$/);
      expect(headers.get("x-export-api-version")).toBe("1.0");
    });

    test("of named batches the newest comes first too, and each once however often it is named", async () => {
      const batchIds = [older, newer, older.toUpperCase(), ` ${newer} `];
      const { text } = await filtered({ filters: { batch_ids: batchIds } });
      expect(urlsOf(ndjsonRecords(text))).toEqual(inOrder("new"));
    });

    test.each([1, 3, 4, 6, 9, 100, "7"])("a limit of %j is kept across batches", async (limit) => {
      const { text } = await filtered({ filters: days, limit });
      expect(urlsOf(ndjsonRecords(text))).toEqual(inOrder("new").slice(0, Number(limit)));
    });

    test("no batches named are no results, and nothing asked for is everything", async () => {
      expect((await filtered({ filters: { batch_ids: [] } })).text).toBe("");
      for (const body of [{}, { filters: null, limit: null }, { filters: {} }]) {
        const records = ndjsonRecords((await filtered(body)).text);
        expect(records.filter(({ batch_id }) => batch_id === older || batch_id === newer)).toHaveLength(9);
        expect(records.length).toBeGreaterThan(9);
      }
    });

    test("what was soft-deleted is there only by its name, and what is of another kind never", async () => {
      const { client, database } = service();
      const day = { start_date: "2031-06-01", end_date: "2031-06-01" };
      const deleted = await make(1, "2031-06-01", "Deleted", "gone");
      const kept = await make(1, "2031-06-01", "Kept", "kept");
      await makeBatch(database, rowsOf(1, "2031-06-01", "foreign"), { kind: "other" });
      await client.post(`/api/v1/batches/${deleted}/soft-delete`, {});
      expect(urlsOf(ndjsonRecords((await filtered({ filters: day })).text))).toEqual([
        "https://kept.test/1.jpg",
      ]);
      const named = await filtered({ filters: { ...day, batch_ids: [deleted, kept] } });
      expect(ndjsonRecords(named.text)).toHaveLength(2);
    });

    test("JSON says what was asked, and CSV has the columns of no file", async () => {
      const filters = { batch_ids: [newer], failed_only: true };
      const { metadata, results } = JSON.parse((await filtered({ filters, format: "json", limit: 50 })).text);
      expect(urlsOf(results)).toEqual(["https://new.test/3.jpg"]);
      expect(metadata).toEqual({
        export_date: expect.any(String),
        total_records: 1,
        limit: 50,
        filters_applied: filters,
      });
      const [header] = csvRows((await filtered({ filters, format: "csv" })).text);
      expect(header).not.toContain("sku");
      expect(header).toContain("content_hash");
      const [short] = csvRows((await filtered({ filters, format: "csv", metadata: false })).text);
      expect(short).toHaveLength(9);
    });

    describeWith("python3-openpyxl", "as XLSX", ({ path }) => {
      test("is what the document's sample asks for", async () => {
        const { status, bytes: file } = await download(api("filtered"), {
          filters: {
            batch_ids: [older, newer],
            start_date: "2031-05-01T00:00:00Z",
            end_date: "2031-05-02T23:59:59Z",
            success_only: true,
          },
          format: "xlsx",
          limit: 10000,
        });
        expect(status).toBe(200);
        const [results, metadata] = await readWorkbook(path, file);
        const meant = [...rowsOf(4, "", "new"), ...rowsOf(5, "", "old")].filter(({ facts }) => facts);
        expect(results?.rows.slice(1).map(([url]) => url)).toEqual(urlsOf(meant));
        expect(metadata?.rows).toContainEqual(["total_records", meant.length]);
        expect(metadata?.rows).toContainEqual(["limit", 10000]);
      });
    });

    test("an id that is unknown is a 404 that names it", async () => {
      const unknown = randomUUID();
      for (const id of [unknown, "batch1"]) {
        const answer = await service().client.post("/api/v1/export/filtered", {
          filters: { batch_ids: [newer, id] },
        });
        expect(refused(answer, 404, "batch_not_found")).toContain(id);
      }
    });

    test.each([
      ["filters", { filters: { sucess_only: true } }, "sucess_only"],
      ["filters", { filters: "all" }, "filters"],
      ["filters", { filters: { batch_ids: "all" } }, "batch_ids"],
      ["filters", { filters: { batch_ids: [1] } }, "batch_ids"],
      ["filters", { filters: { batch_ids: Array.from({ length: 1001 }, () => "a") } }, "batch_ids"],
      ["format", { format: "zip" }, "format"],
      ["limit", { limit: 0 }, "limit"],
      ["limit", { limit: -1 }, "limit"],
      ["limit", { limit: 1.5 }, "limit"],
      ["limit", { limit: 1_000_001 }, "limit"],
      ["limit", { limit: "many" }, "limit"],
      ["metadata", { metadata: "perhaps" }, "metadata"],
      ["body", [], "object"],
    ] as const)("of %s, %j is refused", async (_, body, named) => {
      const answer = await service().client.post("/api/v1/export/filtered", body);
      expect(refused(answer, 400, "validation_error")).toContain(named);
    });
  });

  describe("POST /api/v1/export/batches/multiple", () => {
    const multiple = (body: object) => service().client.post("/api/v1/export/batches/multiple", body);

    test.each([
      {},
      { batch_ids: [] },
      { batch_ids: null },
      { batch_ids: "a" },
      { batch_ids: [1] },
      { batch_ids: Array.from({ length: 11 }, () => randomUUID()) },
    ])("%j has no batches, or too many", async (body) => {
      expect(refused(await multiple(body), 400, "validation_error")).toMatch(
        /batch_ids.*(1 to 10|id of a batch)/,
      );
    });

    test("a filter that is misspelled, and a format that there is not, are refused", async () => {
      const id = await make(1, "2031-07-01", "One");
      const misspelled = await multiple({ batch_ids: [id], filters: { failed: true } });
      expect(refused(misspelled, 400, "validation_error")).toContain("failed");
      expect(refused(await multiple({ batch_ids: [id], format: "zip" }), 400, "validation_error")).toContain(
        "format",
      );
    });

    test("where no batch is known there is no archive", async () => {
      const ids = [randomUUID(), "batch1"];
      const text = refused(await multiple({ batch_ids: ids }), 404, "batch_not_found");
      for (const id of ids) expect(text).toContain(id);
    });

    describeWith("python3-openpyxl", "as Python reads the archive", ({ path }) => {
      const archiveOf = async (body: object) => {
        const answer = await download(api("batches/multiple"), body);
        expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/zip"]);
        return { ...answer, files: await readArchive(path, answer.bytes) };
      };

      test("each batch is a file of its own as it is exported alone, named after it, and a summary ends it", async () => {
        const first = await make(4, "2031-08-01", "Same name", "first");
        const second = await make(5, "2031-08-02", "Same name", "second");
        const slashed = await make(1, "2031-08-03", "../a/b:c", "third");
        const unknown = randomUUID();
        const { files, headers } = await archiveOf({
          batch_ids: [first, unknown, second, "../../etc", slashed, first.toUpperCase()],
        });
        const short = (id: string) => id.slice(0, 8);
        const names = [
          `Same_name_${short(first)}.csv`,
          `ERROR_${unknown}.txt`,
          `Same_name_${short(second)}.csv`,
          "ERROR_etc.txt",
          `a_b_c_${short(slashed)}.csv`,
          "export_summary.txt",
        ];
        expect([...files.keys()]).toEqual(names);
        expect(savedAs(headers)).toMatch(/^batch_exports_\d{8}_\d{6}\.zip$/);
        expect(headers.get("x-export-api-version")).toBe("1.0");
        for (const [id, name] of [
          [first, names[0]],
          [second, names[2]],
          [slashed, names[4]],
        ] as const)
          expect(files.get(name ?? "")?.toString()).toBe((await download(api(`batch/${id}`))).text);
        expect(files.get(names[1] ?? "")?.toString()).toContain(unknown);
        const summary = files.get("export_summary.txt")?.toString() ?? "";
        expect(summary).toMatch(/^Exported \S+Z, 10 rows\n/);
        for (const line of [
          `${names[0]}: 4 rows of batch ${first} (Same name, completed)`,
          `${unknown}: not found`,
          `${names[2]}: 5 rows of batch ${second}`,
          `${names[4]}: 1 rows of batch ${slashed} (../a/b:c, completed)`,
        ])
          expect(summary).toContain(line);
      });

      test("filters, format and columns hold for each file", async () => {
        const ids = [await make(4, "2031-08-01", "A", "a"), await make(7, "2031-08-02", "B", "b")];
        const filters = { failed_only: true, error_type: "http_404" };
        const { files } = await archiveOf({ batch_ids: ids, format: "JSON", filters });
        const json = [...files].filter(([name]) => name.endsWith(".json"));
        expect(json.map(([, content]) => urlsOf(JSON.parse(content.toString()).results))).toEqual([
          ["https://a.test/3.jpg"],
          ["https://b.test/3.jpg", "https://b.test/6.jpg"],
        ]);
        expect(JSON.parse(json[0]?.[1].toString() ?? "").metadata.filters_applied).toEqual(filters);
        const bare = await archiveOf({ batch_ids: ids, metadata: false, input_columns: true });
        const [[, csv] = ["", Buffer.alloc(0)]] = bare.files;
        expect(csvRows(csv.toString())[0]?.slice(8)).toEqual(["created_at", "sku"]);
      });

      test("workbooks in it open", async () => {
        const id = await make(4, "2031-08-01", "A", "a");
        const { files } = await archiveOf({ batch_ids: [id], format: "xlsx" });
        const [[name, content] = ["", Buffer.alloc(0)]] = files;
        expect(name).toMatch(/\.xlsx$/);
        const [results] = await readWorkbook(path, content);
        expect(results?.rows.slice(1).map(([url]) => url)).toEqual(urlsOf(rowsOf(4, "", "a")));
      });
    });
  });

  describe("GET /api/v1/export/statistics", () => {
    const statistics = async () =>
      accepted(exportWire.statisticsResponse, await service().client.get("/api/v1/export/statistics")).data;
    /** What was written down of complete downloads, newest first. */
    const completed = async () => {
      const authorization = `Bearer ${await localToken(service().config, { admin: true })}`;
      const answer = await download(
        `${service().baseUrl}/api/v1/audit?action=export.completed&limit=1000`,
        undefined,
        { headers: { authorization } },
      );
      return auditResponse.parse(JSON.parse(answer.text)).entries;
    };

    test("counts every complete download, of the API and of the pages, and nothing else", async () => {
      const id = await make(1500, "2031-09-01", "Counted");
      const before = await statistics();
      const downloads = [
        await download(api(`batch/${id}?format=json`)),
        await download(`${service().baseUrl}/export/batch/${id}?format=xlsx`),
        await download(api("filtered"), { filters: { batch_ids: [id] }, format: "ndjson" }),
        await download(api("batches/multiple"), { batch_ids: [id] }),
      ];
      for (const { status } of downloads) expect(status).toBe(200);
      const after = await statistics();
      expect([after.total_exports, after.exports_today]).toEqual([
        before.total_exports + 4,
        before.exports_today + 4,
      ]);

      const entries = await completed();
      expect(
        entries
          .slice(0, 4)
          .reverse()
          .map(({ target, details }) => ({ target, ...details })),
      ).toEqual(
        downloads.map(({ bytes: { length } }, index) => ({
          target: index < 2 ? id : null,
          format: ["json", "xlsx", "ndjson", "csv"][index],
          container: index === 3 ? "zip" : null,
          rows: 1500,
          bytes: length,
        })),
      );
      const share = (format: string) => {
        const count = entries.filter(({ details }) => details["format"] === format).length;
        return Number(((count / entries.length) * 100).toFixed(2));
      };
      expect(after).toEqual({
        total_exports: entries.length,
        exports_today: entries.length,
        popular_formats: {
          csv: share("csv"),
          json: share("json"),
          xlsx: share("xlsx"),
          ndjson: share("ndjson"),
        },
        average_export_size_mb: Number(
          (
            entries.reduce((sum, { details }) => sum + Number(details["bytes"]), 0) /
            entries.length /
            2 ** 20
          ).toFixed(2),
        ),
      });
      expect(after.average_export_size_mb).toBeGreaterThan(0);
      const shares = Object.values(after.popular_formats);
      expect(shares.reduce((sum, each) => sum + each, 0)).toBeCloseTo(100, 1);
    });

    test("neither heads, previews, templates nor refusals count", async () => {
      const id = await make(2, "2031-09-01", "Not counted");
      const before = await statistics();
      await download(api(`batch/${id}`), undefined, { method: "HEAD" });
      await download(`${service().baseUrl}/export/batch/${id}`, undefined, { method: "HEAD" });
      for (const path of [
        `batch/${id}/preview`,
        `batch/${id}/summary`,
        "template",
        "formats",
        `batch/${id}?format=pdf`,
        `batch/${randomUUID()}`,
      ])
        await download(api(path));
      await download(api("batches/multiple"), { batch_ids: [randomUUID()] });
      expect(await statistics()).toEqual(before);
    });
  });

  describe("the pages", () => {
    const page = (path: string, accept = "text/html,*/*;q=0.8") =>
      download(service().baseUrl + path, undefined, { headers: { accept } });
    const post = (form: FormData, accept = "text/html,*/*;q=0.8") =>
      download(`${service().baseUrl}/upload`, undefined, {
        ...{ method: "POST", body: form, headers: { accept }, redirect: "manual" as const },
      });

    test("a file that is uploaded leads to the page of its batch", async () => {
      const { picture, client } = service();
      for (const form of [
        formOf(csvOf(picture), { batch_name: "From a form" }),
        formOf(new Uint8Array(gzipSync(csvOf(picture))), {}, "urls.CSV.gz"),
      ]) {
        const { status, headers } = await post(form);
        expect(status).toBe(303);
        const [, id = ""] =
          /^\/team\/images\/batch\/([0-9a-f-]{36})$/.exec(headers.get("location") ?? "") ?? [];
        await client.reached(id, { status: "completed", successful_count: 1 });
        expect((await page(`/batch/${id}`)).status).toBe(200);
      }
    });

    test("who asks for JSON gets it, with where the page is", async () => {
      const { status, text } = await post(formOf(csvOf(service().picture)), "application/json");
      const { redirect_url: redirect, ...body } = JSON.parse(text);
      const { data } = wire.createdResponse.parse(body);
      expect([status, redirect]).toEqual([201, `${basePath}/batch/${data.batch_id}`]);
      expect((await post(formOf(csvOf(service().picture)), "application/json, text/html")).status).toBe(303);
    });

    test.each([
      ["a file that is not called .csv", formOf(csvOf("https://a.test/1"), {}, "urls.txt"), "urls.txt"],
      ["no file", new FormData(), "No file uploaded"],
      ["a file without addresses", formOf("a,b\n1,2\n"), "No valid URLs"],
    ])("%s is a page that says so, or JSON", async (_, form, said) => {
      const { client } = service();
      const { pagination } = await client.list();
      if (form.entries().next().done) form.append("batch_name", "x");
      const answer = await post(form);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "text/html; charset=utf-8"]);
      expect(answer.text).toContain(said);
      const json = await post(form, "application/json");
      expect([json.status, JSON.parse(json.text)]).toMatchObject([400, { success: false }]);
      expect(JSON.parse(json.text).error).toContain(said);
      expect((await client.list()).pagination.total).toBe(pagination.total);
    });

    test("the downloads of the pages are those of the API", async () => {
      const id = await make(3, "2031-10-01", "Downloads");
      const { text, headers } = await page(`/export/batch/${id}?failed_only=true&raw=true`);
      expect(text).toBe((await download(api(`batch/${id}?failed_only=true&raw=true`))).text);
      expect(savedAs(headers)).toMatch(/^Downloads_.*\.csv$/);
      expect((await page(`/export/batch/${id}?part=1`)).headers.get("x-export-api-version")).toBe("1.0");
    });

    test.each([
      [`/batch/${randomUUID()}`, 404],
      ["/batch/junk", 404],
      [`/export/batch/${randomUUID()}`, 404],
      ["/export/template?format=json", 400],
      ["/export/nothing", 404],
    ])("%s is an error page, and JSON for who asks for it", async (path, status) => {
      const html = await page(path);
      expect([html.status, html.headers.get("content-type")]).toEqual([status, "text/html; charset=utf-8"]);
      expect(html.headers.get("content-disposition")).toBeNull();
      const json = await page(path, "application/json");
      expect([json.status, JSON.parse(json.text).success]).toEqual([status, false]);
    });

    test("the page of a batch shows a hostile name as text, and allows nothing to run", async () => {
      const name = `</title><script>alert(1)</script>"'&<img src=x onerror=alert(1)>`;
      const id = await make(3, "2031-10-01", name);
      const { text, headers } = await page(`/batch/${id}`);
      expect(text).not.toMatch(/<script|<img/);
      expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|script-src/);
      expect(headers.get("cache-control")).toBe("no-store");
      for (const format of ["csv", "json", "xlsx", "ndjson"])
        expect(text).toContain(`href="${basePath}/export/batch/${id}?format=${format}"`);
    });

    describeWith("chromium", "in a browser", ({ path }) => {
      let browser: Browser;
      beforeAll(async () => {
        // Without a sandbox: it needs rights that a container has not.
        browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
      });
      afterAll(() => browser.close());

      test("a file is uploaded with the form, its page follows it to the end, and the results are downloaded", async () => {
        const { origin, baseUrl } = service();
        const { gate, open } = gated(bytes(await blank("#0000ff")));
        const url = origin.serve("/kept.png", gate);
        const done = await make(3, "2031-10-01", "<b>Bold</b>");
        const tab = await browser.newPage();
        const problems: string[] = [];
        tab.on("console", (line) => void problems.push(line.text()));
        tab.on("pageerror", (error) => void problems.push(String(error)));
        tab.on("dialog", (dialog) => void problems.push(dialog.message()));
        await tab.goto(`${baseUrl}/batch/${done}`);
        expect(await tab.locator("h1").textContent()).toBe("<b>Bold</b>");
        await tab.getByLabel(/CSV/).setInputFiles({
          name: "urls.csv",
          mimeType: "text/csv",
          buffer: Buffer.from(csvOf(url)),
        });
        await tab.getByRole("button", { name: "Upload" }).click();
        await tab.waitForURL(
          (address) => address.pathname.includes("/batch/") && !address.href.includes(done),
        );
        expect(await tab.locator("meta[http-equiv=refresh]").count()).toBe(1);
        await expect.poll(() => origin.requests("/kept.png").length, patient).toBe(1);
        open();
        // The page loads itself again.
        await tab.locator("dd", { hasText: "completed" }).waitFor();
        expect(await tab.locator("meta[http-equiv=refresh]").count()).toBe(0);
        expect(await tab.locator("progress").getAttribute("value")).toBe("100");
        const begun = tab.waitForEvent("download");
        await tab.getByRole("link", { name: "Comma Separated Values" }).click();
        const file = await begun;
        expect(file.suggestedFilename()).toMatch(/\.csv$/);
        expect(await file.failure()).toBeNull();
        expect(problems).toEqual([]);
        await tab.close();
      });
    });
  });
});
