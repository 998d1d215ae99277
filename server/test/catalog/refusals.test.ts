import { gzipSync } from "node:zlib";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { leaveToSoak } from "../needs.ts";
import { connectRaw } from "../raw-http.ts";
import { type CatalogForm, formOf, refused } from "./client.ts";
import { type CatalogService, shareDatabase } from "./service.ts";

const start = shareDatabase();
const products = "product_name,image_url\nA,http://shop.example/a.jpg\n";
type Bytes = string | Uint8Array<ArrayBuffer>;
const latin = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** Nothing that is refused is stored, neither a request nor a key nor who is told; what was written of it is swept away. */
async function expectNothingStored({ database }: CatalogService) {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from batches where visibility <> 'removing')::int
      + (select count(*) from idempotency_keys)::int + (select count(*) from catalog_webhook)::int as count
  `.execute(database.sql);
  expect(rows).toEqual([{ count: 0 }]);
}

const files: readonly (readonly [what: string, csv: Bytes, says: RegExp, form?: CatalogForm])[] = [
  [
    "without a column of names",
    "id,image_url\n1,http://a/b.jpg\n",
    /^Missing required fields in CSV: .*product_name.*id, image_url/,
  ],
  [
    "without a column of images",
    "S. No.,Product Name\n1,A\n",
    /^Missing required fields in CSV: .*image_url/,
  ],
  ["without a header", "A,http://a/b.jpg\n", /^Missing required fields in CSV/],
  ["that is empty", "", /./],
  ["of blank rows", "\n \n\n", /./],
  ["of a header alone", "product_name,image_url\n", /no products/],
  [
    "in an older encoding",
    latin("product_name,image_url\nKäse,http://a/b.jpg\n"),
    /Line 2 is not valid UTF-8/,
  ],
  ["with a NUL", "product_name,image_url\nA\u0000,http://a/b.jpg\n", /Line 2 contains a NUL byte/],
  ["that is a workbook", new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0]), /CSV UTF-8/],
  [
    "that is damaged gzip",
    new Uint8Array(gzipSync(products).subarray(0, 30)),
    /gzip/,
    { name: "a.csv.gz", type: "application/gzip" },
  ],
  [
    "with a serial number that is none",
    "S. No.,Product Name,Input Image Urls\n1,A,http://a/b.jpg\none,B,http://a/b.jpg\n",
    /^Invalid serial number format: row 2 \(line 3\) reads "one"/,
  ],
  [
    "with half a serial number",
    "S. No.,Product Name,Input Image Urls\n1.5,A,http://a/b.jpg\n",
    /^Invalid serial number format/,
  ],
  // The public implementation's second sample.
  [
    "with a comma in a name that is not quoted",
    "S. No.,Product Name,Input Image Urls\n1,Lamp, large,http://a/b.jpg\n",
    /row 1 \(line 2\) has 4 cells, and the header has 3: put quotes/,
  ],
  ["with a quote that never closes", `${products}B,"http://a/b.jpg\n`, /line 3 never closes/],
  [
    "with more images than a product has",
    `product_name,image_url\nA,"${"http://a/b.jpg ".repeat(101)}"\n`,
    /names 101 images; a product has at most 100/,
  ],
  [
    "with a name that is a book",
    `product_name,image_url\n${"x".repeat(1_001)},http://a/b.jpg\n`,
    /row 1 \(line 2\)/,
  ],
  // Not before its end is a fault seen: what was stored until then goes.
  [
    "with a fault after a thousand products",
    `S. No.,Product Name,Input Image Urls\n${Array.from({ length: 1_000 }, (_, row) => `${row},A,http://a/b.jpg`).join("\n")}\nx,B,http://a/b.jpg\n`,
    /^Invalid serial number format: row 1001 \(line 1002\)/,
  ],
  [
    "that is called a picture",
    products,
    /^Only CSV files are allowed$/,
    { name: "a.png", type: "image/png" },
  ],
  [
    "that is called a workbook",
    products,
    /^Only CSV files are allowed$/,
    { name: "a.xlsx", type: "application/octet-stream" },
  ],
  ["with another name and no type", products, /^Only CSV files are allowed$/, { name: "products", type: "" }],
];

test("a file that is no catalog is refused with what is wrong with it, and nothing of it stays", async () => {
  const service = await start();
  for (const [what, csv, says, form] of files) {
    const text = refused(
      await service.client.upload(formOf(csv, form), { "idempotency-key": "refused" }),
      400,
    );
    expect(text, what).toMatch(says);
  }
  await expectNothingStored(service);
});

const fields: readonly (readonly [fields: Readonly<Record<string, string>>, says: RegExp])[] = [
  [{ quality: "0" }, /^quality: expected a whole number from 1 to 100 or auto$/],
  [{ quality: "101" }, /^quality: /],
  [{ quality: "50%" }, /^quality: /],
  [{ quality: "best" }, /^quality: /],
  [{ format: "tiff" }, /^format: expected one of keep, webp, avif, auto$/],
  [{ max_dimension: "0" }, /^max_dimension: expected a whole number from 1 to /],
  [{ max_dimension: "1e3" }, /^max_dimension: /],
  [{ target_bytes: "10" }, /^target_bytes: expected a whole number from 1024 to /],
  [{ effort: "most" }, /^effort: expected one of fast, balanced, best$/],
];

test("a form whose fields are wrong, or that has no file in its place, is refused", async () => {
  const service = await start();
  const { client } = service;
  for (const [asked, says] of fields)
    expect(refused(await client.upload(formOf(products, { fields: asked })), 400)).toMatch(says);

  const text = new FormData();
  text.append("file", products);
  const elsewhere = new FormData();
  elsewhere.append("csv", new Blob([products]), "products.csv");
  expect(refused(await client.upload(new FormData()), 400)).toMatch(/field `file`|could not be read|form/i);
  expect(refused(await client.upload(text), 400)).toMatch(/^No file uploaded/);
  expect(refused(await client.upload(elsewhere), 400)).toMatch(/`file`/);
  const post = (body: string, type: string) =>
    client.send("POST", "/api/v1/upload", { body, headers: { "content-type": type } });
  for (const type of ["application/json", "text/csv", "application/x-www-form-urlencoded"])
    expect(refused(await post(products, type), 400), type).toMatch(/^No file uploaded/);
  refused(
    await post(
      `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${products}`,
      "multipart/form-data; boundary=x",
    ),
    400,
  );
  await expectNothingStored(service);
});

test("a file of more than 200 MB is refused before a byte of it is sent, where its length says so", async () => {
  const service = await start();
  const connection = await connectRaw(service.baseUrl);
  connection.send(
    "POST /api/v1/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n" +
      `Content-Length: ${300 * 2 ** 20}\r\n\r\n`,
  );
  const { status, headers, body } = await connection.answer();
  const answer = { status, headers: new Headers(headers), body: JSON.parse(body) };
  expect(refused(answer, 413)).toMatch(/larger than 200 MB/);
  await expectNothingStored(service);
});

leaveToSoak("a file of more than 200 MB whose length nobody says", () => {
  // Blank rows, which are read and stored nowhere.
  const blank = Buffer.alloc(2 ** 20, `${" ".repeat(9_999)}\n`);
  const whole = () => {
    const file = Buffer.alloc(201 * 2 ** 20, blank);
    file.write(products);
    return file;
  };

  test("is refused once so much of it is unpacked", { timeout: 120_000 }, async () => {
    const service = await start();
    const packed = new Uint8Array(gzipSync(whole(), { level: 1 }));
    const form = formOf(packed, { name: "products.csv.gz", type: "application/gzip" });
    expect(refused(await service.client.upload(form), 413)).toMatch(/larger than 200 MB/);
    await expectNothingStored(service);
  });

  test("is refused once so much of it has come", { timeout: 120_000 }, async () => {
    const service = await start();
    const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n';
    const pieces = [Buffer.from(head), whole(), Buffer.from("\r\n--x--\r\n")];
    const answer = await service.client.send("POST", "/api/v1/upload", {
      body: ReadableStream.from(pieces),
      headers: { "content-type": "multipart/form-data; boundary=x" },
      duplex: "half",
    });
    expect(refused(answer, 413)).toMatch(/larger than 200 MB/);
    await expectNothingStored(service);
  });
});

test("who is told is refused where that is no address of the web or there are no such events, and nothing is kept", async () => {
  const service = await start();
  const { client } = service;
  const url = "https://shop.example/hook";
  const events = ["processing.completed"];
  const bodies: readonly (readonly [body: unknown, says: RegExp])[] = [
    [{}, /^webhook_url: expected/],
    [{ events }, /^webhook_url: expected/],
    [{ webhook_url: "shop.example", events }, /^webhook_url: /],
    [{ webhook_url: "ftp://shop.example", events }, /^webhook_url: /],
    [{ webhook_url: "http://", events }, /^webhook_url: /],
    [{ webhook_url: 7, events }, /^webhook_url: /],
    [{ webhook_url: `${url}?${"x".repeat(2_048)}`, events }, /^webhook_url: /],
    [
      { webhook_url: url },
      /^events: expected a list of one or more of processing.started, processing.completed, processing.failed$/,
    ],
    [{ webhook_url: url, events: [] }, /^events: /],
    [{ webhook_url: url, events: "processing.completed" }, /^events: /],
    [{ webhook_url: url, events: [...events, "processing.paused"] }, /^events: /],
    [[], /^body: /],
    [null, /^body: /],
    ["text", /^body: /],
  ];
  for (const [body, says] of bodies)
    expect(refused(await client.configure(body), 400), JSON.stringify(body).slice(0, 80)).toMatch(says);
  for (const [body, type] of [
    ["{", "application/json"],
    ["", "application/json"],
  ] as const) {
    const answer = await client.send("POST", "/api/v1/webhook/configure", {
      ...{ body, headers: { "content-type": type } },
    });
    refused(answer, 400);
  }
  await expectNothingStored(service);
});
