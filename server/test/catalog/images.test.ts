import sharp from "sharp";
import { expect, test } from "vitest";
import { makePicture } from "../media/picture-job.ts";
import { csvOf, refused } from "./client.ts";
import { type CatalogService, shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();

/** A catalog of one image that is made. */
async function madeImage({ client }: Pick<CatalogService, "client">) {
  const shop = await shopUnderTest();
  const { products } = await client.process(csvOf(["A", await shop.picture("/a.jpg")]));
  const { output_url, output_bytes } = products[0]?.outputs[0] ?? {};
  if (!output_url) throw new Error("the image is not there");
  return { url: output_url, size: output_bytes };
}

test("an output is kept for good by caches and given in whole, in part or not again, as it is asked for", async () => {
  const service = await start();
  const { client } = service;
  const { url, size } = await madeImage(service);
  const whole = await client.open(url);
  expect(whole.status).toBe(200);
  expect(whole.bytes.length).toBe(size);
  expect((await sharp(whole.bytes).metadata()).format).toBe("jpeg");
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    ...{ "content-type": "image/jpeg", "content-length": String(size), "accept-ranges": "bytes" },
    "cache-control": "public, max-age=31536000, immutable",
    ...{ etag: expect.stringMatching(/^"[^"]+"$/), "x-content-type-options": "nosniff" },
    "content-disposition": `inline; filename="${url.split("/").at(-1)}"`,
  });
  const etag = whole.headers.get("etag") ?? "";
  const head = await client.open(url, {}, "HEAD");
  expect([head.status, head.bytes.length, head.headers.get("content-length")]).toEqual([
    200,
    0,
    String(size),
  ]);
  for (const known of [etag, `W/${etag}, "another"`, "*"]) {
    const unchanged = await client.open(url, { "if-none-match": known });
    expect([unchanged.status, unchanged.bytes.length]).toEqual([304, 0]);
    expect(unchanged.headers.get("cache-control")).toMatch(/immutable/);
  }
  expect((await client.open(url, { "if-none-match": '"another"' })).status).toBe(200);
  const part = await client.open(url, { range: "bytes=10-19" });
  expect([part.status, part.bytes]).toEqual([206, whole.bytes.subarray(10, 20)]);
  expect(part.headers.get("content-range")).toBe(`bytes 10-19/${size}`);
  const rest = await client.open(url, { range: "bytes=-5", "if-range": etag });
  expect([rest.status, rest.bytes]).toEqual([206, whole.bytes.subarray(-5)]);
  const beyond = await client
    .get(new URL(url).pathname)
    .then(() => client.send("GET", new URL(url).pathname, { headers: { range: "bytes=9999999-" } }));
  expect(beyond.headers.get("content-range")).toBe(`bytes */${size}`);
  refused(beyond, 416);
});

test("what is no name of an output is a 404, also where it is somebody else's picture", async () => {
  const service = await start();
  const { client } = service;
  const { url } = await madeImage(service);
  const file = new URL(url).pathname.split("/").at(-1) ?? "";
  const id = file.replace(".jpg", "");
  // Its file is called by its id too.
  const generated = await makePicture(service.baseUrl, { width: 128, height: 128, seed: 1 });
  const names = [
    ...[`${id}.png`, `${id}.jpeg`, id, `${id}.jpg.jpg`, `${file}.`, `x${file}`, `${id}.JPG`],
    ...["00000000-0000-4000-8000-000000000000.jpg", `${generated.id}.png`, generated.id],
    ...["..%2f..%2fsecrets.json", "%00.jpg", `${"x".repeat(400)}.jpg`, "a.jpg", "'.jpg", "%F0%9F%98%80.jpg"],
  ];
  for (const name of names) {
    const answer = await client.get(`/api/v1/images/processed/${name}`);
    expect([name, refused(answer, 404)]).toEqual([name, "Image not found"]);
    expect(answer.headers.get("cache-control")).not.toMatch(/immutable|public/);
  }
  expect((await client.open(url)).status).toBe(200);
});

test("with AUTH=all the links that a status has open by themselves, and no other does", async () => {
  const service = await start({ AUTH: "all", JWT_SECRET_KEY: "of this test, and of no other one" });
  const authorization = await service.bearer("somebody with a shop");
  const [owner, anybody] = [service.as(authorization), service.client];
  const [one, other] = [await madeImage({ client: owner }), await madeImage({ client: owner })];
  const signed = new URL(one.url);
  expect([...signed.searchParams.keys()]).toEqual(["expires", "signature"]);
  const opened = await anybody.open(one.url);
  expect(opened.status).toBe(200);
  expect(opened.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");

  const changed = (change: (link: URL) => void) => {
    const link = new URL(one.url);
    change(link);
    return link.href;
  };
  const signature = signed.searchParams.get("signature") ?? "";
  const flipped = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  for (const link of [
    changed(({ searchParams }) => searchParams.set("signature", flipped)),
    changed(({ searchParams }) => searchParams.delete("signature")),
    changed(({ searchParams }) =>
      searchParams.set("expires", String(Number(searchParams.get("expires")) + 86_400)),
    ),
    changed(({ searchParams }) => searchParams.set("expires", "1")),
    changed(({ searchParams }) => searchParams.append("expires", "9999999999")),
    changed((link) => {
      link.pathname = new URL(other.url).pathname;
    }),
    changed((link) => {
      link.pathname = link.pathname.replace(/\.jpg$/, ".png");
    }),
    signed.pathname,
  ]) {
    const { status, headers, bytes } = await anybody.open(link);
    expect([link, refused({ status, headers, body: JSON.parse(bytes.toString()) }, 401)]).toEqual([
      link,
      expect.stringMatching(/Authorization/),
    ]);
  }
  expect((await owner.open(signed.pathname, authorization)).bytes).toEqual(opened.bytes);
});

test("addresses of outputs have the public address and the base path in front, and open there", async () => {
  const service = await start({ BASE_PATH: "/shop", PUBLIC_BASE_URL: "https://pictures.example/shop" });
  const { url, size } = await madeImage(service);
  expect(url).toMatch(/^https:\/\/pictures\.example\/shop\/api\/v1\/images\/processed\//);
  const opened = await service.client.open(new URL(url).pathname);
  expect([opened.status, opened.bytes.length]).toEqual([200, size]);
  const relative = await start({ BASE_PATH: "/shop" });
  const beside = await madeImage(relative);
  expect(beside.url.startsWith(`${relative.baseUrl}/api/v1/images/processed/`)).toBe(true);
  expect((await relative.client.open(beside.url)).status).toBe(200);
});
