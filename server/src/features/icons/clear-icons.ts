import type { Assets } from "../../assets/assets.ts";
import type { Generations } from "../../models/generation/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import type { Transaction } from "../../platform/database/sql.ts";
import { iconsToClear, iconsToForget, type Removable, removeIcons } from "./icon-store.ts";

/** Short transactions, whatever there is to remove. */
const pageRows = 200;

interface ClearOptions {
  readonly database: Database;
  readonly assets: Pick<Assets, "discard">;
}

/**
 * Removes an owner's icons, page by page: each is gone at once for everybody, and then its files.
 *
 * @param before those that were made then or earlier
 * @returns how many files went
 */
export async function clearIcons(
  options: ClearOptions,
  filter: { readonly owner: string; readonly category: string | null; readonly before: Date },
): Promise<number> {
  return await removePages(options, (tx) => iconsToClear(tx, filter, pageRows));
}

/** Begun, and never finished nor asked for again. */
const unfinishedMs = 7 * 24 * 3_600_000;

/** Removes icons whose time is over, and what is left of those that could not be made. @returns how many files went */
export async function sweepIcons(
  options: ClearOptions & { readonly generations: Pick<Generations, "forget"> },
  now: Date,
): Promise<number> {
  const which = { now, begunBefore: new Date(now.getTime() - unfinishedMs) };
  return await removePages(options, async (tx) => {
    const icons = await iconsToForget(tx, which, pageRows);
    await options.generations.forget(
      tx,
      icons.map(({ id }) => id),
    );
    return icons;
  });
}

async function removePages(
  { database, assets }: ClearOptions,
  next: (tx: Transaction) => Promise<readonly Removable[]>,
): Promise<number> {
  for (let removed = 0; ; ) {
    let count = 0;
    const files = await database.transaction(async (tx) => {
      const icons = await next(tx);
      count = icons.length;
      const ids = icons.flatMap(({ assetIds }) => assetIds);
      await removeIcons(
        tx,
        icons.map(({ id }) => id),
      );
      removed += ids.length;
      return await assets.discard(tx, ids);
    });
    await files();
    if (count < pageRows) return removed;
  }
}
