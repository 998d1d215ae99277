import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import { composeGeneration } from "../../src/generation.ts";
import { composeIcons } from "../../src/icons.ts";
import { createLedger } from "../../src/models/ledger/ledger.ts";
import { createAdmission } from "../../src/platform/limits/admission.ts";
import { workLimits } from "../../src/platform/limits/work-limits.ts";
import { loadSecrets } from "../../src/platform/secrets.ts";
import { composeStorage } from "../../src/storage.ts";
import { composeOutbound } from "../../src/webhooks.ts";
import { type IconService, shareDatabase } from "./service.ts";

const start = shareDatabase();

/** Names of all icons' files that are stored. */
async function stored({ config }: IconService): Promise<readonly string[]> {
  const folder = join(config.DATA_DIR, "files");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath.includes(join(folder, "icons")))
    .map(({ name }) => name)
    .sort();
}

const dayMs = 24 * 3_600_000;

test("icons are listed newest first with the fields of the contract, and cleared by category and by age, with their bytes", async () => {
  const service = await start();
  const { client, database } = service;
  expect(await client.cached()).toEqual([]);
  const others = await stored(service);
  const tools = await client.make({ category: "Hand Tools", sizes: [16, 32] });
  const sports = await client.make({ category: "sports", format: "svg" });
  const medical = await client.make({ category: "medical", format: "svg" });

  const listed = await client.cached();
  expect(listed.map(({ category }) => category)).toEqual(["medical", "sports", "tools", "tools"]);
  expect(listed[0]).toEqual({
    filename: medical.local_path.split("/").at(-1),
    ...{ category: "medical", path: medical.local_path, url: medical.image_url },
    created: expect.stringMatching(/^\d{4}-.*Z$/),
    size: (await client.open(medical.image_url)).bytes.length,
  });
  const ofTools = await client.cached("?category=power%20tools");
  expect(ofTools.map(({ path }) => path).sort()).toEqual(
    tools.metadata.files?.map(({ url }) => new URL(url).pathname.replace("/api/images/", "icons/")).sort(),
  );
  expect(await client.cached("?limit=1&offset=1")).toEqual([listed[1]]);
  expect(await stored(service)).toHaveLength(others.length + 4);

  expect(await client.clear({ category: "no such thing" })).toBe(0);
  expect(await client.clear({ category: "TOOLS", older_than_days: 1 })).toBe(0);
  expect(await client.clear({ category: "TOOLS" })).toBe(2);
  expect(await client.open(tools.image_url)).toMatchObject({ status: 404 });
  expect(await stored(service)).toHaveLength(others.length + 2);

  await sql`update icons set ready_at = now() - interval '3 days' where category = 'sports'`.execute(
    database.sql,
  );
  expect(await client.clear({ older_than_days: 2 })).toBe(1);
  expect(await client.open(sports.image_url)).toMatchObject({ status: 404 });
  expect(await client.cached()).toEqual([listed[0]]);

  // As a client sends it that has nothing to say.
  const empty = await client.send("POST", "/api/icons/cache/clear", undefined, {
    "content-type": "application/json",
  });
  expect(empty).toMatchObject({ status: 200, body: { message: "Cleared 1 cached icons", cleared: 1 } });
  expect(await stored(service)).toEqual(others);
  expect(await client.make({ category: "medical", format: "svg" })).toMatchObject({
    metadata: { cached: false },
  });
  for (const body of [{ category: " " }, { older_than_days: -1 }, { older_than_days: "2" }, []])
    expect(await client.send("POST", "/api/icons/cache/clear", body)).toMatchObject({
      ...{ status: 400, body: { error: "validation_error", metadata: { field: expect.any(String) } } },
    });
  expect(await client.cached()).toHaveLength(1);
});

test("statistics count what was made, found and asked for, of the caller alone", async () => {
  const { client, as } = await start();
  const nothing = await client.stats();
  expect(nothing).toEqual({
    ...{
      total_generated: 0,
      total_failed: 0,
      total_batches: 0,
      average_generation_time: 0,
      last_generation: null,
    },
    ...{ active_batches: 0, total_active_jobs: 0, cached_icons: 0, success_rate: 0 },
    cache: { items: 0, size_bytes: 0, hits: 0, misses: 0, hit_rate: 0 },
  });
  const icon = { category: "a bakery", format: "svg" };
  await client.make(icon);
  await client.make(icon);
  await client.batch({ categories: ["a bakery", "a cafe"], format: "svg" });
  const stats = await client.stats();
  const sizes = (await client.cached()).map(({ size }) => size);
  expect(stats).toEqual({
    ...{ total_generated: 2, total_failed: 0, total_batches: 1, success_rate: 100 },
    average_generation_time: expect.any(Number),
    last_generation: expect.stringMatching(/Z$/),
    ...{ active_batches: 0, total_active_jobs: 0, cached_icons: 2 },
    cache: {
      ...{ items: 2, size_bytes: sizes.reduce((sum, size) => sum + size, 0) },
      ...{ hits: 2, misses: 2, hit_rate: 50 },
    },
  });
  const other = await as("somebody who asked for nothing");
  expect(await other.stats()).toEqual(nothing);
});

test("an icon is kept for as long as is configured, and then made anew; the sweep takes its bytes", async () => {
  const service = await start({ ICON_RETENTION_DAYS: "2" });
  const { client, database } = service;
  const asked = { category: "a harbour", format: "svg" };
  const first = await client.make(asked);
  await sweep(service, new Date(Date.now() + dayMs));
  expect(await client.make(asked)).toMatchObject({
    local_path: first.local_path,
    metadata: { cached: true },
  });

  // Its time is over, and nobody has swept yet.
  await sql`update icons set expires_at = now() - interval '1 minute' where category like '%harbour%'`.execute(
    database.sql,
  );
  const second = await client.make(asked);
  expect(second.metadata.cached).toBe(false);
  expect(await client.open(second.image_url)).toMatchObject({ status: 200 });
  await sweep(service, new Date(Date.now() + 3 * dayMs));
  expect(await client.open(second.image_url)).toMatchObject({ status: 404 });
  expect(await client.cached()).toEqual([]);
  // Of others too, since it is their service that sweeps.
  expect(await stored(service)).not.toContain(second.local_path.split("/").at(-1));
});

test("an icon is none of the media API's pictures; one whose file is gone is off the list, and made anew for whoever asks", async () => {
  const service = await start();
  const { client, database } = service;
  const asked = { category: "a tower", format: "svg" };
  const { image_url, metadata } = await client.make(asked);
  // That one asks nobody who they are.
  const media = `/api/v1/media/${metadata.asset_id}`;
  for (const [method, path] of [
    ["GET", media],
    ["GET", `${media}/info`],
    ["DELETE", media],
  ] as const)
    expect(await client.send(method, path)).toMatchObject({ status: 404 });
  expect(await client.open(image_url)).toMatchObject({ status: 200 });

  await sql`delete from assets where id = ${metadata.asset_id}::uuid`.execute(database.sql);
  expect(await client.open(image_url)).toMatchObject({ status: 404 });
  expect(await client.cached()).toEqual([]);
  expect(await client.stats()).toMatchObject({ cached_icons: 0, cache: { size_bytes: 0 } });
  const again = await client.make(asked);
  expect(again.metadata.cached).toBe(false);
  expect(await client.cached()).toHaveLength(1);

  // Whoever deletes it may die before its bytes are gone, and they go later: not those of the one that takes its place.
  await sql`
    update assets set removed_at = now(), removed_for = 'deleted' where id = ${again.metadata.asset_id}::uuid
  `.execute(database.sql);
  expect(await client.open(again.image_url)).toMatchObject({ status: 404 });
  const third = await client.make(asked);
  await sweep(service, new Date());
  expect(await client.open(third.image_url)).toMatchObject({ status: 200 });
  expect(await client.open(again.image_url)).toMatchObject({ status: 404 });
});

/** What the service does once an hour, at another time. */
async function sweep({ config, database }: IconService, at: Date): Promise<void> {
  const secrets = loadSecrets({
    ...{ dataDir: config.DATA_DIR, jwtSecretKey: config.JWT_SECRET_KEY },
    webhookSecret: config.WEBHOOK_SECRET,
  });
  const admission = createAdmission({
    ...workLimits(config),
    ...{ maxWaitMs: 4_000, now: () => performance.now() },
  });
  const storage = composeStorage(config, database, { secrets, admission });
  const outbound = composeOutbound(config);
  const ledger = createLedger({ database, now: Date.now });
  const generation = composeGeneration(config, pino({ level: "silent" }), {
    ...{ database, storage, outbound, ledger },
  });
  const icons = composeIcons(config, database, { storage, generation });
  await icons.sweep(at);
  await storage.assets.sweep(at);
  await icons.close();
  await generation.close();
  await ledger.close();
  await outbound.close();
  await storage.files.close();
}
