import type { QueryExecutorProvider } from "kysely";
import type { Database } from "../platform/database/database.ts";
import type { Files, OpenFile, ReadOptions, StoredFile } from "../platform/files/files.ts";
import type { Asset, NewAsset } from "./asset.ts";
import { createDerive, type Derived, type Resize } from "./derive.ts";
import type { DerivedSize } from "./derived-size.ts";
import { createRemoval } from "./removal.ts";
import { findAssets, findNamedAsset, insertAssets, keepAsset } from "./store.ts";
import { type ReadWhole, readWhole } from "./whole.ts";

export interface AssetsSettings {
  readonly database: Database;
  readonly files: Files;
  readonly resize: Resize;
  readonly now: () => Date;
}

/**
 * Stored pictures. The bytes are stored first, and the row with what it belongs to; who dies in between does both again
 * under the same id and name.
 *
 * Whatever touches bytes rejects as {@link Files} does.
 */
export interface Assets {
  put(
    name: string,
    bytes: Buffer,
    about: { readonly contentType: string; readonly signal?: AbortSignal },
  ): Promise<StoredFile>;
  /** Does nothing for what is there. @param sql the transaction of what they belong to */
  insert(sql: QueryExecutorProvider, assets: readonly NewAsset[]): Promise<void>;
  /** @returns null where there is none, or it was deleted */
  find(id: string): Promise<Asset | null>;
  /** By id; those that {@link Assets.find} does not find are missing. */
  findMany(ids: readonly string[]): Promise<ReadonlyMap<string, Asset>>;
  /** By the name of its file. */
  findNamed(name: string): Promise<Asset | null>;
  /**
   * Has it stay at least so long.
   *
   * @param until null for good
   * @returns false where there is none, or it has expired
   */
  keep(id: string, until: Date | null): Promise<boolean>;
  /** @returns null where its bytes are gone, or are not those that were stored */
  open(asset: Asset, options?: ReadOptions): Promise<OpenFile | null>;
  /** Its bytes, for work on them: what they are is checked. */
  readonly readWhole: ReadWhole;
  /**
   * The picture in another size or format, made once and then kept. Whoever asks for what is being made waits for that.
   *
   * @throws {AppError} `media_file_lost` (404), and what the resize throws
   */
  derive(asset: Asset, size: DerivedSize, signal: AbortSignal): Promise<Derived>;
  /**
   * Nobody finds it from when this has begun; then its bytes go. Who dies in between leaves the rest to a sweep.
   *
   * @returns whether there was one
   */
  remove(id: string): Promise<boolean>;
  /**
   * Nobody finds them from when the transaction is committed.
   *
   * @param sql the transaction of what they belonged to
   * @returns removes their bytes, once it is committed; what that leaves goes with a sweep
   */
  discard(sql: QueryExecutorProvider, ids: readonly string[]): Promise<() => Promise<void>>;
  /**
   * Removes the bytes of what has expired. Its row stays for 30 days, so that its address can say what became of it.
   * Something that cannot be removed keeps nothing else from it, and is tried again by the next one.
   *
   * @returns how many have `expired` now, and how many rows went
   * @throws the first failure, after the rest was done
   */
  sweep(now: Date): Promise<{ readonly expired: number; readonly forgotten: number }>;
}

export function createAssets({ database, files, resize, now }: AssetsSettings): Assets {
  const { sql } = database;
  const findMany = (ids: readonly string[]) => findAssets(sql, ids, now());
  const find = async (id: string) => (await findMany([id])).get(id.toLowerCase()) ?? null;
  const open = async (asset: Asset, options?: ReadOptions) => {
    const opened = await files.read(asset.name, options);
    if (opened === null || opened.size === asset.size) return opened;
    opened.bytes.destroy();
    return null;
  };
  const removal = createRemoval({ sql, files, now });
  return {
    put: (name, bytes, about) => files.put(name, bytes, about),
    insert: insertAssets,
    find,
    findMany,
    keep: (id, until) => keepAsset(sql, id, { until, now: now() }),
    findNamed: (name) => findNamedAsset(sql, name, now()),
    open,
    readWhole: readWhole({ find, open }),
    derive: createDerive({ files, open, find, resize, dropSizes: removal.dropSizes }),
    remove: removal.remove,
    discard: removal.discard,
    sweep: removal.sweep,
  };
}
