import { expect, test } from "vitest";
import { csvText } from "../../platform/tables/csv-text.ts";
import { configured, type RequestSummary, uploaded, webhookPayload } from "./answers.ts";
import { outputHeader, outputRow } from "./output-table.ts";
import { configuredResponse, statusResponse, uploadedResponse } from "./schema.ts";
import { statusText } from "./status-text.ts";
import type { ProductResult } from "./statuses.ts";

const id = "0b0f0c57-6a1e-4c44-9d5c-3f1a2b4c5d6e";
const request: RequestSummary = {
  id,
  status: "processing",
  total: 250,
  completed: 2,
  failed: 1,
  remaining: 3,
  savedBytes: 900,
};

const facts = { format: "jpeg", width: 800, height: 600, quality: 50, similarity: null, why: null };

const product: ProductResult = {
  serial: 1,
  name: "SKU1",
  begun: true,
  hasEnded: true,
  urls: ["http://a.example/1.jpg", "n/a", "http://a.example/3.jpg"],
  outcomes: [
    { state: "made", outputUrl: "http://o.example/1.jpg", inputBytes: 1_000, outputBytes: 400, ...facts },
    { state: "failed", code: "invalid_url", message: "This is no address of an image." },
    { state: "made", outputUrl: "http://o.example/3.jpg", inputBytes: 500, outputBytes: 500, ...facts },
  ],
};

/** @param pages of products, as they are read one after the other */
async function answerTo(
  pages: readonly (readonly ProductResult[])[],
  page: { readonly page: number; readonly perPage: number } | null = null,
) {
  const read = async function* () {
    yield* pages;
  };
  const pieces: string[] = [];
  for await (const piece of statusText(request, read(), page)) pieces.push(piece);
  const answer = JSON.parse(pieces.join(""));
  // What the schema does not know would be missing here.
  expect(statusResponse.parse(answer)).toEqual(answer);
  return statusResponse.parse(answer);
}

test("the answer to an upload has what both samples of the document show", () => {
  const answer = uploaded(id);
  expect(answer).toEqual({ request_id: id, status: "received", message: "Processing started" });
  expect(uploadedResponse.parse(answer)).toEqual(answer);
  expect(configuredResponse.parse(configured())).toEqual({ message: "Webhook configured successfully" });
});

test("a product that has ended shows its outputs in the order of the input, failures apart", async () => {
  expect(await answerTo([[product]])).toEqual({
    request_id: id,
    status: "processing",
    products: [
      {
        serial_number: 1,
        product_name: "SKU1",
        input_urls: product.urls,
        output_urls: ["http://o.example/1.jpg", "http://o.example/3.jpg"],
        processing_status: "completed",
        outputs: [
          {
            ...{ input_url: "http://a.example/1.jpg", output_url: "http://o.example/1.jpg" },
            ...{
              error: null,
              error_code: null,
              saved_bytes: 600,
              input_bytes: 1_000,
              output_bytes: 400,
              ...facts,
            },
          },
          {
            ...{ input_url: "n/a", output_url: null },
            ...{ error: "This is no address of an image.", error_code: "invalid_url", saved_bytes: 0 },
          },
          {
            ...{ input_url: "http://a.example/3.jpg", output_url: "http://o.example/3.jpg" },
            ...{
              error: null,
              error_code: null,
              saved_bytes: 0,
              input_bytes: 500,
              output_bytes: 500,
              ...facts,
            },
          },
        ],
        errors: [{ input_url: "n/a", error: "This is no address of an image.", error_code: "invalid_url" }],
        saved_bytes: 600,
      },
    ],
    progress: { total: 250, completed: 2, failed: 1, remaining: 3 },
    saved_bytes: 900,
  });
});

test("products that are read in pages are one list", async () => {
  const serials = [1, 2, 3, 4];
  const [one, two, three, four] = serials.map((serial) => ({ ...product, serial }));
  const pages = [[one], [], [two, three], [four]].map((some) => some.flatMap((each) => each ?? []));
  const { products } = await answerTo(pages);
  expect(products.map(({ serial_number }) => serial_number)).toEqual(serials);
  expect((await answerTo([])).products).toEqual([]);
});

test("before its last image has ended a product has no output_urls, but what has ended is to be seen", async () => {
  const outcomes = [product.outcomes[0] ?? null, null, null];
  const [answer] = (await answerTo([[{ ...product, hasEnded: false, outcomes }]])).products;
  expect(answer).toMatchObject({ processing_status: "processing", output_urls: [], errors: [] });
  expect(answer?.outputs.map(({ output_url }) => output_url)).toEqual(["http://o.example/1.jpg"]);
});

test("a page tells which it is, of how many", async () => {
  const answer = await answerTo([], { page: 3, perPage: 100 });
  expect(answer).toMatchObject({ page: 3, per_page: 100, total_pages: 3 });
});

test("an event has the status that it tells of, and its own time", () => {
  const at = new Date("2025-01-02T03:04:05.678Z");
  const common = { request_id: id, timestamp: "2025-01-02T03:04:05.678Z" };
  expect(webhookPayload("processing.started", request, at)).toEqual({
    ...common,
    event: "processing.started",
    status: "processing",
    total: 250,
  });
  for (const status of ["completed", "failed"] as const) {
    expect(webhookPayload(`processing.${status}`, request, at)).toEqual({
      ...common,
      event: `processing.${status}`,
      status,
      progress: { total: 250, completed: 2, failed: 1, remaining: 3 },
      saved_bytes: 900,
    });
  }
});

test("the output file has the columns of the input, and begins no formula", async () => {
  const rows = [
    outputRow(product),
    outputRow({ serial: 2, name: "=1+1", urls: ["x"], begun: true, hasEnded: false, outcomes: [null] }),
  ];
  const pieces: string[] = [];
  for await (const piece of csvText(outputHeader, [rows], { raw: false })) pieces.push(piece);
  expect(pieces.join("")).toBe(
    [
      "S. No.,Product Name,Input Image Urls,Output Image Urls,Saved Bytes,Errors",
      '1,SKU1,"http://a.example/1.jpg,n/a,http://a.example/3.jpg","http://o.example/1.jpg,http://o.example/3.jpg",600,n/a: This is no address of an image.',
      "2,'=1+1,x,,0,",
      "",
    ].join("\n"),
  );
});
