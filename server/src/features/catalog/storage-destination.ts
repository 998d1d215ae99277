import type { Assets } from "../../assets/assets.ts";
import type { Database } from "../../platform/database/database.ts";
import { throughOutages } from "../../platform/database/through-outages.ts";
import { AppError } from "../../platform/errors.ts";
import {
  createRest,
  type Delivery,
  type Destination,
  type DestinationLog,
  type ReadyPicture,
} from "./destination.ts";
import { contentTypeOf, extensionOf, pictureId } from "./picture-name.ts";

export interface StorageOptions {
  readonly database: Pick<Database, "sql">;
  readonly assets: Pick<Assets, "put" | "insert" | "keep" | "find" | "open">;
  /** How long pictures are kept in milliseconds; null for good. */
  readonly keptMs: number | null;
  readonly log: DestinationLog;
  readonly now: () => Date;
}

/** A storage that cannot be written is not asked again before: pictures would be fetched and made for nothing. */
const storageRestMs = 30_000;

/** The storage of this service: a folder, or a bucket. Full or away, it is waited for: no picture is at fault. */
export function createStorageDestination(options: StorageOptions): Destination {
  const { database, assets, keptMs, log, now } = options;
  const rest = createRest(now);
  const expiry = (from: Date) => (keptMs === null ? null : new Date(from.getTime() + keptMs));

  async function store({ bytes, format, width, height }: ReadyPicture, delivery: Delivery) {
    const { subject, owner, signal } = delivery;
    const id = pictureId(subject, bytes);
    const name = `catalog/${id.slice(0, 2)}/${id}.${extensionOf(format)}`;
    const contentType = contentTypeOf(format);
    const stored = await assets.put(name, bytes, { contentType, signal });
    const createdAt = now();
    const about = { id, owner, feature: "catalog", name, contentType, width, height, stored };
    const asset = { ...about, createdAt, expiresAt: expiry(createdAt) };
    await throughOutages(() => assets.insert(database.sql, [asset]), signal);
    return { at: "storage" as const, assetId: id, name };
  }

  return {
    name: "storage",
    restsUntil: rest.until,
    async deliver(picture, delivery) {
      try {
        return { as: "stored", place: await store(picture, delivery) };
      } catch (error) {
        if (!(error instanceof AppError) || error.status < 500) throw error;
        log.warn({ err: error }, "a picture of a catalog could not be stored, which is tried again");
        return { as: "wait", until: rest.begin(new Date(now().getTime() + storageRestMs)) };
      }
    },
    keep: async (place) =>
      place.at !== "storage" ||
      ((await assets.keep(place.assetId, expiry(now()))) && (await hasBytes(assets, place.assetId))),
  };
}

/** Its row says nothing of a file that somebody has removed by hand; a byte tells. */
async function hasBytes(assets: Pick<Assets, "find" | "open">, id: string): Promise<boolean> {
  const asset = await assets.find(id);
  if (asset === null) return false;
  try {
    const opened = await assets.open(asset, { range: { start: 0, end: 0 } });
    opened?.bytes.destroy();
    return opened !== null;
  } catch (error) {
    if (!(error instanceof AppError) || error.status < 500) throw error;
    // It cannot be asked now, and has what it had for all we know.
    return true;
  }
}
