import { describe, expect, test } from "vitest";
import { bytes, gated, status } from "../analysis/origin.ts";
import { addressOf, follow, refusal } from "../events/follow.ts";
import { csvOf } from "./client.ts";
import { type CatalogService, shareDatabase } from "./service.ts";
import { photoBytes, shopUnderTest } from "./shop.ts";

const start = shareDatabase();
const secret = { JWT_SECRET_KEY: "of this test, and of no other one" };

/** Somebody whose catalog it is, and somebody else who knows its id. */
const people = async (service: CatalogService, AUTH: string) =>
  AUTH === "all" ? [await service.bearer("ann"), await service.bearer("bob")] : [{}, {}];

describe.each(["contract", "all"])("with AUTH=%s", (AUTH) => {
  test("a catalog is followed by who knows its id, from how it is to its end, and a stream that is opened again begins with that", async () => {
    const service = await start({ ...secret, AUTH });
    const [ann = {}, bob = {}] = await people(service, AUTH);
    const shop = await shopUnderTest();
    const { gate, open } = gated(bytes(await photoBytes(1), { "content-type": "image/jpeg" }));
    const urls = [1, 2, 3].map((place) => shop.origin.serve(`/${place}.jpg`, gate));
    const gone = shop.origin.serve("/gone.jpg", status(404));
    const client = service.as(ann);
    const id = await client.begin(csvOf(["A", urls[0] ?? ""], ["B", urls[1] ?? ""], ["C", gone]));
    const topic = `catalog/${id}`;
    const stream = await follow(service.baseUrl, { topics: [topic], headers: bob });
    expect(await stream.next()).toMatchObject({
      event: "snapshot",
      data: { topic, data: { request_id: id, progress: { total: 3 }, saved_bytes: 0 } },
    });
    open(1);
    let told: unknown[] = [];
    // As much as has happened, and no more often than is worth it.
    do told = (await stream.until("catalog_progress")).map(({ data }) => data.data);
    while ((told.at(-1) as { progress: { completed: number } }).progress.completed === 0);
    expect(told.at(-1)).toMatchObject({ request_id: id, status: "processing", progress: { completed: 1 } });
    open();
    const frames = await stream.until("catalog_completed");
    const { products: _, ...ended } = await client.ended(id);
    expect(ended).toMatchObject({ status: "completed", progress: { completed: 2, failed: 1 } });
    expect(frames.at(-1)?.data).toMatchObject({ topic, data: ended });
    stream.leave();

    const again = await follow(service.baseUrl, { topics: [topic], headers: bob });
    expect(await again.next()).toMatchObject({ event: "snapshot", data: { topic, data: ended } });
    again.leave();
  });
});

test("`mine` has the catalogs of one's own, those that fail too, and no others", async () => {
  const service = await start({ ...secret, AUTH: "all" });
  const [cleo, dora] = [await service.bearer("cleo"), await service.bearer("dora")];
  const hers = await follow(service.baseUrl, { topics: ["mine"], headers: cleo });
  await hers.next();
  const others = await service.as(dora).process(csvOf(["A"]), {}, { status: "failed" });
  const own = await service.as(cleo).process(csvOf(["A"]), {}, { status: "failed" });
  const frames = await hers.until("catalog_failed");
  const { products: _, ...ended } = own;
  expect(new Set(frames.map(({ data }) => data.topic))).toEqual(new Set([`catalog/${own.request_id}`]));
  expect(frames.at(-1)?.data.data).toEqual(ended);
  expect(others.request_id).not.toBe(own.request_id);
  hers.leave();
  for (const topic of ["catalog/uuid-string", `catalog/${own.request_id}/`, `batch/${own.request_id}`])
    expect(await refusal(addressOf(service.baseUrl, topic), cleo)).toMatchObject({ status: 404 });
});
