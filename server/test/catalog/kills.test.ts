import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/platform/database/database.ts";
import { bytes, gated, startOrigin } from "../analysis/origin.ts";
import { inspect, startService } from "../analysis/service-process.ts";
import { describeDatabase, type Place } from "../databases.ts";
import { assertConsistent } from "../engine/consistent.ts";
import { numbers, until } from "../engine/world.ts";
import { seededRandom } from "../pictures.ts";
import { type Receiver, receiverUnderTest } from "../webhooks/receiver.ts";
import { type CatalogClient, type CatalogStatus, catalogClient, csvOf } from "./client.ts";
import { photoBytes } from "./shop.ts";

const soak = process.env["SOAK"] === "1";
const seed = Number(process.env["SOAK_SEED"] ?? 1);
const kills = soak ? 12 : 1;
/** Of a catalog; the many are several chunks. */
const products = soak ? 260 : 40;
/** Each kill is a start of a service, and machines are slow at times. */
const patient = { timeout: soak ? 1_800_000 : 120_000 };
const env = { PUBLIC_BASE_URL: "http://fovea.example", CATALOG_CONCURRENCY: "3" };

describeDatabase(
  "catalogs that kill -9 interrupts",
  ({ place: makePlace }) => {
    test(
      `each product is there once and in its place, nothing finished is made again, and it is told of once: ${kills} times`,
      patient,
      async () => {
        const place = await makePlace();
        const origin = await photoShop();
        const receiver = await receiverUnderTest();
        const start = async () => {
          const service = await startService(place, env);
          return { ...service, client: catalogClient(service.baseUrl) };
        };
        const random = seededRandom(seed);
        let service = await start();
        const events = ["processing.started", "processing.completed", "processing.failed"];
        expect((await service.client.configure({ webhook_url: receiver.url, events })).status).toBe(200);
        const ended: CatalogStatus[] = [];
        for (const kill of numbers(kills)) {
          const rows = origin.products(kill);
          const before = origin.seen();
          const id = await service.client.begin(csvOf(...rows));
          // In `npm test` with some products finished; otherwise at any moment, also before its first image and after its
          // last one.
          const wanted = soak ? random() * products : products / 2;
          origin.answer(soak ? Number.POSITIVE_INFINITY : wanted);
          await until(() => expect(origin.seen() - before).toBeGreaterThanOrEqual(wanted));
          if (!soak) await service.client.ended(id, { products: expect.arrayContaining([completed]) });
          await service.kill();
          const finished = await inspect(place, async (database) => {
            await endTurns(database);
            return await finishedImages(database, id);
          });
          if (!soak) expect(finished.length).toBeGreaterThan(0);
          const counts = finished.map(origin.requests);
          origin.answer(Number.POSITIVE_INFINITY);
          service = await start();
          const status = await service.client.ended(id);
          await assertWhole(status, rows, service.client);
          expect(finished.map(origin.requests)).toEqual(counts);
          // What was under way is fetched once more at most.
          expect(Math.max(...rows.flatMap(([, ...urls]) => urls).map(origin.requests))).toBeLessThanOrEqual(
            2,
          );
          ended.push(status);
        }
        await assertToldOnce(receiver, ended);
        expect(await service.terminate()).toBe(0);
        await inspect(place, async (database) => {
          for (const status of ended) await assertStored(database, status);
          await assertNothingLeft(database, place);
        });
      },
    );
  },
  { ordinarily: "neither" },
);

/** Photographs that several products have, at addresses of each catalog's own. */
async function photoShop() {
  const origin = await startOrigin();
  onTestFinished(() => origin.close());
  const contents = await Promise.all(numbers(6).map((number) => photoBytes(number + 1, 48, 32)));
  const paths: string[] = [];
  const { gate, open } = gated((response, request) => {
    const content = contents[paths.indexOf(request.url ?? "") % contents.length];
    bytes(content ?? Buffer.alloc(0))(response, request);
  });
  return {
    /** So many further requests; later ones wait. */
    answer: open,
    products: (catalog: number) => {
      const urls = numbers(products).map((number) => {
        const path = `/${catalog}/${number}.jpg`;
        paths.push(path);
        return origin.serve(path, gate);
      });
      // Each image is in two or three products, of which some are far from each other.
      const at = (place: number) => urls[place % urls.length] ?? "";
      return numbers(products).map(
        (row) =>
          [
            `product ${catalog} ${row}`,
            at(row),
            at(row * 7 + 1),
            ...(row % 3 === 0 ? [at(row + 2)] : []),
          ] as const,
      );
    },
    requests: (url: string) => origin.requests(new URL(url).pathname).length,
    seen: () => paths.reduce((sum, path) => sum + origin.requests(path).length, 0),
  };
}

const completed = expect.objectContaining({ processing_status: "completed" });

type Rows = readonly (readonly [string, ...string[]])[];

/** Everything has become of each product, in the order of the file, and it opens. */
async function assertWhole(status: CatalogStatus, rows: Rows, client: CatalogClient): Promise<void> {
  expect(status.progress).toEqual({ total: rows.length, completed: rows.length, failed: 0, remaining: 0 });
  expect(
    status.products.map(({ serial_number, product_name, input_urls }) => [
      serial_number,
      product_name,
      ...input_urls,
    ]),
  ).toEqual(rows.map((row, index) => [index + 1, ...row]));
  const outputs = new Map<string, string>();
  for (const { outputs: made, output_urls, saved_bytes } of status.products) {
    expect(output_urls).toEqual(made.map(({ output_url }) => output_url));
    expect(saved_bytes).toBe(made.reduce((sum, output) => sum + output.saved_bytes, 0));
    for (const { input_url, output_url } of made) {
      // One image is one file, whichever product has it and whoever has made it.
      expect(outputs.get(input_url) ?? output_url).toBe(output_url);
      outputs.set(input_url, output_url ?? "");
    }
  }
  expect(outputs.size).toBe(new Set(rows.flatMap(([, ...urls]) => urls)).size);
  expect(status.saved_bytes).toBe(status.products.reduce((sum, product) => sum + product.saved_bytes, 0));
  for (const { output_url, output_bytes } of status.products.flatMap(({ outputs: made }) =>
    made.slice(0, 1),
  )) {
    const opened = await client.open(new URL(output_url ?? "").pathname);
    expect([opened.status, opened.bytes.length]).toEqual([200, output_bytes]);
  }
}

/** Each begin and each end by one webhook, which may come twice where its process died before it knew that it had arrived. */
async function assertToldOnce({ received }: Receiver, ended: readonly CatalogStatus[]): Promise<void> {
  await until(() =>
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(2 * ended.length),
  );
  for (const { request_id, progress, saved_bytes } of ended) {
    const told = received
      .map(({ body }) => JSON.parse(body))
      .filter((body) => body.request_id === request_id);
    const of = (event: string) => told.filter((body) => body.event === event);
    expect(new Set(told.map(({ event }) => event))).toEqual(
      new Set(["processing.started", "processing.completed"]),
    );
    for (const body of of("processing.started")) expect(body).toMatchObject({ total: progress.total });
    for (const body of of("processing.completed")) expect(body).toMatchObject({ progress, saved_bytes });
  }
}

/** A dead process says nothing more: here it is taken for dead at once. */
async function endTurns(database: Database): Promise<void> {
  await sql`update chunks set leased_until = now() where state = 'processing'`.execute(database.sql);
  await sql`update shared_work set leased_until = now() where lease_token is not null`.execute(database.sql);
  await sql`update webhook_deliveries set due_at = now() where begun_at is not null`.execute(database.sql);
}

/** Addresses of products that have their result. */
async function finishedImages(database: Database, id: string): Promise<readonly string[]> {
  const { rows } = await sql<{ url: string }>`
    select distinct url from results
    join chunks on chunks.batch_id = results.batch_id
      and position >= first_position and position < first_position + size,
    json_array_elements_text(inputs -> (position - first_position) -> 'urls') as url
    where results.batch_id = ${id}
  `.execute(database.sql);
  return rows.map(({ url }) => url);
}

/** Counters agree with what they count, and the sum of what was saved with the products. */
async function assertStored(database: Database, { request_id, saved_bytes }: CatalogStatus): Promise<void> {
  await assertConsistent(database, request_id);
  const { rows } = await sql<{ amount: number }>`select amount from batches where id = ${request_id}`.execute(
    database.sql,
  );
  expect(rows).toEqual([{ amount: saved_bytes }]);
}

/** Every stored picture is in some result, and no file is without its row. */
async function assertNothingLeft(database: Database, { dataDir }: Place): Promise<void> {
  const { rows } = await sql<{ stored: number; used: number; held: number }>`
    select
      (select count(*)::int from assets where feature = 'catalog') as stored,
      (select count(distinct image -> 'place' ->> 'assetId')::int
        from results, jsonb_array_elements(output -> 'images') as image) as used,
      (select count(*)::int from shared_work where lease_token is not null) as held
  `.execute(database.sql);
  const [left] = rows;
  expect(left).toEqual({ stored: left?.used, used: left?.used, held: 0 });
  const files = await readdir(join(dataDir, "data", "files", "catalog"), {
    recursive: true,
    withFileTypes: true,
  });
  expect(files.filter((entry) => entry.isFile())).toHaveLength(left?.stored ?? 0);
}
