import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import sharp from "sharp";
import { temporaryFolder } from "../../test/world.ts";
import { createResize } from "../picture-sizes.ts";
import type { Database } from "../platform/database/database.ts";
import type { Files } from "../platform/files/files.ts";
import { createFolderFiles } from "../platform/files/folder-files.ts";
import { createAdmission } from "../platform/limits/admission.ts";
import type { NewAsset } from "./asset.ts";
import { createAssets } from "./assets.ts";
import type { Resize } from "./derive.ts";

export const noon = new Date("2026-11-21T12:00:00.000Z");
export const dayMs = 24 * 3_600_000;

/** Pixels of another colour for another seed, in bytes that are the same for the same one. */
export const pictureOf = (width: number, height: number, seed = 0) =>
  sharp({ create: { width, height, channels: 4, background: { r: seed % 256, g: 90, b: 160, alpha: 0.5 } } })
    .png()
    .toBuffer();

export const createSizes = () =>
  createResize({
    admission: createAdmission({
      slots: 2,
      memoryBytes: 2 ** 28,
      uploadBytes: 0,
      maxWaitMs: 60_000,
      now: () => performance.now(),
    }),
    maxPixels: 4_000_000,
    deadlineMs: 60_000,
  });

interface AssetsWorldOptions {
  /** Puts something between the assets and their files. */
  readonly through?: (files: Files) => Files;
  readonly resize?: Resize;
}

/** No assets yet, and real files in a folder of their own; the time stands still at noon until it is moved. */
export async function setupAssets(
  database: Database,
  { through = (files) => files, resize = createSizes().resize }: AssetsWorldOptions = {},
) {
  await sql`delete from assets`.execute(database.sql);
  const files = createFolderFiles({ folder: await temporaryFolder() });
  let now = noon;
  const assets = createAssets({ database, files: through(files), resize, now: () => now });

  /** Stores a picture as a feature does. */
  async function store(bytes: Buffer, changes: Partial<NewAsset> = {}) {
    const id = randomUUID();
    const { width = 1, height = 1 } = await sharp(bytes).metadata();
    const name = `generated/${id}.png`;
    const stored = await assets.put(name, bytes, { contentType: "image/png" });
    const facts = { id, owner: "zoë", feature: "media", name, contentType: "image/png", width, height };
    const asset: NewAsset = { ...facts, stored, createdAt: noon, expiresAt: null, ...changes };
    await assets.insert(database.sql, [asset]);
    const found = await assets.find(id);
    if (found === null) throw new Error("what was stored is found");
    return found;
  }

  return {
    assets,
    files,
    store,
    wait: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds);
      return now;
    },
    /** Names of everything in the storage. */
    async names() {
      const names: string[] = [];
      for await (const { name } of files.list("")) names.push(name);
      return names;
    },
  };
}
