import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bytes, gated, status } from "../analysis/origin.ts";
import { csvOf, formOf, refused } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { photoBytes, shopUnderTest } from "./shop.ts";

const start = shareDatabase();
const own = /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/images\/processed\/[0-9a-f-]{36}\.jpg$/;

test("a request is received until somebody works on it, then processing, then completed, with the fields of the document in their order", async () => {
  const shop = await shopUnderTest();
  const [first, second] = [await shop.picture("/1.jpg"), await shop.picture("/2.jpg")];
  const waits = gated(bytes(await photoBytes(9), { "content-type": "image/jpeg" }));
  const third = shop.origin.serve("/3.jpg", waits.gate);

  const desk = await start({ ROLE: "api" });
  const upload = await desk.client.upload(formOf(csvOf(["SKU1", first, second], ["SKU2", third])));
  expect(upload.status).toBe(200);
  expect(upload.body).toEqual({
    request_id: expect.stringMatching(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
    ...{ status: "received", message: "Processing started" },
  });
  const { request_id: id } = upload.body as { request_id: string };
  const waiting = await desk.client.status(id);
  expect(waiting).toMatchObject({ request_id: id, status: "received", saved_bytes: 0 });
  expect(Object.keys(waiting).slice(0, 3)).toEqual(["request_id", "status", "products"]);
  expect(waiting.products.map((product) => Object.entries(product).slice(0, 5))).toEqual([
    [
      ...[
        ["serial_number", 1],
        ["product_name", "SKU1"],
        ["input_urls", [first, second]],
      ],
      ...[
        ["output_urls", []],
        ["processing_status", "received"],
      ],
    ],
    [
      ...[
        ["serial_number", 2],
        ["product_name", "SKU2"],
        ["input_urls", [third]],
      ],
      ...[
        ["output_urls", []],
        ["processing_status", "received"],
      ],
    ],
  ]);
  await desk.close();

  const { client } = await start();
  const half = await client.ended(id, { status: "processing", progress: { completed: 1 } });
  expect(half.progress).toEqual({ total: 2, completed: 1, failed: 0, remaining: 1 });
  const [done, atWork] = half.products;
  expect(done).toMatchObject({
    output_urls: [expect.stringMatching(own), expect.stringMatching(own)],
    processing_status: "completed",
  });
  expect(atWork).toMatchObject({ output_urls: [], outputs: [], processing_status: "processing" });
  expect(half.saved_bytes).toBe(done?.saved_bytes);
  waits.open();

  const { products, ...whole } = await client.ended(id);
  expect(whole).toEqual({
    ...{
      request_id: id,
      status: "completed",
      progress: { total: 2, completed: 2, failed: 0, remaining: 0 },
    },
    saved_bytes: products.reduce((sum, { saved_bytes }) => sum + saved_bytes, 0),
  });
  expect(products.map(({ output_urls: { length } }) => length)).toEqual([2, 1]);
  for (const { outputs, saved_bytes } of products) {
    const saved = outputs.map(({ input_bytes = 0, output_bytes = 0 }) => input_bytes - output_bytes);
    expect(outputs.map((output) => output.saved_bytes)).toEqual(saved);
    expect(saved_bytes).toBe(saved.reduce((sum, each) => sum + each, 0));
    expect(Math.min(...saved)).toBeGreaterThan(0);
  }
});

test("failures are kept apart: of an image, of a product, and of a request only where nothing came of any product", async () => {
  const { client } = await start();
  const shop = await shopUnderTest();
  const [one, two] = [await shop.picture("/one.jpg"), await shop.picture("/two.jpg")];
  const gone = shop.origin.serve("/gone.jpg", status(404));
  const page = shop.origin.serve("/page.jpg", bytes(Buffer.from("<!doctype html><p>Not here</p>")));
  const { products, ...whole } = await client.process(
    csvOf(
      ["mixed", two, gone, "www.shop.example/a.jpg", one],
      ["bad", page, "ftp://127.0.0.1/a.jpg"],
      ["none"],
      ["good", one],
    ),
  );
  expect(whole).toMatchObject({
    status: "completed",
    progress: { total: 4, completed: 2, failed: 2, remaining: 0 },
  });
  const [mixed, bad, none, good] = products;
  expect(mixed?.outputs.map(({ input_url, error_code }) => [input_url, error_code])).toEqual([
    [two, null],
    [gone, "http_404"],
    ["www.shop.example/a.jpg", "invalid_url"],
    [one, null],
  ]);
  // In the order of the input, whatever was ready first.
  expect(mixed?.output_urls).toEqual([mixed?.outputs[0]?.output_url, mixed?.outputs[3]?.output_url]);
  expect(mixed?.processing_status).toBe("completed");
  expect(mixed?.errors).toEqual([
    { input_url: gone, error: "The server knows nothing at this URL.", error_code: "http_404" },
    { input_url: "www.shop.example/a.jpg", error: expect.stringMatching(/http/), error_code: "invalid_url" },
  ]);
  expect(bad).toMatchObject({ processing_status: "failed", output_urls: [], saved_bytes: 0 });
  expect(bad?.errors.map(({ input_url, error_code }) => [input_url, error_code])).toEqual([
    [page, "not_an_image"],
    ["ftp://127.0.0.1/a.jpg", "invalid_url"],
  ]);
  expect(none).toMatchObject({ processing_status: "failed", input_urls: [], output_urls: [] });
  expect(none?.errors).toMatchObject([{ error_code: "no_images", error: "The product names no image." }]);
  expect(good).toMatchObject({ processing_status: "completed", output_urls: [mixed?.output_urls[1]] });
  expect(whole.saved_bytes).toBe((mixed?.saved_bytes ?? 0) + (good?.saved_bytes ?? 0));

  const failed = await client.process(csvOf(["bad", gone], ["none"]), {}, { status: "failed" });
  expect(failed).toMatchObject({
    progress: { total: 2, completed: 0, failed: 2, remaining: 0 },
    products: [{ processing_status: "failed" }, { processing_status: "failed" }],
    saved_bytes: 0,
  });
});

test("products that share a serial number stay apart, and an address that many name is fetched and made once", async () => {
  const { client } = await start();
  const shop = await shopUnderTest();
  const [shared, other] = [await shop.picture("/shared.jpg"), await shop.picture("/other.jpg")];
  const rows = [`7,A,"${shared}, ${other}"`, `7,B,${shared}`, `-3,C,${shared}#top`, `,D,${shared}`];
  const { products } = await client.process(`S. No.,Product Name,Input Image Urls\n${rows.join("\n")}\n`);
  const [url = "", beside = ""] = products[0]?.output_urls ?? [];
  expect(
    products.map(({ serial_number, product_name, output_urls }) => [
      serial_number,
      product_name,
      output_urls,
    ]),
  ).toEqual([
    [7, "A", [url, beside]],
    [7, "B", [url]],
    [-3, "C", [url]],
    [4, "D", [url]],
  ]);
  expect(url).not.toBe(beside);
  expect(shop.origin.requests("/shared.jpg")).toHaveLength(1);
  // A later request asks anew, as the pictures of a shop change under their addresses.
  await client.process(csvOf(["A", shared]));
  expect(shop.origin.requests("/shared.jpg")).toHaveLength(2);
});

test("a catalog is read as people have it: in either header, with any separator and line end, packed, behind or before its options", async () => {
  const { client } = await start();
  const shop = await shopUnderTest();
  const [one, two] = [await shop.picture("/one.jpg"), await shop.picture("/two.jpg")];
  const csv = `Product Name;SKU;Image URLs\r\nLamp, large;7;"${one}\n${two}"\r\n\r\nLäufer;8;${two}\r\n`;
  const behind = new FormData();
  behind.append("quality", "40");
  behind.append("file", new Blob([`\ufeff${csv}`]), "PRODUCTS.CSV");
  const packed = { name: "products.csv.gz", type: "application/gzip" };
  for (const form of [behind, formOf(new Uint8Array(gzipSync(csv)), packed)]) {
    const { status: code, body } = await client.upload(form);
    expect([code, body]).toMatchObject([200, { status: "received" }]);
    const { products } = await client.ended((body as { request_id: string }).request_id);
    expect(products).toMatchObject([
      { serial_number: 1, product_name: "Lamp, large", input_urls: [one, two] },
      { serial_number: 2, product_name: "Läufer", input_urls: [two] },
    ]);
    expect(products[0]?.outputs[0]?.quality).toBe(form === behind ? 40 : 50);
  }
});

test("a status can be read in pages, in the order of the file and to beyond its end, with the totals of all", async () => {
  const { client } = await start();
  const names = Array.from({ length: 7 }, (_, index) => `product ${index + 1}`);
  const id = await client.begin(csvOf(...names.map((name) => [name] as const)));
  const all = await client.ended(id, { status: "failed" });
  expect(all.products.map(({ product_name }) => product_name)).toEqual(names);
  expect(all).not.toHaveProperty("page");
  const pageOf = async (query: string) => {
    const { products, page, per_page, total_pages, progress } = await client.status(id, query);
    expect(progress).toEqual(all.progress);
    return { serials: products.map(({ serial_number }) => serial_number), page, per_page, total_pages };
  };
  expect(await pageOf("?page=2&per_page=3")).toEqual({
    serials: [4, 5, 6],
    page: 2,
    per_page: 3,
    total_pages: 3,
  });
  expect(await pageOf("?page=3&per_page=3")).toEqual({ serials: [7], page: 3, per_page: 3, total_pages: 3 });
  expect(await pageOf("?page=4&per_page=3")).toEqual({ serials: [], page: 4, per_page: 3, total_pages: 3 });
  expect(await pageOf("?per_page=7")).toMatchObject({
    serials: [1, 2, 3, 4, 5, 6, 7],
    page: 1,
    total_pages: 1,
  });
  expect(await pageOf("?page=1")).toMatchObject({ per_page: 100, total_pages: 1 });
  expect(await pageOf("?page=1000000&per_page=1000")).toMatchObject({ serials: [] });
  for (const query of ["?page=0", "?page=-1", "?page=x", "?per_page=0", "?per_page=1001", "?page=1e3"]) {
    const text = refused(await client.get(`/api/v1/status/${id}${query}`), 400);
    expect(text).toMatch(/^(page|per_page): expected a whole number from 1 to/);
  }
  for (const path of ["", "?page=2", "/csv"]) {
    const head = await client.send("HEAD", `/api/v1/status/${id}${path}`);
    const { status: code, headers } = await client.get(`/api/v1/status/${id}${path}`);
    expect([head.status, head.body]).toEqual([code, ""]);
    for (const name of ["content-type", "cache-control", "content-disposition"])
      expect([path, name, head.headers.get(name)]).toEqual([path, name, headers.get(name)]);
  }
});

test("whatever is asked for that is no request here is a 404 in the words of the document", async () => {
  const { client, as, bearer } = await start();
  const batch = await as(await bearer("somebody with icons")).send("POST", "/api/icons/generate/batch", {
    body: JSON.stringify({ categories: ["tools"], format: "svg" }),
    headers: { "content-type": "application/json" },
  });
  const { batch_id } = batch.body as { batch_id: string };
  const ids = [
    ...[
      "uuid-string",
      "00000000-0000-4000-8000-000000000000",
      "1",
      "null",
      "%00",
      "%F0%9F%98%80",
      "..%2f..%2fetc",
    ],
    ...["a%20b", "'; drop table batches; --", "x".repeat(500), batch_id],
  ];
  for (const id of ids) {
    for (const path of ["", "/csv", "?page=0"]) {
      const answer = await client.get(`/api/v1/status/${id}${path}`);
      expect([id, path, refused(answer, 404)]).toEqual([id, path, "Request ID not found"]);
    }
  }
});

test("an upload that is sent again with its Idempotency-Key is one request", async () => {
  const { client } = await start();
  const shop = await shopUnderTest();
  const csv = csvOf(["A", await shop.picture("/a.jpg")]);
  const send = (form: FormData) =>
    client.upload(form, { "idempotency-key": "a catalog, once".replaceAll(" ", "-") });
  const first = await send(formOf(csv));
  const again = await send(formOf(csv));
  expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
  expect([first, again].map(({ headers }) => headers.get("idempotent-replayed"))).toEqual([null, "true"]);
  await client.ended((first.body as { request_id: string }).request_id);
  expect(shop.origin.requests("/a.jpg")).toHaveLength(1);
  expect(refused(await send(formOf(csv, { fields: { quality: "60" } })), 400)).toMatch(/Idempotency-Key/);
});
