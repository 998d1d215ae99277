import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { describeEngine } from "../../test/engine/databases.ts";
import { storageUnavailable } from "../platform/files/errors.ts";
import type { Files } from "../platform/files/files.ts";
import { dayMs, noon, pictureOf, setupAssets } from "./testing.ts";

const signal = new AbortController().signal;
const whole = { maxBytes: 2 ** 20, signal };
const picture = await pictureOf(40, 30);

describeEngine("assets", (database) => {
  test("what was stored with its row is found, read and checked, and nothing else is", async () => {
    const { assets, store } = await setupAssets(database());
    const asset = await store(picture, { expiresAt: new Date(noon.getTime() + dayMs) });
    expect(asset).toMatchObject({ owner: "zoë", feature: "media", width: 40, height: 30, state: "kept" });
    expect(asset.expiresAt).toEqual(new Date(noon.getTime() + dayMs));
    expect(await assets.readWhole(asset.id.toUpperCase(), whole)).toEqual({ asset, bytes: picture });
    expect(await assets.readWhole(asset.id, { ...whole, maxBytes: 10 })).toEqual({ missing: "too_large" });
    expect(await assets.readWhole(randomUUID(), whole)).toEqual({ missing: "unknown" });
    expect(await assets.find("../../etc/passwd")).toBeNull();
    expect([...(await assets.findMany([asset.id, randomUUID(), "x"])).keys()]).toEqual([asset.id]);
  });

  test("a row belongs to the transaction it is stored in, and storing it again changes nothing", async () => {
    const { assets, store } = await setupAssets(database());
    const first = await store(picture);
    const again = { ...first, owner: "another", stored: { sha256: "0".repeat(64), size: 1 } };
    const id = randomUUID();
    const rolledBack = database().transaction(async (tx) => {
      await assets.insert(tx, [{ ...again, id, name: `generated/${id}.png` }]);
      throw new Error("rolled back");
    });
    await expect(rolledBack).rejects.toThrow("rolled back");
    expect(await assets.find(id)).toBeNull();
    await assets.insert(database().sql, [again]);
    expect(await assets.find(first.id)).toEqual(first);
  });

  test("bytes that are gone, or are others than were stored, are lost", async () => {
    const { assets, files, store } = await setupAssets(database());
    const asset = await store(picture);
    const damaged = Buffer.from(picture);
    damaged[20] = 255 - (picture[20] ?? 0);
    await files.put(asset.name, damaged, { contentType: "image/png" });
    expect(await assets.readWhole(asset.id, whole)).toEqual({ missing: "lost" });
    await files.put(asset.name, picture.subarray(1), { contentType: "image/png" });
    expect(await assets.open(asset)).toBeNull();
    await files.remove(asset.name);
    expect(await assets.open(asset)).toBeNull();
    expect(await assets.readWhole(asset.id, whole)).toEqual({ missing: "lost" });
  });

  test("an asset has expired at its time; its bytes go with the sweep, its row thirty days later", async () => {
    const { assets, files, store, names, wait } = await setupAssets(database());
    const kept = await store(await pictureOf(20, 20, 1));
    const asset = await store(await pictureOf(20, 20, 2), { expiresAt: new Date(noon.getTime() + dayMs) });
    await assets.derive(asset, { width: 16, height: null, format: null, quality: null }, signal);
    expect(await assets.sweep(noon)).toEqual({ expired: 0, forgotten: 0 });
    const at = wait(dayMs);
    expect(await assets.find(asset.id)).toMatchObject({ state: "expired" });
    expect(await assets.readWhole(asset.id, whole)).toEqual({ missing: "expired" });
    expect(await files.stat(asset.name)).not.toBeNull();
    expect(await assets.sweep(at)).toEqual({ expired: 1, forgotten: 0 });
    expect(await names()).toEqual([kept.name]);
    expect(await assets.find(asset.id)).toMatchObject({ state: "expired" });
    expect(await assets.sweep(wait(30 * dayMs))).toEqual({ expired: 0, forgotten: 0 });
    expect(await assets.sweep(wait(1))).toEqual({ expired: 0, forgotten: 1 });
    expect(await assets.find(asset.id)).toBeNull();
    expect(await assets.find(kept.id)).toEqual(kept);
  });

  test("what is deleted goes with its sizes, unless another asset has the same bytes", async () => {
    const { assets, store, names } = await setupAssets(database());
    const bytes = await pictureOf(50, 50, 3);
    const first = await store(bytes);
    const second = await store(bytes);
    await assets.derive(first, { width: 20, height: null, format: null, quality: null }, signal);
    expect(await names()).toHaveLength(3);
    expect(await assets.remove(first.id)).toBe(true);
    expect(await assets.find(first.id)).toBeNull();
    expect(await names()).toHaveLength(2);
    expect(await assets.remove(first.id)).toBe(false);
    expect(await assets.remove(second.id)).toBe(true);
    expect(await names()).toEqual([]);
  });

  test("a removal that broke off is finished by a sweep, and nobody finds the asset meanwhile", async () => {
    const storage = failing();
    const { assets, files, store, names } = await setupAssets(database(), storage);
    const asset = await store(await pictureOf(16, 16, 4));
    storage.fails.add(asset.name);
    await expect(assets.remove(asset.id)).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(await assets.find(asset.id)).toBeNull();
    expect(await files.stat(asset.name)).not.toBeNull();
    storage.fails.clear();
    expect(await assets.sweep(noon)).toEqual({ expired: 0, forgotten: 1 });
    expect(await names()).toEqual([]);
    const { rows } = await sql`select 1 from assets where id = ${asset.id}`.execute(database().sql);
    expect(rows).toEqual([]);
  });

  test("of hundreds that have expired, one that cannot be removed keeps the others from nothing", async () => {
    const storage = failing();
    const { assets, store, wait } = await setupAssets(database(), storage);
    const expiresAt = new Date(noon.getTime() + dayMs);
    const stuck = await store(await pictureOf(16, 16, 5), { expiresAt });
    const others = Array.from({ length: 230 }, (_, index) => {
      const id = randomUUID();
      const stored = { sha256: stuck.sha256.replace(/^..../, index.toString(16).padStart(4, "0")), size: 1 };
      // Behind the one: a sweep must get past it.
      return {
        ...stuck,
        id,
        name: `generated/${id}.png`,
        stored,
        expiresAt: new Date(expiresAt.getTime() + 1),
      };
    });
    await assets.insert(database().sql, others);
    const at = wait(2 * dayMs);
    for (const { name } of others) storage.fails.add(name);
    storage.fails.add(stuck.name);
    await expect(assets.sweep(at)).rejects.toMatchObject({ code: "storage_unavailable" });
    storage.fails.clear();
    storage.fails.add(stuck.name);
    await expect(assets.sweep(at)).rejects.toMatchObject({ code: "storage_unavailable" });
    storage.fails.clear();
    expect(await assets.sweep(at)).toEqual({ expired: 1, forgotten: 0 });
  });
});

/** A storage that does not remove some names. */
function failing() {
  const fails = new Set<string>();
  const through = (files: Files): Files => ({
    ...files,
    async remove(name) {
      if (fails.has(name)) throw storageUnavailable("It is read-only.");
      await files.remove(name);
    },
  });
  return { fails, through };
}
