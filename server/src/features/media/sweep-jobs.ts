import type { Generations } from "../../models/generation/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import { endedBefore, removeJobs } from "./job-store.ts";

const pageRows = 500;

/** Removes jobs that ended before, page by page. @returns how many */
export async function forgetJobs(
  database: Database,
  generations: Pick<Generations, "forget">,
  before: Date,
): Promise<number> {
  for (let removed = 0; ; ) {
    const ids = await endedBefore(database.sql, before, pageRows);
    if (ids.length === 0) return removed;
    await database.transaction(async (tx) => {
      await generations.forget(tx, ids);
      await removeJobs(tx, ids);
    });
    removed += ids.length;
  }
}
