import { expect, test } from "vitest";
import { csvOf } from "./client.ts";
import { blank, bytes, withEtag } from "./origin.ts";
import { shareService } from "./world.ts";

const service = shareService({ CHUNK_SIZE: "2" });

/** A picture of a colour that no other test has, at several addresses. */
async function pictureAt(colour: string, ...paths: readonly string[]): Promise<string[]> {
  const content = await blank(colour);
  return paths.map((path) => service().origin.serve(path, bytes(content)));
}

const hits = (results: readonly { readonly cache_hit: boolean }[]) =>
  results.map((result) => result.cache_hit);
const misses = (results: readonly { readonly cache_hit: boolean }[]) =>
  results.filter((result) => !result.cache_hit).length;

test("rows with one address cost one fetch and one analysis, also across chunks and spellings", async () => {
  const { client, origin } = service();
  const [url = ""] = await pictureAt("#100000", "/one.png");
  const spelled = [url, url, url.replace("http:", "HTTP:"), `${url}#of-interest`, ` ${url} `];
  const { results } = await client.analyze(csvOf(...spelled));
  expect(results.every(({ success }) => success)).toBe(true);
  expect(origin.requests("/one.png")).toHaveLength(1);
  expect(misses(results)).toBe(1);
  expect(new Set(results.map(({ content_hash }) => content_hash)).size).toBe(1);
});

test("addresses with one content cost a fetch each and one analysis", async () => {
  const { client, origin } = service();
  const urls = await pictureAt("#200000", "/two-a.png", "/two-b.png", "/two-c.png");
  const { results } = await client.analyze(csvOf(...urls));
  expect(misses(results)).toBe(1);
  for (const path of ["/two-a.png", "/two-b.png", "/two-c.png"])
    expect(origin.requests(path)).toHaveLength(1);
});

test("what is known of an address is used by the next batch, which fetches nothing", async () => {
  const { client, origin } = service();
  const [url = ""] = await pictureAt("#300000", "/known.png");
  const first = await client.analyze(csvOf(url));
  // It has changed meanwhile, which nobody looks at.
  await pictureAt("#310000", "/known.png");
  for (const fields of [{}, { cache: "use" }]) {
    const again = await client.analyze(csvOf(url, url), fields);
    expect(hits(again.results)).toEqual([true, true]);
    expect(again.results[0]?.content_hash).toBe(first.results[0]?.content_hash);
  }
  expect(origin.requests("/known.png")).toHaveLength(1);
});

test("revalidate asks the origin, and analyzes nothing that has not changed", async () => {
  const { client, origin } = service();
  const url = origin.serve("/etag.png", withEtag(await blank("#400000"), '"v1"'));
  const first = await client.analyze(csvOf(url));
  const same = await client.analyze(csvOf(url, url), { cache: "revalidate" });
  expect(hits(same.results)).toEqual([true, true]);
  expect(origin.requests("/etag.png").map((headers) => headers["if-none-match"])).toEqual([
    undefined,
    '"v1"',
  ]);

  origin.serve("/etag.png", withEtag(await blank("#410000"), '"v2"'));
  const changed = await client.analyze(csvOf(url), { cache: "revalidate" });
  expect(hits(changed.results)).toEqual([false]);
  expect(changed.results[0]?.content_hash).not.toBe(first.results[0]?.content_hash);
  expect(origin.requests("/etag.png")).toHaveLength(3);
});

test("revalidate fetches what has no validator, and analyzes it only where it is another content", async () => {
  const { client, origin } = service();
  const [url = ""] = await pictureAt("#500000", "/plain.png");
  await client.analyze(csvOf(url));
  const same = await client.analyze(csvOf(url), { cache: "revalidate" });
  expect(hits(same.results)).toEqual([true]);
  expect(origin.requests("/plain.png")).toHaveLength(2);
});

test("refresh fetches and analyzes everything anew, once for all rows that are alike", async () => {
  const { client, origin } = service();
  const url = origin.serve("/fresh.png", withEtag(await blank("#600000"), '"v1"'));
  const [twin = ""] = await pictureAt("#600000", "/twin.png");
  const first = await client.analyze(csvOf(url, twin));
  const anew = await client.analyze(csvOf(url, twin, url), { cache: "refresh" });
  expect(misses(anew.results)).toBe(1);
  expect(anew.results[0]?.content_hash).toBe(first.results[0]?.content_hash);
  expect(origin.requests("/fresh.png").map((headers) => headers["if-none-match"])).toEqual([
    undefined,
    undefined,
  ]);
  expect(origin.requests("/twin.png")).toHaveLength(2);
  // What it found is what is known from then on.
  const after = await client.analyze(csvOf(url), {});
  expect(hits(after.results)).toEqual([true]);
  expect(origin.requests("/fresh.png")).toHaveLength(2);
});

test("a failure is not remembered", async () => {
  const { client, origin } = service();
  const url = origin.at("/later.png");
  const first = await client.analyze(csvOf(url));
  expect(first.results).toMatchObject([{ error_type: "http_404", cache_hit: false }]);
  await pictureAt("#300000", "/later.png");
  const again = await client.analyze(csvOf(url));
  expect(again.results).toMatchObject([{ success: true }]);
});
