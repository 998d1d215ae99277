import { describe, expect, test } from "vitest";
import { readQuestion } from "../../src/features/analysis/question.ts";
import * as wire from "../../src/features/analysis/schema.ts";
import { storeFacts } from "../../src/models/instructions.ts";
import { codeBlocks, readDocument } from "../documents.ts";
import { describeWith } from "../needs.ts";
import { accepted, csvOf, formOf, refused } from "./client.ts";
import { csvRows, download, ndjsonRecords, readWorkbook } from "./downloads.ts";
import { type MadeRow, makeBatch } from "./made-batch.ts";
import { shareServiceOnDatabase } from "./service-on-database.ts";
import { shareService } from "./world.ts";

/** A hosted model is configured, and asked nothing: no batch here is started. */
const service = shareServiceOnDatabase({
  GEMINI_API_KEYS: "key-of-nobody",
  GEMINI_BASE_URL: "http://127.0.0.1:9",
});
const offline = shareService();

const damage = {
  type: "object",
  properties: {
    severity: { enum: ["none", "light", "heavy"] },
    parts: { type: "array", items: { type: "string" } },
    url: { type: ["string", "null"] },
    store_name: { type: ["string", "null"] },
    a: { type: "number" },
  },
  required: ["severity", "parts", "url", "store_name", "a"],
  additionalProperties: false,
};
const instruction = "How badly is the car damaged?";
const schema = JSON.stringify(damage);
const waiting = { auto_start: "false" };

describe("a question of a batch's own", () => {
  test("is stored with the batch, told in its details, and kept by its clones", async () => {
    const { client, picture } = service();
    const { id } = await client.create(csvOf(picture), { ...waiting, instruction, schema });
    const { batch_info: info } = await client.details(id);
    expect(info).toMatchObject({ instruction, schema: damage });
    expect(Object.keys(info.schema?.["properties"] ?? {})).toEqual(Object.keys(damage.properties));
    const cloned = await client.post(`/api/v1/batches/${id}/clone`, { new_name: "Again" });
    const { data } = accepted(wire.cloneResponse, cloned, 201);
    const { batch_info: copy } = await client.details(data.batch_id);
    expect(copy).toMatchObject({ instruction, schema: damage });
    expect(JSON.stringify(copy.schema)).toBe(JSON.stringify(info.schema));
  });

  test("may replace the words or the shape alone; the default one is told as null", async () => {
    const { client, picture } = service();
    const infoOf = async (fields: Readonly<Record<string, string>>) =>
      (await client.details((await client.create(csvOf(picture), { ...waiting, ...fields })).id)).batch_info;
    expect(await infoOf({ instruction })).toMatchObject({ instruction, schema: storeFacts.schema });
    expect(await infoOf({ schema })).toMatchObject({ instruction: storeFacts.text, schema: damage });
    expect(await infoOf({ schema: " ", instruction: "" })).toMatchObject({ instruction: null, schema: null });
  });

  test("is taken as the guide shows one", async () => {
    const { client, picture } = service();
    const guide = codeBlocks(await readDocument("docs/analysis.md"));
    const shown = guide.find(
      ({ section, language }) => section === "A question of your own" && language === "json",
    );
    const { id } = await client.create(csvOf(picture), { ...waiting, schema: shown?.text ?? "" });
    expect((await client.details(id)).batch_info.schema).toEqual(JSON.parse(shown?.text ?? ""));
  });

  test("may come as a part of its own type, as some clients send JSON", async () => {
    const { client, picture } = service();
    const part = (name: string, type: string, value: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${value}\r\n`;
    const body = [
      part("schema", "application/json", schema),
      part("auto_start", "application/json", "false"),
      part('file"; filename="a.csv', "text/csv", csvOf(picture)),
      "--x--\r\n",
    ].join("");
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const created = await client.send("POST", "/api/v1/batches", { body, headers });
    const { data } = accepted(wire.createdResponse, created, 201);
    expect(data.batch_info.auto_started).toBe(false);
    expect((await client.details(data.batch_id)).batch_info).toMatchObject({ schema: damage });
  });

  test.each([
    [
      "names a type of nobody's",
      "schema",
      '{"type":"object","properties":{"a":{"type":"text"}}}',
      /^schema: properties\.a/,
    ],
    ["ends too early", "schema", "{", /^schema: is no JSON/],
    [
      "is longer than a form's field may be",
      "schema",
      `{"type":"object","properties":{"a":{"type":"string","title":"${"x".repeat(70_000)}"}}}`,
      /16384 bytes/,
    ],
    ["is too long", "instruction", "x".repeat(8_001), /^instruction: at most 8000 characters$/],
  ])("is refused that %s, with the field and the place", async (_what, field, value, message) => {
    const { client, picture } = service();
    const answer = await client.upload(formOf(csvOf(picture), { [field]: value }));
    expect(refused(answer, 400, "validation_error")).toMatch(message);
  });

  test("is refused where only the offline model would answer, and by that one always", async () => {
    const asked = async (world: typeof offline, fields: Readonly<Record<string, string>>) => {
      const { client, picture } = world();
      return refused(await client.upload(formOf(csvOf(picture), fields)), 400, "validation_error");
    };
    expect(await asked(offline, { instruction })).toMatch(
      /^instruction: the model local .*no other model is configured/,
    );
    expect(await asked(offline, { schema })).toMatch(/^schema: the model local /);
    expect(await asked(service, { schema, model: "local" })).toMatch(/; name another model$/);
  });
});

describe("answers to it", () => {
  const question = readQuestion({ text: instruction, schema }, { model: null, models: ["gemini"] });
  const answers = [
    { severity: "heavy", parts: ["door", '"hood"'], url: "https://a.test/x", store_name: "Garage", a: 1.5 },
    { severity: "=none", parts: [], url: null, store_name: null, a: -2 },
  ];
  const rows: readonly MadeRow[] = [
    ...answers.map((answer, index) => ({
      url: `https://a.test/${index}`,
      cells: [`https://a.test/${index}`, `claim ${index}`, `mine ${index}`],
      answer,
    })),
    {
      url: "https://a.test/2",
      cells: ["https://a.test/2", "claim 2", "mine 2"],
      failure: { code: "http_404", message: "gone" },
    },
  ];
  const made = () =>
    makeBatch(service().database, rows, { columns: ["url", "claim", "severity"], instruction: question });
  const exported = (id: string, query: string) =>
    download(`${service().baseUrl}/api/v1/export/batch/${id}?${query}`);
  const columns = ["severity", "parts", "answer_url", "a"];
  const cells = [
    ["heavy", '["door","\\"hood\\""]', "https://a.test/x", "1.5"],
    ["=none", "[]", "", "-2"],
    ["", "", "", ""],
  ];

  test("are told whole, and those documented fields with them that they have", async () => {
    const { results } = await service().client.results(await made());
    expect(results.map(({ analysis_result }) => analysis_result)).toEqual([...answers, null]);
    expect(results.map(({ store_name, store_image }) => [store_name, store_image])).toEqual([
      ["Garage", null],
      [null, null],
      [null, null],
    ]);
  });

  test("are columns of a table, behind the facts and before the columns of the file", async () => {
    const id = await made();
    const [header = [], ...table] = csvRows((await exported(id, "raw=true")).text);
    const usual = await makeBatch(service().database, [], { columns: ["url"] });
    const [facts = []] = csvRows((await exported(usual, "")).text);
    expect(header).toEqual([...facts, ...columns, "claim", "input_severity"]);
    expect(table.map((row) => row.slice(-6))).toEqual(
      cells.map((row, index) => [...row, `claim ${index}`, `mine ${index}`]),
    );
    expect(table.map((row) => row[header.indexOf("store_name")])).toEqual(["Garage", "", ""]);
  });

  test("are columns without metadata too, and safe to open in a spreadsheet", async () => {
    const [header = [], ...table] = csvRows((await exported(await made(), "metadata=false")).text);
    expect(header.slice(8)).toEqual(["created_at", ...columns]);
    expect(table.map((row) => row[9])).toEqual(["heavy", "'=none", ""]);
  });

  test("have no columns where several batches, each with a question of its own, share a file", async () => {
    const filters = { batch_ids: [await made()] };
    const { status, text } = await download(`${service().baseUrl}/api/v1/export/filtered`, { filters });
    expect(status).toBe(200);
    const [header = [], ...table] = csvRows(text);
    expect(header.filter((name) => columns.includes(name))).toEqual([]);
    expect(table).toHaveLength(rows.length);
  });

  describeWith("python3-openpyxl", "in XLSX", ({ path }) => {
    test("keep their types", async () => {
      const { bytes } = await exported(await made(), "format=xlsx&input_columns=false");
      const [results] = await readWorkbook(path, bytes);
      expect(results?.rows.map((row) => row.slice(-4))).toEqual([
        columns,
        ["heavy", '["door","\\"hood\\""]', "https://a.test/x", 1.5],
        ["=none", "[]", null, -2],
        [null, null, null, null],
      ]);
    });
  });

  test("are in NDJSON as they are listed", async () => {
    const id = await made();
    const { results } = await service().client.results(id);
    expect(ndjsonRecords((await exported(id, "format=ndjson")).text)).toEqual(results);
  });

  test("of a clone that takes them along have the same columns", async () => {
    const { client } = service();
    const answer = await client.post(`/api/v1/batches/${await made()}/clone`, {
      new_name: "Copy",
      copy_results: true,
    });
    const { data } = accepted(wire.cloneResponse, answer, 201);
    const [header = [], ...table] = csvRows(
      (await exported(data.batch_id, "raw=true&input_columns=false")).text,
    );
    expect(header.slice(-4)).toEqual(columns);
    expect(table.map((row) => row.slice(-4))).toEqual(cells);
  });
});
