import type { QueryExecutorProvider } from "kysely";
import type { Files } from "../platform/files/files.ts";
import { derivedPrefix } from "./derived-target.ts";
import {
  deleteRows,
  type ExpiredAsset,
  forgetExpired,
  isContentKept,
  listDeleted,
  listExpired,
  markAllDeleted,
  markDeleted,
  markExpired,
  type Stored,
} from "./store.ts";

/** Short enough that a storage that fails is noticed soon, and nothing is held for long. */
const pageRows = 100;
const forgottenRows = 1_000;
/** Storages at a distance take tens of milliseconds for each. */
const atATime = 8;
/** Since its bytes went. */
const rowKeptMs = 30 * 24 * 3_600_000;

interface RemovalSettings {
  readonly sql: QueryExecutorProvider;
  readonly files: Files;
  readonly now: () => Date;
}

/**
 * How assets go. One that is deleted is marked first, so that nobody finds it while its bytes go. One that has expired is
 * known by its time, and marked when its bytes are gone. Both can be done again from wherever they were left.
 */
export function createRemoval({ sql, files, now }: RemovalSettings) {
  /** Those made from these bytes, unless another asset has the same. */
  async function dropSizes(sha256: string): Promise<void> {
    if (await isContentKept(sql, sha256, now())) return;
    for await (const { name } of files.list(derivedPrefix(sha256))) await files.remove(name);
  }

  async function removeBytes({ name, sha256 }: Stored): Promise<void> {
    await files.remove(name);
    await dropSizes(sha256);
  }

  /** @returns the ids of those whose bytes are gone, and why the others' are not */
  async function removeAll(page: readonly Stored[]) {
    const gone: string[] = [];
    const failures: unknown[] = [];
    const waiting = page.values();
    const work = async () => {
      for (const stored of waiting) {
        try {
          await removeBytes(stored);
          gone.push(stored.id);
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: atATime }, work));
    return { gone, failures };
  }

  return {
    dropSizes,

    async remove(id: string): Promise<boolean> {
      const stored = await markDeleted(sql, id, now());
      if (stored === null) return false;
      await removeBytes(stored);
      await deleteRows(sql, [stored.id]);
      return true;
    },

    async discard(tx: QueryExecutorProvider, ids: readonly string[]): Promise<() => Promise<void>> {
      const marked = await markAllDeleted(tx, ids, now());
      return async () => {
        const { gone } = await removeAll(marked);
        await deleteRows(sql, gone);
      };
    },

    async sweep(at: Date) {
      let expired = 0;
      let forgotten = 0;
      const failures: unknown[] = [];

      for (let after: ExpiredAsset | null = null; ; ) {
        const page: readonly ExpiredAsset[] = await listExpired(sql, { now: at, after, limit: pageRows });
        const removed = await removeAll(page);
        failures.push(...removed.failures);
        expired += await markExpired(sql, removed.gone, at);
        after = page.at(-1) ?? null;
        if (page.length < pageRows) break;
      }

      for (let after: Stored | null = null; ; ) {
        const page: readonly Stored[] = await listDeleted(sql, { after, limit: pageRows });
        const removed = await removeAll(page);
        failures.push(...removed.failures);
        forgotten += await deleteRows(sql, removed.gone);
        after = page.at(-1) ?? null;
        if (page.length < pageRows) break;
      }

      for (;;) {
        const before = new Date(at.getTime() - rowKeptMs);
        const gone = await forgetExpired(sql, { before, limit: forgottenRows });
        forgotten += gone;
        if (gone < forgottenRows) break;
      }

      if (failures.length > 0) throw failures[0];
      return { expired, forgotten };
    },
  };
}
