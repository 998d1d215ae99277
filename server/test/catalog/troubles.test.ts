import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { blank, bytes, hang, inTurn, status } from "../analysis/origin.ts";
import { useOrigin } from "../analysis/world.ts";
import { csvOf } from "./client.ts";
import { shareDatabase } from "./service.ts";
import { photoBytes, shopUnderTest } from "./shop.ts";

const start = shareDatabase();

test("no trouble with an image stops its neighbours, and each is told of in a sentence", async () => {
  const { client } = await start({ IMAGE_TIMEOUT_SECONDS: "1" });
  const shop = await shopUnderTest();
  const good = await shop.picture("/good.jpg");
  const cases = await troubles();
  const addresses = cases.map(([, url]) => url);
  const csv = csvOf(
    ["first", good],
    ...cases.map(([name, url]) => [name, url] as const),
    // What can be made of it is, in the order of the input.
    ["all of them", good, ...addresses, good],
    ["last", good],
  );

  const done = await client.process(csv);
  expect(done.progress).toEqual({
    total: cases.length + 3,
    completed: 3,
    failed: cases.length,
    remaining: 0,
  });
  const failed = done.products.filter(({ processing_status }) => processing_status === "failed");
  expect(
    failed.map(({ product_name, errors }) => [product_name, errors[0]?.error_code, errors[0]?.error]),
  ).toEqual(cases.map(([name, , code, sentence]) => [name, code, sentence]));
  const mixed = done.products.at(-2);
  expect(mixed).toMatchObject({
    processing_status: "completed",
    errors: cases.map(([, input_url, error_code, error]) => ({ input_url, error_code, error })),
  });
  const [small] = done.products[0]?.output_urls ?? [];
  expect(mixed?.output_urls).toEqual([small, small]);
  expect(done.products.at(-1)?.output_urls).toEqual([small]);
  expect(shop.origin.requests("/good.jpg")).toHaveLength(1);
});

test("an origin that stumbles is asked three times, and one that is sure of itself once", async () => {
  const { client } = await start();
  const origin = await useOrigin();
  const content = await photoBytes(1);
  const mends = origin.serve("/mends.jpg", inTurn(status(500), status(503), bytes(content)));
  const { products } = await client.process(csvOf(["mends", mends]));
  expect(products[0]?.errors).toEqual([]);
  expect(origin.requests("/mends.jpg")).toHaveLength(3);

  const stays = origin.serve("/stays.jpg", status(500));
  const gone = origin.at("/gone.jpg");
  const { products: others } = await client.process(
    csvOf(["stays", stays], ["gone", gone]),
    {},
    { status: "failed" },
  );
  expect(others.map(({ errors }) => errors[0]?.error_code)).toEqual(["http_5xx", "http_404"]);
  expect(origin.requests("/stays.jpg")).toHaveLength(3);
  expect(origin.requests("/gone.jpg")).toHaveLength(1);
});

test("what is missing is asked for once, however many products name it, and anew by the next upload", async () => {
  const { client } = await start();
  const origin = await useOrigin();
  const missing = origin.at("/missing.jpg");
  const rows = Array.from({ length: 300 }, (_, row) => [`product ${row}`, missing] as const);
  const { products } = await client.process(csvOf(...rows), {}, { status: "failed" });
  expect(new Set(products.map(({ errors }) => errors[0]?.error_code))).toEqual(new Set(["http_404"]));
  expect(origin.requests("/missing.jpg")).toHaveLength(1);

  origin.serve("/missing.jpg", bytes(await photoBytes(1)));
  const { saved_bytes } = await client.process(csvOf(["now it is there", missing]));
  expect(saved_bytes).toBeGreaterThan(0);
});

/** What may be wrong with an image, each at a server of its own: one that fails is rested from. */
async function troubles() {
  const serve = async (
    path: string,
    behaviour: Parameters<Awaited<ReturnType<typeof useOrigin>>["serve"]>[1],
  ) => (await useOrigin()).serve(path, behaviour);
  const jpeg = await photoBytes(7);
  const html = Buffer.from("<!doctype html><title>Sign in</title>");
  return [
    ["hangs", await serve("/hangs", hang), "response_timeout", "The server did not answer within 1000 ms."],
    ["missing", await serve("/missing", status(404)), "http_404", "The server knows nothing at this URL."],
    ["broken server", await serve("/500", status(500)), "http_5xx", "The server answered with status 500."],
    [
      "a page",
      await serve("/page", bytes(html, { "content-type": "text/html" })),
      "not_an_image",
      "The bytes are not an image of a known format.",
    ],
    [
      "a bomb",
      await serve("/bomb.png", bytes(await bomb())),
      "too_many_pixels",
      "The image has 100000x100000 pixels, more than this service decodes.",
    ],
    [
      "half a picture",
      await serve("/half.jpg", bytes(jpeg.subarray(0, jpeg.length / 2))),
      "decode_error",
      "The image is damaged or cut short.",
    ],
    ["nothing", await serve("/nothing", bytes(Buffer.alloc(0))), "empty_response", "The answer has no body."],
    [
      "a way inside",
      await serve("/inside", status(302, { location: "http://10.0.0.1/secret" })),
      "blocked_address",
      "The host has a private or reserved address; ALLOW_PRIVATE_NETWORKS lists those that may be reached.",
    ],
    ["a file", "file:///etc/passwd", "invalid_url", "This is no http:// or https:// address."],
    ["a bucket", "s3://pictures/a.jpg", "invalid_url", "This is no http:// or https:// address."],
    [
      "a stored picture",
      "asset://550e8400-e29b-41d4-a716-446655440000",
      "invalid_url",
      "This is no http:// or https:// address.",
    ],
    ["itself", "data:image/png;base64,AAAA", "invalid_url", "This is no http:// or https:// address."],
  ] as const;
}

/** A small file that says it has ten thousand million pixels. */
async function bomb(): Promise<Buffer> {
  const png = Buffer.from(await blank());
  png.writeUInt32BE(100_000, 16);
  png.writeUInt32BE(100_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}
