import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openMigrated } from "../../test/engine/databases.ts";
import type { Database } from "../platform/database/database.ts";
import type { Assets } from "./assets.ts";
import { type Derived, mostKept, type Resize } from "./derive.ts";
import type { DerivedSize } from "./derived-size.ts";
import { createSizes, pictureOf, setupAssets } from "./testing.ts";

const { signal } = new AbortController();
const asked = (size: Partial<DerivedSize>): DerivedSize => ({
  ...{ width: null, height: null, format: null, quality: null },
  ...size,
});

const bytesOf = async (derived: Derived) => {
  const opened = await derived.open();
  if (opened === null) throw new Error("what was made is there");
  return Buffer.concat(await opened.bytes.toArray());
};

/** The resize of the service, which counts how often it was asked and stops where it is told to. */
function watched() {
  const sizes = createSizes();
  let count = 0;
  let gate = Promise.resolve();
  const resize: Resize = async (bytes, target, left) => {
    count += 1;
    await gate;
    left.throwIfAborted();
    return sizes.resize(bytes, target, left);
  };
  return {
    resize,
    count: () => count,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

describe("sizes of an asset", () => {
  let opened: Database | undefined;
  let dataDir = "";
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "fovea-sizes-"));
    // Of the database they ask nothing that could differ between engines.
    opened = await openMigrated({ url: undefined, dataDir });
  });
  afterAll(async () => {
    await opened?.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const database = () => {
    if (!opened) throw new Error("the database is opened before the first test");
    return opened;
  };

  test("are made once, fit into their box, and are never larger than the asset", async () => {
    const { resize, count } = watched();
    const { assets, store } = await setupAssets(database(), { resize });
    const asset = await store(await pictureOf(120, 60, 10));
    const byWidth = await assets.derive(asset, asked({ width: 40 }), signal);
    expect(byWidth).toMatchObject({ width: 40, height: 20, contentType: "image/png" });
    const made = await sharp(await bytesOf(byWidth)).metadata();
    expect(made).toMatchObject({ width: 40, height: 20, format: "png", hasAlpha: true });
    for (const same of [{ height: 20 }, { width: 40, height: 1000 }, { width: 40, quality: 3 }]) {
      expect(await assets.derive(asset, asked(same), signal)).toMatchObject({ etag: byWidth.etag });
    }
    expect(count()).toBe(1);
    const large = await assets.derive(asset, asked({ width: 4096, height: 4096 }), signal);
    expect(large.etag).toBe(asset.sha256);
    const webp = await assets.derive(asset, asked({ width: 4096, format: "webp" }), signal);
    expect(await sharp(await bytesOf(webp)).metadata()).toMatchObject({ width: 120, format: "webp" });
    expect(count()).toBe(2);
  });

  test("that several ask for at a time are made once; who leaves takes it from nobody", async () => {
    const { resize, count, hold } = watched();
    const { assets, store } = await setupAssets(database(), { resize });
    const asset = await store(await pictureOf(100, 100, 11));
    const release = hold();
    const leaving = new AbortController();
    const ask = (left: AbortSignal) => assets.derive(asset, asked({ width: 50 }), left);
    const both = [ask(leaving.signal), ask(signal)] as const;
    leaving.abort(new Error("left"));
    await expect(both[0]).rejects.toThrow("left");
    release();
    expect(await both[1]).toMatchObject({ width: 50 });
    expect(count()).toBe(1);
    const alone = new AbortController();
    const releaseAgain = hold();
    const given = assets.derive(asset, asked({ width: 51 }), alone.signal);
    alone.abort(new Error("left alone"));
    await expect(given).rejects.toThrow("left alone");
    releaseAgain();
    expect(await assets.derive(asset, asked({ width: 51 }), signal)).toMatchObject({ width: 51 });
  });

  test("beyond a number are made and not kept, however many ask at a time", async () => {
    const { assets, store, names } = await setupAssets(database());
    const asset = await store(await pictureOf(100, 100, 12));
    const widths = Array.from({ length: mostKept + 8 }, (_, index) => 16 + index);
    const all = await Promise.all(widths.map((width) => assets.derive(asset, asked({ width }), signal)));
    expect((await names()).filter((name) => name.startsWith("derived/"))).toHaveLength(mostKept);
    const dimensions = await Promise.all(all.map(async (one) => sharp(await bytesOf(one)).metadata()));
    expect(dimensions.map(({ width }) => width)).toEqual(widths);
    expect(await partsOf(all)).toEqual(all.map(() => "PNG"));
  });

  test("of an asset that is removed while they are made are given, and do not stay", async () => {
    const { resize, count, hold } = watched();
    const { assets, store, names } = await setupAssets(database(), { resize });
    const asset = await store(await pictureOf(100, 100, 13));
    const release = hold();
    const begun = assets.derive(asset, asked({ width: 60 }), signal);
    await expect.poll(count).toBe(1);
    await assets.remove(asset.id);
    release();
    expect(await bytesOf(await begun)).not.toHaveLength(0);
    expect(await names()).toEqual([]);
    await expect(lost(assets, asset)).rejects.toMatchObject({ code: "media_file_lost", status: 404 });
  });
});

const lost = (assets: Assets, asset: Parameters<Assets["derive"]>[0]) =>
  assets.derive(asset, asked({ width: 61 }), signal);

/** The name of the format, from within each. */
const partsOf = (all: readonly Derived[]) =>
  Promise.all(
    all.map(async (one) => {
      const opened = await one.open({ range: { start: 1, end: 3 } });
      return Buffer.concat((await opened?.bytes.toArray()) ?? []).toString();
    }),
  );
