import { expect, onTestFinished, test } from "vitest";
import { bytes, gated, withEtag } from "../analysis/origin.ts";
import { useOrigin } from "../analysis/world.ts";
import { numbers, until } from "../engine/world.ts";
import { startImgur } from "../simulators/imgur.ts";
import { listenApp } from "../world.ts";
import { type CatalogStatus, catalogClient, csvOf } from "./client.ts";
import { endRests, isResting } from "./rests.ts";
import { hurried, shareDatabase } from "./service.ts";
import { photoBytes } from "./shop.ts";

const start = shareDatabase();
const clientId = "0123456789abcde";

test("pictures are at Imgur, and what Imgur does not take is here", async () => {
  const { imgur, env } = await imgurUnderTest();
  const { client, baseUrl } = await start(env);
  const { origin, photos } = await shop(2);
  const csv = csvOf(["two", ...photos]);
  const { products } = await client.process(csv);
  expect(outputUrls(products)).toEqual(imgur.stored.map(({ url }) => url).toSorted());
  for (const { output_url, output_bytes } of products[0]?.outputs ?? [])
    expect((await client.open(output_url ?? "")).bytes).toHaveLength(output_bytes ?? -1);

  const webp = await client.process(csv, { fields: { format: "webp" } });
  for (const url of outputUrls(webp.products)) expect(url).toMatch(`${baseUrl}/api/v1/images/processed/`);
  expect(imgur.stored).toHaveLength(2);
  // Unchanged ones are where they were put.
  expect(outputUrls((await client.process(csv)).products)).toEqual(outputUrls(products));
  expect(imgur.stored).toHaveLength(2);
  expect(origin.requests("/0.jpg")).toHaveLength(3);
});

test("an upload that fails is tried again; a picture that Imgur refuses, or fails on three times, is here", async () => {
  const { imgur, env } = await imgurUnderTest();
  const { baseUrl, log } = await listenApp({ ...hurried, ...env });
  const client = catalogClient(baseUrl);
  const { photos } = await shop(4);
  const [stumbled = "", unreadable = "", refused = "", broken = ""] = photos;
  const here = `${baseUrl}/api/v1/images/processed/`;
  const answers: unknown[] = [];
  const outputOf = async (url: string) => {
    const ended = await client.process(csvOf(["one", url]));
    answers.push(ended, (await client.csv(ended.request_id)).body);
    return outputUrls(ended.products)[0];
  };

  const busy = { kind: "error", status: 403, message: "Imgur is temporarily over capacity" } as const;
  imgur.trouble(busy, { kind: "reset", when: "before_head" });
  expect(await outputOf(stumbled)).toBe(imgur.stored[0]?.url);
  imgur.trouble({ kind: "unreadable" });
  expect(await outputOf(unreadable)).toBe(imgur.stored[1]?.url);
  imgur.trouble({ kind: "error", status: 400, message: "This picture is not allowed" });
  expect(await outputOf(refused)).toMatch(here);
  const down = { kind: "error", status: 500, message: "Internal error" } as const;
  imgur.trouble(down, down, down);
  expect(await outputOf(broken)).toMatch(here);
  expect(imgur.statuses).toEqual([403, 0, 200, 200, 200, 400, 500, 500, 500]);

  // Operators see what is not at Imgur, and nobody what only its owner may know.
  const reasons = log.flatMap(({ reason }) => (typeof reason === "string" ? [reason] : []));
  expect(reasons).toEqual([
    "Imgur answered 400: This picture is not allowed.",
    "Imgur answered 500: Internal error.",
  ]);
  const told = JSON.stringify([log, answers]);
  for (const secret of [clientId, ...imgur.stored.map(({ deleteHash }) => deleteHash)])
    expect(told).not.toContain(secret);
});

test("a picture that two uploads name is here for both where Imgur is out of order, which is then left alone", async () => {
  const { imgur, env } = await imgurUnderTest();
  const { client, baseUrl } = await start(env);
  const origin = await useOrigin();
  const { gate, open } = gated(bytes(await photoBytes(1), { "content-type": "image/jpeg" }));
  const csv = csvOf(["one", origin.serve("/shared.jpg", gate)]);
  const down = { kind: "error", status: 500, message: "Internal error" } as const;
  imgur.trouble(down, down, down);
  const ids = [await client.begin(csv)];
  await until(() => expect(origin.requests("/shared.jpg")).toHaveLength(1));
  ids.push(await client.begin(csv));
  // Both have taken it up: the second one joins the first, or comes back to what that has made.
  for (const id of ids) await client.ended(id, { products: [{ processing_status: "processing" }] });
  open();
  const outputs = [];
  for (const id of ids) outputs.push(outputUrls((await client.ended(id)).products));
  for (const urls of outputs) expect(urls).toEqual([expect.stringMatching(`${baseUrl}/api/v1/images/`)]);
  expect(imgur.statuses).toEqual([500, 500, 500]);

  const { photos } = await shop(3);
  const { products } = await client.process(csvOf(["others", ...photos]));
  for (const url of outputUrls(products)) expect(url).toMatch(`${baseUrl}/api/v1/images/`);
  expect(imgur.statuses).toHaveLength(3);
});

test("a used up hour is waited for: nothing is lost, and the limit is not tried out", async () => {
  const { imgur, env } = await imgurUnderTest(100);
  const first = await start(env);
  const { photos } = await shop(20);
  const rows = photos.map((url, row) => [`product ${row}`, url] as const);
  const id = await first.client.begin(csvOf(...rows));
  await until(async () => expect(await isResting(first.database, id)).toBe(true));
  await imgur.idle();
  await first.close();
  // Its last answer has said that the hour is used up.
  expect(imgur.statuses).toEqual(numbers(10).map(() => 200));

  // A process that comes within the hour knows nothing of that, and asks once.
  await endRests(first.database, id);
  const second = await start(env);
  await until(async () => expect(await isResting(first.database, id)).toBe(true));
  await imgur.idle();
  await second.close();
  expect(imgur.statuses.slice(10)).toEqual([429]);

  imgur.startHour();
  await endRests(first.database, id);
  // From now on there is enough for all.
  const third = await start(env);
  const { products, progress } = await third.client.ended(id);
  expect(progress).toMatchObject({ total: 20, completed: 20, failed: 0 });
  expect(outputUrls(products)).toEqual(imgur.stored.map(({ url }) => url).toSorted());
  expect(imgur.stored).toHaveLength(20);
});

async function imgurUnderTest(credits?: number) {
  const imgur = await startImgur({ clientId, ...(credits === undefined ? {} : { credits }) });
  onTestFinished(() => imgur.close());
  return { imgur, env: { IMGUR_CLIENT_ID: clientId, IMGUR_BASE_URL: imgur.baseUrl } };
}

/** Photographs, each another one. */
async function shop(count: number) {
  const origin = await useOrigin();
  const photos: string[] = [];
  for (const number of numbers(count)) {
    const content = await photoBytes(number + 1, 48, 32);
    photos.push(origin.serve(`/${number}.jpg`, withEtag(content, `"${number}"`)));
  }
  return { origin, photos };
}

const outputUrls = (products: CatalogStatus["products"]) =>
  products.flatMap(({ output_urls }) => output_urls).toSorted();
