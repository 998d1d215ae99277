import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { blank, bytes } from "../../../test/analysis/origin.ts";
import { startPatientOrigin } from "../../../test/analysis/patient-origin.ts";
import { useOrigin } from "../../../test/analysis/world.ts";
import { databaseFolder } from "../../../test/database-folder.ts";
import { openMigrated } from "../../../test/engine/databases.ts";
import { numbers, until } from "../../../test/engine/world.ts";
import { createEngine } from "../../engine/engine.ts";
import { createRunPixelWork } from "../../pixel-work.ts";
import type { Database } from "../../platform/database/database.ts";
import { createAdmission } from "../../platform/limits/admission.ts";
import { createHeldBytes } from "../../platform/limits/held-bytes.ts";
import { createOrigins } from "../../platform/outbound/origins.ts";
import { createOutbound } from "../../platform/outbound/outbound.ts";
import { createPictureSource } from "../../platform/outbound/picture-source.ts";
import { createS3Reader } from "../../platform/outbound/s3.ts";
import { createCatalogKind, kindName } from "./catalog.kind.ts";
import type { Destination } from "./destination.ts";
import type { RequestOptions } from "./request-options.ts";

let database: Database;
let folder = "";
beforeAll(async () => {
  folder = await databaseFolder("fovea-catalog-kind-");
  database = await openMigrated({ url: undefined, dataDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** Requests that are worked on at once. */
const slots = 2;
/** Of one product. */
const imagesAtOnce = 4;

test("products of many images at slow servers take turns with other catalogs, and nothing is fetched twice for it", async () => {
  const { begin, read } = await setup({ turnMs: 0 });
  const origin = await startPatientOrigin();
  const fast = await useOrigin();
  const slow = origin.addresses(48, 6);
  const ids = [await begin([slow.slice(0, 24)]), await begin([slow.slice(24)])];
  const allWait = () => until(() => expect(origin.waiting()).toHaveLength(slots * imagesAtOnce));
  await allWait();
  const picture = fast.serve("/a.png", bytes(await blank()));
  const quick = await begin(numbers(3).map(() => [picture]));

  for (const turn of numbers(3)) {
    // No more than what is under way: who began another image in this turn would wait for it.
    origin.answer(slots * imagesAtOnce);
    await until(async () => expect((await read(quick))?.succeeded).toBeGreaterThan(turn));
    await allWait();
  }
  for (const id of ids) expect(await read(id)).toMatchObject({ state: "processing", succeeded: 0 });
  origin.answer(Number.POSITIVE_INFINITY);
  for (const id of [...ids, quick])
    await until(async () => expect(await read(id)).toMatchObject({ state: "completed", failed: 0 }));
  expect(slow.map(origin.requests)).toEqual(slow.map(() => 1));
});

/** Works on products with the guarded fetch of the service; what was made of their images is thrown away. */
async function setup({ turnMs }: { readonly turnMs: number }) {
  const outbound = createOutbound({ allowPrivate: ["loopback"] });
  const origins = createOrigins({ concurrency: 16, perSecond: null, patienceMs: 60_000, now: Date.now });
  const s3 = createS3Reader({ endpoint: null, region: "x", accessKeyId: null, secretAccessKey: null });
  const room = createHeldBytes({ totalBytes: 2 ** 27, maxBytes: 2 ** 20 });
  const limits = { buckets: null, excludedBucket: null, maxBytes: 100_000, totalMs: 60_000 };
  const admission = createAdmission({
    ...{ slots: 2, memoryBytes: 2 ** 30, uploadBytes: 0, maxWaitMs: Number.POSITIVE_INFINITY },
    now: () => performance.now(),
  });
  const log = pino({ level: "silent" });
  const engine = createEngine({
    database,
    logger: log,
    kinds: [
      createCatalogKind({
        source: createPictureSource({ room, outbound, origins, s3, ...limits }),
        runPixelWork: createRunPixelWork(admission, 1e6),
        convertForeign: () => Promise.reject(new Error("nothing here is in another format")),
        destination: nowhere,
        onBegun: async () => {},
        log,
        ...{ concurrency: 4, retryBaseMs: 1, retentionDays: 0, turnMs },
        now: () => new Date(),
        random: Math.random,
      }),
    ],
    slots,
    timing: { flushMs: 5, pollMs: 20 },
  });
  onTestFinished(async () => {
    await engine.stop(0);
    origins.close();
    await Promise.all([outbound.close(), s3.close()]);
  });
  await engine.run();
  return {
    read: engine.read,
    /** A request whose products have these addresses, each product a chunk. */
    async begin(products: readonly (readonly string[])[]) {
      const id = randomUUID();
      const batch = { id, kind: kindName, owner: "tester", name: "products.csv", priority: 0, chunkSize: 1 };
      const writer = await engine.write({ ...batch, options: options() });
      await writer.add(products.map((urls, index) => ({ serial: index + 1, name: "A", urls })));
      await writer.finish({ start: { maxActive: 100 } });
      return id;
    },
  };
}

const nowhere: Destination = {
  name: "nowhere",
  restsUntil: () => null,
  deliver: async () => ({
    ...{ as: "stored", place: { at: "storage", assetId: randomUUID(), name: "catalog/a.png" } },
  }),
  keep: async () => true,
};

const options = () =>
  ({
    ...{ quality: 50, format: "keep", maxDimension: null, targetBytes: null, effort: "balanced" },
    ...{ fileName: null, requestedAt: new Date().toISOString(), owner: "tester" },
  }) satisfies RequestOptions;
