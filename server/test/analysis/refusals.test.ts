import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { leaveToSoak } from "../needs.ts";
import { connectRaw } from "../raw-http.ts";
import { csvOf, formOf, refused } from "./client.ts";
import { shareService } from "./world.ts";

// The one batch of this file; nothing that is refused leaves another.
const service = shareService();
let batches = 0;
afterAll(async () => {
  const { client } = service();
  expect((await client.list("?include_soft_deleted=true")).pagination.total).toBe(batches);
});

const refuseFile = async (csv: string | Uint8Array<ArrayBuffer>, code: string, name = "urls.csv") =>
  refused(await service().client.upload(formOf(csv, {}, name)), 400, code);

describe("a file is refused", () => {
  test.each<[string, string | Uint8Array<ArrayBuffer>, string, RegExp]>([
    ["that is empty", "", "empty_table", /holds no rows/],
    ["that holds blank rows only", "\n\n \n", "empty_table", /holds no rows/],
    ["that has a header only", "url\n", "no_valid_urls", /^No valid URLs found in CSV file/],
    [
      "that has no address",
      "url\nftp://a/b.png\nnone\n",
      "no_valid_urls",
      /^No valid URLs found in CSV file/,
    ],
    [
      "without a column of addresses",
      "name,price\na,1\n",
      "no_url_column",
      /^No valid URLs found.*name, price/,
    ],
    ["that is a workbook", new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0]), "not_text", /CSV UTF-8/],
    [
      "that is a picture",
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0]),
      "not_text",
      /an image/,
    ],
    ["that holds a NUL byte", "url\nhttp://a/\u0000b.png\n", "not_text", /Line 2/],
    [
      "in an older encoding",
      new Uint8Array(Buffer.from("url\nhttp://a/ä.png\n", "latin1")),
      "not_utf8",
      /Line 2/,
    ],
    ["with a quote that never closes", 'url\n"http://a/b.png\n', "malformed_table", /line 2/],
    [
      "that is damaged gzip",
      new Uint8Array(gzipSync("url\nhttp://a/b.png\n").subarray(0, 20)),
      "invalid_gzip",
      /./,
    ],
    ["with a row beyond measure", `url,a\nhttp://a/b.png,${"x".repeat(70_000)}\n`, "row_too_large", /line 2/],
  ])("%s", async (_what, csv, code, text) => {
    expect(await refuseFile(csv, code)).toMatch(text);
  });

  leaveToSoak("an upload that is larger than 200 MB once it is unpacked", () => {
    test("that is larger than 200 MB once it is unpacked", async () => {
      // Blank rows, which are read and stored nowhere; in UTF-16 half as many letters are parsed.
      const unpacked = Buffer.alloc(201 * 2 ** 20, `${" ".repeat(9_999)}\n`, "utf16le");
      unpacked.write("\ufeffurl\nhttp://a/b.png\n", "utf16le");
      const answer = await service().client.upload(formOf(new Uint8Array(gzipSync(unpacked, { level: 1 }))));
      expect(refused(answer, 413, "payload_too_large")).toMatch(/200 MB/);
    });
  });

  test("of more than 200 MB before a byte of it is sent", async () => {
    const connection = await connectRaw(service().baseUrl);
    connection.send(
      "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n" +
        `Content-Length: ${300 * 2 ** 20}\r\n\r\n`,
    );
    const { status, headers, body } = await connection.answer();
    refused({ status, headers: new Headers(headers), body: JSON.parse(body) }, 413, "payload_too_large");
  });
});

describe("a form is refused", () => {
  const file = () => new Blob([csvOf(service().picture)]);

  test("without a file", async () => {
    const form = new FormData();
    form.append("batch_name", "nothing");
    expect(refused(await service().client.upload(form), 400, "no_file")).toMatch(/^No file uploaded/);
  });

  test("with a file nobody chose", async () => {
    const { client, picture } = service();
    const body = [
      "--x",
      'Content-Disposition: form-data; name="file"; filename=""',
      "Content-Type: application/octet-stream",
      "",
      csvOf(picture),
      "--x--\r\n",
    ].join("\r\n");
    const answer = await client.post("/api/v1/batches", body, {
      "content-type": "multipart/form-data; boundary=x",
    });
    expect(refused(answer, 400, "no_file")).toBe("No file selected");
  });

  test("with text where the file belongs", async () => {
    const form = new FormData();
    form.append("file", csvOf(service().picture));
    expect(refused(await service().client.upload(form), 400, "no_file")).toMatch(/^No file uploaded/);
  });

  test("with its file in another field", async () => {
    const form = new FormData();
    form.append("csv", file(), "urls.csv");
    expect(refused(await service().client.upload(form), 400, "validation_error")).toMatch(/`file`/);
  });

  test("with two files", async () => {
    const form = formOf(csvOf(service().picture));
    form.append("file", file(), "more.csv");
    refused(await service().client.upload(form), 413, "payload_too_large");
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      "a model that is not there",
      { model: "gpt-9" },
      /^model: gpt-9 is not configured; expected one of .*local/,
    ],
    ["a cache mode that is none", { cache: "never" }, /^cache: expected one of use, revalidate, refresh/],
    ["a webhook that is no web address", { webhook_url: "ftp://example.com" }, /^webhook_url: /],
    ["a webhook that is no address", { webhook_url: "http://" }, /^webhook_url: /],
    ["a name too long for a name", { batch_name: "x".repeat(256) }, /^batch_name: at most 255/],
    ["a name with a NUL", { batch_name: "a\u0000b" }, /^batch_name: /],
  ])("with %s", async (_what, fields, text) => {
    const { client, picture } = service();
    for (const order of ["first", "last"] as const) {
      const answer = await client.upload(formOf(csvOf(picture), fields, "urls.csv", order));
      expect(refused(answer, 400, "validation_error")).toMatch(text);
    }
  });

  test.each([
    ["cut off within its file", "multipart/form-data; boundary=x"],
    ["without a boundary", "multipart/form-data"],
  ])("that is %s", async (_what, type) => {
    const { client, picture } = service();
    const body = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nurl\n${picture}\n`;
    for (const path of ["/api/v1/batches", "/api/v1/batches/estimate"])
      refused(await client.post(path, body, { "content-type": type }), 400, "malformed_form");
  });

  test.each([
    ["application/json", "{}"],
    ["text/csv", "url\n"],
    ["application/x-www-form-urlencoded", "file=a"],
  ])("of the type %s", async (type, body) => {
    const answer = await service().client.post("/api/v1/batches", body, { "content-type": type });
    expect(refused(answer, 400, "validation_error")).toMatch(/multipart\/form-data/);
  });

  test("that is compressed as a whole", async () => {
    const answer = await service().client.upload(formOf(csvOf(service().picture)), {
      "content-encoding": "gzip",
    });
    expect(refused(answer, 400, "validation_error")).toMatch(/urls\.csv\.gz/);
  });
});

test("after all of that the next good one is taken, on the same connection", async () => {
  const { client, picture } = service();
  refused(await client.upload(formOf("")), 400, "empty_table");
  await client.create(csvOf(picture), { auto_start: "false" });
  batches = 1;
});
